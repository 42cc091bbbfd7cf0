"""A small house that keeps messages in memory and answers by keyword: for the socket's tests and for looking at pages.

Run it with `python -m tests.connectors.web.fake_house [PORT]`.
"""

from __future__ import annotations

import asyncio
import re
import sys
import uuid
from datetime import datetime, timezone
from typing import Any

from aiohttp import web

from connectors.web.connector import WebConnector
from hotline.conversation.http import error_middleware
from hotline.conversation.media_types import Checked, check
from hotline.errors import NotFound, TooLarge, TooManyRequests
from hotline.records import MEDIA, Attachment, Inbound, Message, Reply
from hotline.settings import Settings
from hotline.store.attachments import new_name

GAS = ("1. 不要开关任何电器，不要点火，不要在屋里打电话。2. 顺手能关就关掉燃气阀门，轻轻打开门窗。"
       "3. 马上离开，到室外安全的地方。4. 在室外拨打 119，或燃气公司抢修电话。您先离开，到安全处再回复我。")
TICKET = {"type": "ticket", "receipt": "QD20230601000123", "service_code": "facility_streetlight",
          "service_name": "路灯", "address": "市北区延吉路100号", "phone": "13800138000", "status": "pending"}
CONFIRM = {"type": "ask", "field": "confirm", "fields": {
    "matter": "路灯不亮，晚上走路看不见", "service_code": "facility_streetlight", "service_name": "路灯",
    "place": "市北区延吉路100号", "phone": "13800138000", "time": "昨天晚上", "confidential": False}}
ANSWER = {"type": "answer", "article": "gas-hose", "facts": ["A-1"], "title": "燃气软管多久换一次？",
          "source": "《青岛市燃气管理条例》第28条", "as_of": "2022年修正", "verify": False}
BUTTONS = tuple({"title": word, "payload": word} for word in ("我要反映问题", "查询进度", "问政策"))

SCRIPT: tuple[tuple[str, tuple[Reply, ...]], ...] = (
    ("燃气味|煤气味", (Reply(GAS, custom={"type": "emergency", "kind": "gas"}, author="house"),
                Reply("已为您加急登记，编号 QD20230601000124。到安全处后请告诉我们地址。", author="house",
                      custom={**TICKET, "receipt": "QD20230601000124", "address": "", "phone": None,
                              "service_code": "gas_leak", "service_name": "燃气泄漏"}),
                Reply("人工坐席马上联系您。", custom={"type": "handover", "position": 1}, author="house"))),
    ("留言", (Reply("您可以继续留言，坐席会看到。", custom={"type": "handover", "position": 1}, author="house"),)),
    ("人工", (Reply("好的，正在为您转人工，您排在第 2 位。", custom={"type": "handover", "position": 2}),)),
    ("接入", (Reply("人工坐席已接入。", custom={"type": "handover", "position": 0}, author="house"),
            Reply("您好，我是12345的坐席小王，请问是哪栋楼？", author="agent"))),
    ("路灯", (Reply("您反映的是延吉路的路灯不亮。"),
            Reply("请核对一下，没问题就点提交。", custom=CONFIRM,
                  buttons=({"title": "提交", "payload": "提交"}, {"title": "算了", "payload": "算了"})))),
    ("提交", (Reply("已受理，编号 QD20230601000123。转给负责的单位后会告诉您进度。", custom=TICKET),)),
    ("软管", (Reply("橡胶软管一般 18 个月更换一次，或者换成不锈钢波纹管。发现老化、开裂要马上更换。", custom=ANSWER),)),
    ("你好|您好", (Reply("您好，这里是青岛12345。您可以直接说遇到的事。", buttons=BUTTONS),)),
)


