"""`make demo-wechat`: the whole product on a simulated WeChat, and a page on which a developer is the citizen."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from hotline.errors import SettingsError
from hotline.settings import ROOT, Settings
from hotline.up import say, up

_WAIT_SECONDS = 30.0


def demo(port: int, mode: str) -> int:
    """Run everything until Ctrl-C; data stay in var/wechat-demo unless HOTLINE_VAR says otherwise."""
    environment = _environment(port)
    os.environ.update(environment)
    settings = Settings.from_env()
    os.environ.setdefault("HOTLINE_PUBLIC_URL", f"http://127.0.0.1:{settings.port}")
    simulator = subprocess.Popen(
        [sys.executable, "-m", "connectors.wechat.simulator", "--port", str(port), "--mode", mode,
         "--server", f"http://127.0.0.1:{settings.port}/webhooks/wechat"], cwd=ROOT)
    try:
        _wait(f"http://127.0.0.1:{port}/sim/state", simulator)
        threading.Thread(target=_announce, args=(settings, port, mode), daemon=True).start()
        return up()
    finally:
        simulator.terminate()
        simulator.wait()


def _environment(port: int) -> dict[str, str]:
    """Secrets of this run; nothing of a real account is used, even if the environment has one."""
    return {
        "HOTLINE_VAR": os.environ.get("HOTLINE_VAR") or str(ROOT / "var" / "wechat-demo"),
        "HOTLINE_WECHAT_TOKEN": secrets.token_hex(12), "HOTLINE_WECHAT_APP_ID": "wx" + secrets.token_hex(8),
        "HOTLINE_WECHAT_APP_SECRET": secrets.token_hex(16), "HOTLINE_WECHAT_AES_KEY": secrets.token_hex(22)[:43],
        "HOTLINE_WECHAT_API_URL": f"http://127.0.0.1:{port}"}


def _menu() -> None:
    """Set the account's menu as an operator would."""
    done = subprocess.run([sys.executable, "-m", "hotline", "wechat", "menu", "push"], cwd=ROOT, capture_output=True,
                          text=True)
    if done.returncode:
        say(f"      菜单没有设上：{(done.stderr or done.stdout).strip()[-200:]}")


def _announce(settings: Settings, port: int, mode: str) -> None:
    """Say where to chat once the house is ready."""
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{settings.port}/readyz", timeout=3):
                break
        except (OSError, ValueError):
            time.sleep(0.5)
    _menu()
    words = {"plain": "明文", "compatible": "兼容", "safe": "安全"}[mode]
    say(f"  模拟微信   http://127.0.0.1:{port}/   （{words}模式，假扮市民在这里聊天）\n")


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=3):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise SettingsError("模拟的微信平台没有启动，端口可能已被占用（用 --port 换一个）")
