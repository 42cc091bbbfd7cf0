"""The account's menu: what citizens press most, within the platform's three buttons with five entries each."""

from __future__ import annotations

from connectors.wechat.api import Api
from connectors.wechat.sign_in import START
from connectors.wechat.texts import MENU_KEYS
from hotline.errors import SettingsError
from hotline.records import JSON
from hotline.settings import Settings

CREATE = "/cgi-bin/menu/create"


def menu(settings: Settings) -> JSON:
    """The menu's JSON; the page is in it once the public address is known."""
    entry = {label: {"type": "click", "name": label, "key": key} for key, label in MENU_KEYS.items()}
    more: list[JSON] = [entry["查进度"], entry["转人工"]]
    if settings.public_url:
        more.append({"type": "view", "name": "网页对话", "url": settings.address(START)})
    return {"button": [entry["我要咨询"], entry["我要反映"], {"name": "更多服务", "sub_button": more}]}


async def push(api: Api, settings: Settings) -> list[str]:
    """Give the menu to the platform; returns its names. Raises SettingsError, ChannelError."""
    if not (settings.wechat_app_id and (settings.wechat_app_secret or settings.wechat_token_url)):
        raise SettingsError("HOTLINE_WECHAT_APP_ID and HOTLINE_WECHAT_APP_SECRET are needed")
    made = menu(settings)
    await api.post(CREATE, made)
    return [str(one["name"]) for button in made["button"] for one in button.get("sub_button", [button])]