class FakeHouse:
    """Keeps the `House` protocol: saves once, answers by `SCRIPT` or echoes, counts what tests look at."""

    def __init__(self, max_text: int = 4000, rate: int = 20, delay: float = 0.0) -> None:
        self.messages: dict[str, list[Message]] = {}
        self.delivered_up_to: dict[str, str] = {}
        self.seen_up_to: dict[str, str] = {}
        self.typed: list[str] = []
        self.kept: dict[str, tuple[str, Checked]] = {}
        self.connector: WebConnector | None = None
        self.broken = False
        self._max_text, self._rate, self._delay = max_text, rate, delay
        self._tasks: set[asyncio.Task[None]] = set()
        self._received: dict[str, int] = {}
        self._seq = 0

    async def receive(self, inbound: Inbound) -> str:
        if self.broken:
            raise RuntimeError("the database is away")
        if len(inbound.text) > self._max_text:
            raise TooLarge("text is too long", "message")
        for message in self.messages.get(inbound.sender, []):
            if message.external_id == inbound.external_id:
                return message.turn_id or ""
        self._received[inbound.sender] = self._received.get(inbound.sender, 0) + 1
        if self._received[inbound.sender] > self._rate:
            raise TooManyRequests("slow down", 7.5)
        turn_id = uuid.uuid4().hex
        self._store(inbound.sender, direction="in", author="citizen", text=inbound.text, turn_id=turn_id,
                    external_id=inbound.external_id, attachments=inbound.attachments)
        task = asyncio.create_task(self._answer(inbound, turn_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return turn_id

    async def keep(self, channel: str, sender: str, data: bytes) -> Attachment:
        checked = check(data)
        name = new_name()
        self.kept[name] = (sender, checked)
        return Attachment(checked.kind, MEDIA + name)

    async def serve(self, request: web.Request) -> web.Response:
        _, checked = self.kept[request.match_info["name"]]
        return web.Response(body=checked.data, content_type=checked.media_type)

    async def replies(self, turn_id: str, timeout: float | None = None) -> list[Message]:
        return [message for talk in self.messages.values() for message in talk
                if message.turn_id == turn_id and message.direction == "out"]

    async def answered(self, turn_id: str, timeout: float) -> bool:
        return bool(await self.replies(turn_id, timeout))

    async def file(self, url: str) -> tuple[bytes, str]:
        _, checked = self.kept[url.removeprefix(MEDIA)]
        return checked.data, checked.media_type

    async def history(
        self, channel: str, sender: str, after: str | None = None, limit: int = 200, outgoing_only: bool = False,
    ) -> list[Message]:
        talk = self.messages.get(sender, [])
        if after is None:
            return talk[-limit:]
        for index, message in enumerate(talk):
            if message.id == after:
                return talk[index + 1:][:limit]
        raise NotFound("no such message")

    async def delivered(self, channel: str, sender: str, message_id: str) -> None:
        self.delivered_up_to[sender] = message_id

    async def seen(self, channel: str, sender: str, message_id: str) -> None:
        self.seen_up_to[sender] = message_id

    async def typing(self, channel: str, sender: str) -> None:
        self.typed.append(sender)

    async def say(self, sender: str, *replies: Reply) -> bool:
        """Store replies and put them out, as an agent or a later answer would."""
        stored = [self._store(sender, direction="out", author=reply.author, text=reply.text, buttons=reply.buttons,
                              image=reply.image, custom=reply.custom) for reply in replies]
        assert self.connector is not None
        return await self.connector.deliver(sender, stored)

    async def _answer(self, inbound: Inbound, turn_id: str) -> None:
        await asyncio.sleep(self._delay)
        for pattern, replies in SCRIPT:
            if re.search(pattern, inbound.text):
                await self.say(inbound.sender, *replies)
                return
        await self.say(inbound.sender, Reply(f"您说的是：{inbound.text}"))

    def _store(self, sender: str, **values: Any) -> Message:
        self._seq += 1
        message = Message(seq=self._seq, id=uuid.uuid4().hex, conversation_id="k-" + sender, citizen_id="c-" + sender,
                          created_at=datetime.now(timezone.utc), **values)
        self.messages.setdefault(sender, []).append(message)
        return message


def application(house: FakeHouse, settings: Settings) -> web.Application:
    """An application with the web channel alone."""
    house.connector = WebConnector(house, settings)
    app = web.Application(client_max_size=settings.max_body, middlewares=[error_middleware])
    house.connector.setup(app)
    app.router.add_get(MEDIA + "{name}", house.serve)

    async def close(_app: web.Application) -> None:
        await house.connector.close()  # type: ignore[union-attr]

    app.on_cleanup.append(close)
    return app


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12399
    web.run_app(application(FakeHouse(delay=0.8), Settings(session_secret="only for looking")),
                host="127.0.0.1", port=port)
