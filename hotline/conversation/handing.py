"""Passing conversations on: to another agent, to a skill's queue, or two of them into one."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.conversation import texts
from hotline.conversation.ownership import BACK, enqueue
from hotline.conversation.turns import utc_now
from hotline.conversation.voice import Voice
from hotline.errors import BadInput, Conflict
from hotline.records import Agent, Conversation, Message, Reply
from hotline.store import conversations, emergencies
from hotline.store.agents import SKILLS
from hotline.store.database import Database
from hotline.store.desk_events import add_event
from hotline.store.handing import free_agent
from hotline.store.notes import add_note

# Whom an agent passes on has waited once already; emergencies stay before them.
PASSED_ON = 50


class Handing:
    """What the owner of a conversation may do with it besides answering."""

    def __init__(self, database: Database, voice: Voice) -> None:
        self._database = database
        self._voice = voice

    async def to_agent(self, conversation_id: str, agent: Agent, to: str, note: str = "") -> Conversation:
        """Make it another agent's at once. Raises BadInput, NotFound, Conflict (not the owner, away, too busy)."""
        if to == agent.id:
            raise BadInput("不能转给自己", "agent")
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._own(connection, conversation_id, agent)
            other = await free_agent(connection, to, now)
            conversation = await conversations.update_conversation(
                connection, conversation, now, agent_id=other.id, agent_seen=None)
            await add_event(connection, conversation.id, "transferred", now, agent.id, to_agent=other.id)
            message = await self._passed(connection, conversation, agent, note, texts.passed_on(other.name))
        self._voice.owner(conversation)
        self._voice.out(conversation, [message])
        return conversation

    async def to_skill(self, conversation_id: str, agent: Agent, skill: str, note: str = "") -> Conversation:
        """Back to the queue for those who can do this. Raises BadInput, NotFound, Conflict."""
        if skill not in SKILLS:
            raise BadInput("没有这个技能组", "skill")
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._own(connection, conversation_id, agent)
            conversation, position = await enqueue(
                connection, conversation, now, priority=max(PASSED_ON, conversation.priority), skill=skill,
                agent_seen=None)
            await add_event(connection, conversation.id, "transferred", now, agent.id, skill=skill)
            message = await self._passed(connection, conversation, agent, note, texts.queued_again(position))
        self._voice.owner(conversation)
        self._voice.queued(conversation)
        self._voice.out(conversation, [message])
        return conversation

    async def merge(self, conversation_id: str, agent: Agent, other_id: str) -> Conversation:
        """Close another open conversation of the same person into this one. Raises BadInput, NotFound, Conflict."""
        if other_id == conversation_id:
            raise BadInput("不能与自己合并", "other")
        now = utc_now()
        async with self._database.write() as connection:
            kept, other = await self._both(connection, conversation_id, other_id, agent)
            kept = await conversations.update_conversation(
                connection, kept, now, priority=max(kept.priority, other.priority))
            other = await conversations.update_conversation(connection, other, now, **BACK, closed_at=now)
            confirmed = await emergencies.confirm(connection, now, agent.id, conversation_id=other.id)
            await add_event(connection, other.id, "merged", now, agent.id, into=kept.id)
            await add_event(connection, kept.id, "merged", now, agent.id, source=other.id)
            await add_note(connection, kept, agent.id, texts.merge_note(other), now)
            said = [(row, [await self._voice.say(connection, row, reply, agent.id)]) for row, reply in (
                (kept, texts.merged_here(other.channel)), (other, texts.merged_there(kept.channel)))]
        for row, messages in said:
            self._voice.owner(row)
            self._voice.out(row, messages)
        if confirmed:
            self._voice.confirmed(other, confirmed)
        return kept

    async def _own(self, connection: AsyncConnection, conversation_id: str, agent: Agent) -> Conversation:
        conversation = await self._voice.locked(connection, conversation_id)
        owner_only(conversation, agent)
        return conversation

    async def _passed(
        self, connection: AsyncConnection, conversation: Conversation, agent: Agent, note: str, reply: Reply
    ) -> Message:
        if note:
            await add_note(connection, conversation, agent.id, note, utc_now())
        return await self._voice.say(connection, conversation, reply, agent.id)

    async def _both(
        self, connection: AsyncConnection, conversation_id: str, other_id: str, agent: Agent
    ) -> tuple[Conversation, Conversation]:
        """Both, locked in one order for everybody: two agents who merge crosswise must not wait for each other."""
        citizens = {(await conversations.get_conversation(connection, one)).citizen_id
                    for one in (conversation_id, other_id)}
        for citizen_id in sorted(citizens):
            await conversations.lock_citizen_by_id(connection, citizen_id)
        kept, other = [await conversations.get_conversation(connection, one) for one in (conversation_id, other_id)]
        owner_only(kept, agent)
        if other.closed_at is not None:
            raise Conflict("要合并的会话已结束")
        if other.owner == "agent" and other.agent_id != agent.id:
            raise Conflict("要合并的会话在其他坐席手里")
        return kept, other


def owner_only(conversation: Conversation, agent: Agent) -> None:
    """Raise Conflict unless the conversation is this agent's."""
    if conversation.owner != "agent" or conversation.agent_id != agent.id:
        raise Conflict("这个会话不在您手里")
