"""One parcel on its way to the platform: its picture or voice uploaded first, a menu as plain text where it must be."""

from __future__ import annotations

import time
from collections import OrderedDict

import structlog

from connectors.base import House
from connectors.wechat.api import ACCOUNT, BUSY, CLOSED, STALE, Api, Refused
from connectors.wechat.parcels import as_text
from hotline.errors import ChannelError, NotFound
from hotline.records import JSON, MEDIA, Parcel
from hotline.settings import Settings

log = structlog.get_logger(__name__)
SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
# The platform keeps an uploaded file for three days.
KEPT_SECONDS = 2 * 86400.0
MOST_KEPT = 1000
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "audio/amr": "amr", "audio/mpeg": "mp3"}
# What the platform takes, by kind; everything else goes as a link.
TAKES = {"image": ("image/jpeg", "image/png", "image/gif"), "voice": ("audio/amr", "audio/mpeg")}
INVALID_MEDIA = 40007


class Sending:
    """Uses the service API; knows which files it has uploaded."""

    def __init__(self, api: Api, house: House, settings: Settings) -> None:
        self._api = api
        self._house = house
        self._settings = settings
        self._uploaded: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def send(self, sender: str, parcel: Parcel) -> None:
        """Send one parcel. Raises ChannelError."""
        body = await self._with_media(parcel.body)
        try:
            await self._api.post(SEND, {"touser": sender, **body})
        except Refused as error:
            known = {*STALE, *BUSY, *CLOSED, *ACCOUNT}
            if error.code == INVALID_MEDIA:
                # The platform has lost our file: it is uploaded again at the next try.
                self._uploaded.clear()
                raise ChannelError("wechat: the media id has gone", retry_after=1.0) from error
            if body["msgtype"] != "msgmenu" or error.code in known:
                raise
            log.warning("wechat_menu_refused", code=error.code)
            await self._api.post(SEND, {"touser": sender, **as_text(body)})

    async def typing(self, sender: str) -> None:
        """Show the citizen that an answer is being written; it does no harm when it cannot be shown."""
        try:
            await self._api.post(TYPING, {"touser": sender, "command": "Typing"})
        except ChannelError as error:
            log.info("wechat_typing_failed", code=error.code if isinstance(error, Refused) else None)

    async def _with_media(self, body: JSON) -> JSON:
        kind = body["msgtype"]
        if kind not in TAKES:
            return body
        url = str(body[kind]["url"])
        media_id = await self._media_id(kind, url)
        if media_id is None:
            name = "图片" if kind == "image" else "语音"
            return {"msgtype": "text", "text": {"content": f"{name}：{self._settings.address(url)}"}}
        return {"msgtype": kind, kind: {"media_id": media_id}}

    async def _media_id(self, kind: str, url: str) -> str | None:
        """The platform's id of one of our files; None for what it does not take and for other people's files."""
        known = self._uploaded.get(url)
        if known and known[1] > time.monotonic():
            return known[0]
        if not url.startswith(MEDIA):
            return None
        try:
            data, media_type = await self._house.file(url)
        except NotFound:
            return None
        if media_type not in TAKES[kind]:
            return None
        media_id = await self._upload(kind, data, media_type)
        self._uploaded[url] = media_id, time.monotonic() + KEPT_SECONDS
        while len(self._uploaded) > MOST_KEPT:
            self._uploaded.popitem(last=False)
        return media_id

    async def _upload(self, kind: str, data: bytes, media_type: str) -> str:
        """Nothing has been sent yet, so that no failure here is unclear. Raises ChannelError."""
        try:
            media_id = await self._api.upload(kind, data, f"{kind}.{ENDINGS[media_type]}", media_type)
        except Refused:
            raise
        except ChannelError as error:
            raise ChannelError(str(error), retry_after=error.retry_after or 5.0) from error
        if not media_id:
            raise ChannelError("wechat upload: no media id", retry_after=5.0)
        return media_id
