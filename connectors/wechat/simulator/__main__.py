"""`python -m connectors.wechat.simulator`: the platform alone, in a process of its own, until SIGTERM."""

from __future__ import annotations

import argparse
import os

from aiohttp import web

from connectors.wechat.simulator.model import Account, Rules
from connectors.wechat.simulator.platform import Platform


def main() -> None:
    """Serve on loopback; the secrets come from the same variables as the front door's."""
    parser = argparse.ArgumentParser(description="微信公众平台的模拟")
    parser.add_argument("--port", type=int, default=12399)
    parser.add_argument("--server", default="http://127.0.0.1:12345/webhooks/wechat", help="公众号的服务器地址")
    parser.add_argument("--mode", choices=("plain", "compatible", "safe"), default="plain", help="消息加解密方式")
    parser.add_argument("--time-out", type=float, default=5.0, help="等几秒")
    parser.add_argument("--retries", type=int, default=3, help="等不到再发几次")
    options = parser.parse_args()
    account = Account(
        token=os.environ.get("HOTLINE_WECHAT_TOKEN", "simulator-token"),
        app_id=os.environ.get("HOTLINE_WECHAT_APP_ID", "wx5a1e77d0c0de0001"),
        secret=os.environ.get("HOTLINE_WECHAT_APP_SECRET", "simulator-secret"), server_url=options.server,
        aes_key=os.environ.get("HOTLINE_WECHAT_AES_KEY", ""), mode=options.mode)
    platform = Platform(account, Rules(time_out=options.time_out, retries=options.retries))
    web.run_app(platform.app, host="127.0.0.1", port=options.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
