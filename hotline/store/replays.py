"""Past conversations as a bot would hear them again: their citizens' messages, turn by turn. Reading only."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import JSON
from hotline.store.conversations import message_of
from hotline.store.tables import conversations, messages, turns
from hotline.store.training_tables import labels

AT_ONCE = 100


@dataclass
class Said:
    """What a citizen said in one turn; `outcome` tells who answered."""

    turn_id: str
    outcome: str
    text: str
    attachments: list[JSON]


@dataclass
class Talk:
    """One conversation."""

    conversation_id: str
    turns: list[Said] = field(default_factory=list)


async def last_talks(connection: AsyncConnection, limit: int) -> list[Talk]:
    """The newest conversations in which the bot has answered, newest first."""
    newest = func.max(turns.c.created_at)
    found = (await connection.execute(
        select(turns.c.conversation_id).where(turns.c.status == "done", turns.c.outcome == "bot")
        .group_by(turns.c.conversation_id).order_by(newest.desc()).limit(limit))).scalars().all()
    talks = {conversation_id: Talk(conversation_id) for conversation_id in found}
    for start in range(0, len(found), AT_ONCE):
        rows = await connection.execute(
            select(messages, turns.c.outcome, turns.c.conversation_id.label("talk"))
            .join(turns, turns.c.id == messages.c.turn_id)
            .where(turns.c.conversation_id.in_(found[start:start + AT_ONCE]), messages.c.direction == "in",
                   turns.c.status == "done").order_by(messages.c.seq))
        for row in rows:
            _add(talks[row.talk], row)
    return list(talks.values())


def _add(talk: Talk, row: object) -> None:
    """A turn may have been said in several messages."""
    message = message_of(row)  # type: ignore[arg-type]
    attachments = [{key: value for key, value in vars(item).items() if value is not None}
                   for item in message.attachments]
    if talk.turns and talk.turns[-1].turn_id == message.turn_id:
        said = talk.turns[-1]
        said.text = "\n".join(part for part in (said.text, message.text) if part)
        said.attachments += attachments
        return
    talk.turns.append(Said(str(message.turn_id), str(row.outcome), message.text or "", attachments))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Words:
    """Where a citizen has talked, and every text: each message, and the messages of a turn as one."""

    conversations: frozenset[str]
    texts: frozenset[str]


async def words_of(connection: AsyncConnection, citizen_id: str) -> Words:
    """All that a citizen has ever said."""
    places = await connection.execute(select(conversations.c.id).where(conversations.c.citizen_id == citizen_id))
    rows = await connection.execute(select(messages.c.turn_id, messages.c.text).where(
        messages.c.citizen_id == citizen_id, messages.c.direction == "in", messages.c.text.is_not(None),
        messages.c.text != "").order_by(messages.c.seq))
    texts: set[str] = set()
    by_turn: dict[str, list[str]] = {}
    for turn_id, text in rows:
        texts.add(text)
        if turn_id:
            by_turn.setdefault(turn_id, []).append(text)
    return Words(frozenset(places.scalars()), frozenset({*texts, *("\n".join(parts) for parts in by_turn.values())}))


async def known_harmless(connection: AsyncConnection) -> set[str]:
    """Turns of which a person has said that nothing in them is a danger."""
    rows = await connection.execute(select(labels.c.turn_id).distinct().where(
        labels.c.emergency == "none", labels.c.state == "accepted", labels.c.turn_id.is_not(None)))
    return set(rows.scalars().all())
