"""The platform's API as the account calls it: tokens, messages, media, menu, users."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from connectors.wechat.simulator.answers import Refusal, answered, read_json, refuse
from connectors.wechat.simulator.faults import Faults
from connectors.wechat.simulator.media import Media
from connectors.wechat.simulator.model import JSON, Account, People, Person
from connectors.wechat.simulator.notices import Notices
from connectors.wechat.simulator.sending import Sending
from connectors.wechat.simulator.tokens import Tokens

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_UPLOADS = {"image": 10_485_760, "voice": 2_097_152, "video": 10_485_760, "thumb": 65_536}


class Api:
    """The addresses below /cgi-bin. `calls` has every call: path, time, error code, seconds."""

    def __init__(
        self, account: Account, tokens: Tokens, people: People, media: Media, faults: Faults, sending: Sending,
        notices: Notices,
    ) -> None:
        self._account = account
        self._tokens = tokens
        self._people = people
        self._media = media
        self._faults = faults
        self._sending = sending
        self._notices = notices
        self.menu: JSON | None = None
        self.calls: list[JSON] = []

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The addresses, spelt as the platform spells them."""
        get, post = web.get, web.post
        return [
            get("/cgi-bin/token", self._call(self._token, token=False)),
            post("/cgi-bin/stable_token", self._call(self._stable_token, token=False)),
            post("/cgi-bin/message/custom/send", self._call(self._sending.send)),
            post("/cgi-bin/message/custom/typing", self._call(self._sending.typing)),
            post("/cgi-bin/message/template/send", self._call(self._notices.template)),
            post("/cgi-bin/message/subscribe/bizsend", self._call(self._notices.subscribed)),
            get("/cgi-bin/media/get", self._call(self._media_get)),
            post("/cgi-bin/media/upload", self._call(self._media_upload)),
            post("/cgi-bin/menu/create", self._call(self._menu_create)),
            get("/cgi-bin/menu/get", self._call(self._menu_get)),
            get("/cgi-bin/menu/delete", self._call(self._menu_delete)),
            get("/cgi-bin/user/info", self._call(self._user_info)),
            get("/cgi-bin/getcallbackip", self._call(self._callback_ip)),
        ]

    def _call(self, handler: Handler, token: bool = True) -> Handler:
        """Run into the faults that wait, check the token, note the call."""
        async def handle(request: web.Request) -> web.StreamResponse:
            noted: JSON = {"path": request.path, "at": time.time(), "code": None, "seconds": None}
            self.calls.append(noted)
            try:
                response = await self._answer(request, handler, token, noted)
            finally:
                noted["seconds"] = round(time.time() - noted["at"], 3)
            return response
        return handle

    async def _answer(
        self, request: web.Request, handler: Handler, token: bool, noted: JSON,
    ) -> web.StreamResponse:
        fault = await self._faults.next(request.path)
        if fault.breaks == "before":
            return _cut(request)
        try:
            if fault.status != 200:
                return web.Response(status=fault.status, text="<html>502</html>", content_type="text/html")
            code = fault.code or (self._tokens.check(request.query.get("access_token", "")) if token else 0)
            if code:
                raise Refusal(code)
            response = await handler(request)
            noted["code"] = 0
        except Refusal as refusal:
            noted["code"] = refusal.code
            response = refuse(refusal)
        return _cut(request) if fault.breaks == "after" else response

    # --- tokens -----------------------------------------------------------------------------------------------

    async def _token(self, request: web.Request) -> web.Response:
        query = request.query
        self._secrets(query.get("grant_type"), query.get("appid"), query.get("secret"))
        token, seconds = self._tokens.ordinary()
        return web.json_response({"access_token": token, "expires_in": seconds})

    async def _stable_token(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        self._secrets(body.get("grant_type"), body.get("appid"), body.get("secret"))
        token, seconds = self._tokens.stable(bool(body.get("force_refresh", False)))
        return web.json_response({"access_token": token, "expires_in": seconds})

    def _secrets(self, grant: object, app_id: object, secret: object) -> None:
        if grant != "client_credential":
            raise Refusal(40002)
        if app_id != self._account.app_id:
            raise Refusal(40013)
        if secret != self._account.secret:
            raise Refusal(40125)

    # --- media ------------------------------------------------------------------------------------------------

    async def _media_get(self, request: web.Request) -> web.Response:
        kept = self._media.get(request.query.get("media_id", ""))
        if kept is None:
            raise Refusal(40007)
        ending = kept.content_type.partition("/")[2].replace("jpeg", "jpg")
        return web.Response(body=kept.data, content_type=kept.content_type, headers={
            "Content-Disposition": f'attachment; filename="{time.time():.0f}.{ending}"'})

    async def _media_upload(self, request: web.Request) -> web.Response:
        kind = request.query.get("type", "")
        if kind not in _UPLOADS:
            raise Refusal(40004)
        if not (request.content_type or "").startswith("multipart/"):
            raise Refusal(41005)
        part = (await request.post()).get("media")
        if not isinstance(part, web.FileField):
            raise Refusal(41005)
        data = part.file.read()
        if not data or len(data) > _UPLOADS[kind]:
            raise Refusal(40006)
        return web.json_response({"type": kind, "media_id": self._media.keep(data, kind),
                                  "created_at": int(time.time())})

    # --- menu and users ---------------------------------------------------------------------------------------

    async def _menu_create(self, request: web.Request) -> web.Response:
        menu = await read_json(request)
        _check_menu(menu.get("button"), 3, 16)
        self.menu = menu
        return answered()

    async def _menu_get(self, _: web.Request) -> web.Response:
        if self.menu is None:
            raise Refusal(46003)
        return web.json_response({"menu": self.menu})

    async def _menu_delete(self, _: web.Request) -> web.Response:
        self.menu = None
        return answered()

    async def _user_info(self, request: web.Request) -> web.Response:
        person = self._person(request.query.get("openid", ""))
        if not person.following:
            return web.json_response({"subscribe": 0, "openid": person.openid, "unionid": person.unionid})
        return web.json_response({"subscribe": 1, "openid": person.openid, "unionid": person.unionid,
                                  "language": "zh_CN", "subscribe_scene": "ADD_SCENE_SEARCH", "remark": "",
                                  "groupid": 0, "tagid_list": [], "qr_scene": 0, "qr_scene_str": ""})

    async def _callback_ip(self, _: web.Request) -> web.Response:
        return web.json_response({"ip_list": ["127.0.0.1"]})

    def _person(self, openid: str) -> Person:
        person = self._people.get(openid)
        if person is None:
            raise Refusal(40003)
        return person


def _cut(request: web.Request) -> web.Response:
    """Break the connection off without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


def _check_menu(buttons: object, most: int, name_bytes: int) -> None:
    """The platform's rules for a menu: three buttons of 16 bytes, five below each of 60 bytes."""
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= most:
        raise Refusal(40016 if most == 3 else 40023)
    for button in buttons:
        if not isinstance(button, dict) or not 1 <= len(str(button.get("name", "")).encode()) <= name_bytes:
            raise Refusal(40018 if most == 3 else 40025)
        if most == 3 and button.get("sub_button"):
            _check_menu(button["sub_button"], 5, 60)
        elif button.get("type") in ("click", "scancode_push", "scancode_waitmsg", "location_select", "pic_sysphoto"):
            if not 1 <= len(str(button.get("key", "")).encode()) <= 128:
                raise Refusal(40019)
        elif button.get("type") == "view":
            if not str(button.get("url", "")).startswith(("http://", "https://")):
                raise Refusal(40055)
        elif button.get("type") != "miniprogram":
            raise Refusal(40017)
