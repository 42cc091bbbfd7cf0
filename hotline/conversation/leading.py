"""What a supervisor does in conversations of others: take over, give to somebody, whisper."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.conversation import texts
from hotline.conversation.events import Event
from hotline.conversation.ownership import give
from hotline.conversation.turns import utc_now
from hotline.conversation.voice import Voice
from hotline.errors import Conflict
from hotline.records import Agent, Conversation, Message
from hotline.store import emergencies
from hotline.store.agents import add_audit
from hotline.store.database import Database
from hotline.store.handing import free_agent
from hotline.store.notes import Note, add_note

# What the audit log calls the deed behind an event.
ACTIONS = {"taken_over": "take_over", "reassigned": "reassign"}


class Leading:
    """Each change is one transaction with its event and its audit entry; the pages of both agents are told."""

    def __init__(self, database: Database, voice: Voice) -> None:
        self._database = database
        self._voice = voice

    async def take_over(self, conversation_id: str, lead: Agent) -> Conversation:
        """Make another agent's conversation the supervisor's. Raises NotFound, Conflict (nobody's, or one's own)."""
        now = utc_now()
        async with self._database.write() as connection:
            before = await self._open(connection, conversation_id)
            if before.owner != "agent":
                raise Conflict("这个会话不在任何坐席手里，可以直接接起")
            if before.agent_id == lead.id:
                raise Conflict("这个会话已在您手里")
            after, message = await self._pass(connection, before, lead, lead, "taken_over", now)
            confirmed = await emergencies.confirm(connection, now, lead.id, conversation_id=conversation_id)
        if confirmed:
            self._voice.confirmed(after, confirmed)
        self._tell(before, after, message, "taken_over")
        return after

    async def reassign(self, conversation_id: str, lead: Agent, to: str) -> Conversation:
        """Give a waiting or another agent's conversation to an agent who is there. Raises NotFound, Conflict."""
        now = utc_now()
        async with self._database.write() as connection:
            before = await self._open(connection, conversation_id)
            if before.owner == "bot":
                raise Conflict("这个会话在智能助手手里")
            if before.agent_id == to:
                raise Conflict("这个会话已在这位坐席手里")
            agent = await free_agent(connection, to, now)
            after, message = await self._pass(connection, before, agent, lead, "reassigned", now)
        self._tell(before, after, message, "reassigned")
        return after

    async def whisper(self, conversation_id: str, lead: Agent, text: str) -> Note:
        """A note for the owner alone; the citizen never sees it. Raises NotFound, Conflict when nobody has it."""
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._open(connection, conversation_id)
            if conversation.owner != "agent" or conversation.agent_id is None:
                raise Conflict("这个会话不在任何坐席手里，没有人能听到")
            note = await add_note(connection, conversation, lead.id, text, now, to_agent=conversation.agent_id)
            await add_audit(connection, lead.id, "whisper", conversation_id, now)
        self._voice.hub.publish(Event("whisper", conversation_id, {"agent_id": note.to_agent}))
        return note

    async def _open(self, connection: AsyncConnection, conversation_id: str) -> Conversation:
        conversation = await self._voice.locked(connection, conversation_id)
        if conversation.closed_at is not None:
            raise Conflict("会话已结束")
        return conversation

    async def _pass(
        self, connection: AsyncConnection, before: Conversation, to: Agent, lead: Agent, kind: str, now: datetime
    ) -> tuple[Conversation, Message]:
        after = await give(connection, before, to, kind, now, from_agent=before.agent_id, by=lead.id)
        await add_audit(connection, lead.id, ACTIONS[kind], before.id, now)
        return after, await self._voice.say(connection, after, texts.taken(to.name), to.id)

    def _tell(self, before: Conversation, after: Conversation, message: Message, how: str) -> None:
        self._voice.hub.publish(Event("owner", after.id, {
            "owner": after.owner, "agent_id": after.agent_id, "closed": False, "from_agent": before.agent_id,
            "how": how}))
        self._voice.out(after, [message])
