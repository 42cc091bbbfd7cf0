"""The waiting room: who enters the queue and who is offered a call-back instead, and what those who wait may choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.calendar import load_calendar
from hotline.cases.service import Cases
from hotline.conversation import texts, waiting_texts
from hotline.conversation.commands import fill
from hotline.conversation.emergencies import PRIORITY
from hotline.conversation.hours import load_hours
from hotline.conversation.matters import likely_service
from hotline.conversation.ownership import BACK, enqueue
from hotline.records import JSON, CaseDraft, Conversation, Reply, Turn
from hotline.settings import Settings
from hotline.store import conversations, desk
from hotline.store.desk_events import add_event
from hotline.text.phones import own_phone
from hotline.text.words import is_english, is_no, is_yes

# Reasons that do not wait for working hours: somebody may be in danger.
# Nobody has heard what a voice says: it may be a leak.
URGENT = ("emergency", "cannot_speak", "voice")
SKILLS_BY_DOMAIN = {"gas_safety": "gas", "property_management": "property", "signage": "signage"}
SHORT = 40


@dataclass(frozen=True)
class Heard:
    """The house's answer to somebody who waits, and the conversation as it is now."""

    replies: Sequence[Reply]
    conversation: Conversation

    def after(self, said: Sequence[Reply]) -> list[Reply]:
        """After the bot's replies; its own words about the hand-over stand only where the citizen waits now."""
        other = [reply for reply in said if (reply.custom or {}).get("type") != "handover"]
        waits = self.conversation.owner == "queue"
        return list(said) if waits and len(other) < len(said) else [*other, *self.replies]


class WaitingRoom:
    """Works inside the caller's transaction, under the citizen's lock."""

    def __init__(self, cases: Cases, settings: Settings) -> None:
        self._cases = cases
        self.calendar = load_calendar(settings.var)

    async def enter(
        self, connection: AsyncConnection, conversation: Conversation, text: str, now: datetime, *, reason: str,
        parse: JSON, **values: Any,
    ) -> Heard:
        """Into the queue, with the place in it; outside the hours the offer of a call-back instead."""
        skill = await self._skill(connection, conversation, parse)
        english, failed = is_english(text), reason == "bot_failed"
        hours = await load_hours(connection)
        if reason not in URGENT and not hours.open_at(now, self.calendar):
            await add_event(connection, conversation.id, "offered", now, why="closed")
            conversation = await conversations.update_conversation(
                connection, conversation, now, offered_at=now, **values)
            return Heard([waiting_texts.closed_now(hours.in_words(), failed, english)], conversation)
        await add_event(connection, conversation.id, "queued", now, reason=reason, skill=skill)
        conversation, place = await enqueue(
            connection, conversation, now, priority=conversation.priority, handover_reason=reason, skill=skill,
            **values)
        return Heard([texts.bot_failed(place) if failed else texts.queued(place, english)], conversation)

    async def heard(
        self, connection: AsyncConnection, conversation: Conversation, turn: Turn, now: datetime
    ) -> Heard:
        """What somebody says who waits for a person or has one: a choice that was offered, else the place again."""
        if conversation.offered_at is not None and conversation.priority < PRIORITY:
            chosen = await self.chosen(connection, conversation, turn, now)
            if chosen:
                return chosen
        english = is_english(turn.text)
        place = await conversations.queue_position(connection, conversation)
        if place and place != conversation.told_position:
            conversation = await conversations.update_conversation(connection, conversation, now, told_position=place)
        return Heard([texts.queued(place, english) if place else texts.with_agent(english)], conversation)

    async def chosen(
        self, connection: AsyncConnection, conversation: Conversation, turn: Turn, now: datetime
    ) -> Heard | None:
        """The answer to what was offered; None when the citizen speaks of something else."""
        asked = await self._asked_phone(connection, conversation)
        choice = _choice(turn.text, conversation.owner == "bot", asked)
        english = is_english(turn.text)
        if choice == "stay":
            await add_event(connection, conversation.id, "stayed", now)
            place = await conversations.queue_position(connection, conversation)
            return Heard([waiting_texts.stayed(place, english)], conversation)
        if choice == "to_bot":
            await add_event(connection, conversation.id, "to_bot", now)
            return Heard([waiting_texts.to_bot(english)], await _back(connection, conversation, now))
        return await self._call_back(connection, conversation, turn, now) if choice else None

    async def _skill(self, connection: AsyncConnection, conversation: Conversation, parse: JSON) -> str:
        """What the matter is about: as just understood, else as the report under way, else as understood before."""
        service = _draft(conversation).get("service")
        held = self._cases.catalogue.get(str(service)).domain if service in self._cases.catalogue else None
        before = [turn.parse.get("domain") for turn in await desk.understood(connection, conversation.id)]
        known = [domain for domain in (parse.get("domain"), self._meant(parse), held, *before)
                 if domain not in (None, "other")]
        return SKILLS_BY_DOMAIN.get(str(known[0]), "general") if known else "general"

    def _meant(self, parse: JSON) -> str | None:
        """"The sign is coming down, an agent please" is understood as the wish alone; the matter is still ranked."""
        service = likely_service(parse)
        return self._cases.catalogue.get(service).domain if service in self._cases.catalogue else None

    async def _call_back(
        self, connection: AsyncConnection, conversation: Conversation, turn: Turn, now: datetime
    ) -> Heard:
        english = is_english(turn.text)
        phone = await self._phone(connection, conversation, turn)
        if phone is None:
            place = await conversations.queue_position(connection, conversation)
            return Heard([waiting_texts.ask_phone(conversation, place, english)], conversation)
        draft = CaseDraft(service_code="other", act="consult", title="回电请求", phone=phone,
                          description=await _matter(connection, conversation))
        case = await self._cases.file(
            connection, draft, key=f"{turn.id}:callback", citizen_id=conversation.citizen_id,
            conversation_id=conversation.id, now=now)
        await add_event(connection, conversation.id, "callback", now, receipt=case.receipt)
        replies = fill((waiting_texts.callback_filed(phone, english),), case, 0)
        if conversation.owner != "bot":
            replies.append(waiting_texts.to_bot(english))
        return Heard(replies, await _back(connection, conversation, now))

    async def _phone(self, connection: AsyncConnection, conversation: Conversation, turn: Turn) -> str | None:
        """The number just given, the one of the report under way, or that of the last ticket."""
        given = own_phone(turn.text)
        if given:
            return given.digits
        held = _draft(conversation).get("phone")
        if isinstance(held, str) and held.isdigit():
            return held
        tickets = await desk.citizen_cases(connection, conversation.citizen_id, 5)
        return next((case.phone for case in tickets if case.phone), None)

    async def _asked_phone(self, connection: AsyncConnection, conversation: Conversation) -> bool:
        said = await conversations.history(connection, conversation.citizen_id, limit=5, direction="out")
        return any(message.conversation_id == conversation.id and message.text in (
            waiting_texts.ASK_PHONE, waiting_texts.ASK_PHONE_EN) for message in said)


