"""What the platform tells beside messages: follows, scans, clicks, leaves, and how notices fared."""

from __future__ import annotations

import structlog

from connectors.wechat import texts
from connectors.wechat.memory import Memory
from connectors.wechat.notices import Notices
from connectors.wechat.received import CLICKS, FOLLOWS, Received
from hotline.settings import Settings

log = structlog.get_logger(__name__)
AGREED = ("subscribe_msg_popup_event", "subscribe_msg_change_event")
FARED = ("subscribe_msg_sent_event", "templatesendjobfinish", "masssendjobfinish")
# Places that a telephone reports by itself are not kept; links of the menu open pages and need no answer.
SILENT = ("location", "view", "view_miniprogram", "location_select", "pic_sysphoto", "pic_photo_or_album",
          "pic_weixin")
OURS = (*CLICKS, *FOLLOWS, "scan", "unsubscribe", *AGREED, *FARED, *SILENT)


class Events:
    """Each event's effect, and the words it is answered with, if any."""

    def __init__(self, memory: Memory, notices: Notices, settings: Settings) -> None:
        self._memory = memory
        self._notices = notices
        self._settings = settings

    async def heard(self, received: Received) -> str | None:
        """Carry it out; the words for the citizen."""
        name = received.kind.partition(":")[2]
        if name in FOLLOWS:
            privacy = self._settings.address("/privacy")
            return texts.HELLO.format(privacy=privacy if privacy.startswith("http") else "见热线网页的隐私说明")
        if name == "scan" or name in CLICKS:
            return texts.HELLO_AGAIN
        if name == "unsubscribe":
            await self._memory.gone(received.sender)
        elif name in AGREED:
            await self._notices.agreed(received.sender, received.raw)
        elif name in FARED:
            self._notices.fared(name, received.raw)
        elif name not in SILENT:
            log.info("wechat_event_unknown", event_name=name[:40])
        return None
