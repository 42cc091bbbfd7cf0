"""The house's own turn in an emergency: advice, an urgent ticket without a yes, a person; then what is added."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.service import Cases
from hotline.conversation import texts
from hotline.conversation.commands import fill
from hotline.conversation.ownership import enqueue
from hotline.emergency import Emergency as Detected
from hotline.emergency import advice, cannot_speak
from hotline.records import Case, CaseDraft, Conversation, Emergency, Reply, Turn
from hotline.settings import Settings
from hotline.store import conversations, emergencies
from hotline.store.desk_events import add_event
from hotline.text.phones import own_phone
from hotline.text.places import find_place
from hotline.text.titles import make_title
from hotline.text.words import is_english

PRIORITY = 100
SHORT_ANSWER = 15
_SOME_PLACE = re.compile("小区|门口|门前|楼|路|村|校|店|市场|院|街|号|站|厂|公园|大厦|广场")


class EmergencyDesk:
    """Needs no bot, no queue and no agent; works inside the caller's transaction."""

    def __init__(self, cases: Cases, settings: Settings) -> None:
        self._cases = cases
        self._settings = settings

    async def handle(
        self, connection: AsyncConnection, conversation: Conversation, turn: Turn, found: Detected, now: datetime
    ) -> tuple[list[Reply], Conversation]:
        """Advice, ticket and hand-over; the conversation goes to the head of the queue unless an agent has it."""
        case = await self._ticket(connection, conversation, turn, found, now)
        await emergencies.open_emergency(
            connection, conversation.id, found.kind, case.receipt, not case.address, now)
        about = {"skill": "gas" if found.kind == "gas" else "general", "handover_reason": "emergency"}
        if conversation.owner == "bot":
            await add_event(connection, conversation.id, "queued", now, reason="emergency", skill=about["skill"])
            conversation, position = await enqueue(connection, conversation, now, priority=PRIORITY, **about)
        else:
            queued_at = conversation.queued_at if conversation.owner == "queue" else None
            position = await conversations.place_if_queued(
                connection, conversation.id, PRIORITY, queued_at) if queued_at else 0
            conversation = await conversations.update_conversation(
                connection, conversation, now, priority=PRIORITY, told_position=position or None, **about)
        english, mute = is_english(turn.text), cannot_speak(turn.text)
        text = advice(found, gas_firms=self._settings.gas_firms, overrides=await emergencies.texts(connection),
                      english=english, cannot_speak=mute)
        replies = [
            Reply(author="house", text=text, custom={"type": "emergency", "kind": found.kind}),
            texts.urgent_ticket(bool(case.address), english),
            texts.emergency_queue(position, english, mute),
        ]
        return fill(tuple(replies), case, position), conversation

    async def heard(
        self, connection: AsyncConnection, conversation: Conversation, turn: Turn, now: datetime
    ) -> None:
        """Whatever the citizen says while an emergency goes on is added to its ticket, the place above all."""
        silent_before = now - timedelta(seconds=self._settings.emergency_silence)
        for emergency in await emergencies.active(connection, conversation.id, silent_before):
            await emergencies.touch(connection, emergency.id, now)
            if emergency.receipt and (turn.text or turn.attachments):
                await self._add(connection, conversation, emergency, turn, now)

    async def _add(
        self, connection: AsyncConnection, conversation: Conversation, emergency: Emergency, turn: Turn, now: datetime
    ) -> None:
        receipt = str(emergency.receipt)
        case = await self._cases.get(connection, receipt)
        if not case.address:
            address = _address(turn, asked=emergency.place_asked)
            if address:
                await self._cases.set_address(connection, receipt, address, now=now)
        sent = [f"图片：{self._settings.address(one.url)}" for one in turn.attachments
                if one.kind == "image" and one.url]
        text = "\n".join([*([turn.text] if turn.text else []), *sent]) or "（市民发来了位置或语音）"
        await self._cases.update(
            connection, "add_to_case", receipt=receipt, citizen_id=conversation.citizen_id, text=text,
            key=f"{turn.id}:{receipt[-6:]}", now=now)

    async def _ticket(
        self, connection: AsyncConnection, conversation: Conversation, turn: Turn, found: Detected, now: datetime
    ) -> Case:
        """One ticket for one danger: told again after the confirmation it goes to the same ticket."""
        since = now - timedelta(seconds=self._settings.emergency_silence)
        earlier = await emergencies.latest(connection, conversation.id, found.kind, since)
        if earlier and earlier.receipt:
            await self._add(connection, conversation, replace(earlier, place_asked=False), turn, now)
            return await self._cases.get(connection, earlier.receipt)
        phone = own_phone(turn.text)
        place = next((one for one in turn.attachments if one.kind == "location"), None)
        draft = CaseDraft(
            service_code="gas_leak" if found.kind == "gas" else "other", title=make_title(turn.text, 40),
            description=turn.text, address=_address(turn, asked=False) or _known_place(conversation),
            phone=phone.digits if phone else None, emergency=found.kind, attachments=turn.attachments,
            latitude=place.latitude if place else None, longitude=place.longitude if place else None)
        return await self._cases.file(
            connection, draft, key=f"{turn.id}:0", citizen_id=conversation.citizen_id,
            conversation_id=conversation.id, now=now)


def _address(turn: Turn, asked: bool) -> str:
    """The place in a message; after we asked, a vague one counts too. All that is said goes to the ticket anyway."""
    for attachment in turn.attachments:
        if attachment.kind == "location" and attachment.address:
            return attachment.address
    place = find_place(turn.text)
    if place and (place.precise or asked):
        return place.text
    # "小区门口" is no address to a clerk, but it is the answer to our question.
    text = turn.text.strip()
    return text if asked and len(text) <= SHORT_ANSWER and _SOME_PLACE.search(text) else ""


def _known_place(conversation: Conversation) -> str:
    """The place of the report that was under way when the danger came up."""
    draft = (conversation.state.get("slots") or {}).get("draft") or {}
    place = draft.get("place") if isinstance(draft, dict) else None
    return place if isinstance(place, str) else ""