def _draft(conversation: Conversation) -> JSON:
    """What the bot holds of a report that is not filed yet."""
    draft = (conversation.state.get("slots") or {}).get("draft")
    return draft if isinstance(draft, dict) else {}


def _choice(text: str, closed: bool, asked: bool) -> str | None:
    """Which way a text chooses. Outside the hours the offer was a question, which yes and no answer."""
    words = text.strip().strip("。.!！?？,，~ ").lower()
    for choice, known in waiting_texts.WORDS.items():
        if words in known and not (closed and choice == "stay"):
            return choice
    if closed and is_yes(text):
        return "callback"
    if closed and is_no(text):
        return "to_bot"
    # A number alone is a call-back where one was offered; a slip of the finger is asked for again.
    number = own_phone(text) is not None or (asked and sum(sign.isdigit() for sign in text) >= 5)
    return "callback" if number and len(words) <= SHORT and (closed or asked) else None


async def _back(connection: AsyncConnection, conversation: Conversation, now: datetime) -> Conversation:
    return await conversations.update_conversation(connection, conversation, now, **BACK)


async def _matter(connection: AsyncConnection, conversation: Conversation) -> str:
    """What whoever calls back should know: the citizen's own words, without the buttons that were pressed."""
    pressed = set().union(*waiting_texts.WORDS.values()) | {"转人工", "人工"}
    said = [message.text.strip() for message in await conversations.history(
        connection, conversation.citizen_id, limit=20, direction="in")
        if message.text and message.conversation_id == conversation.id]
    words = "\n".join(text for text in said if text.lower() not in pressed)[-1500:]
    return f"市民请求回电。\n{words}" if words else "市民请求回电，没有说明事由。"
