"""The agents' side of a conversation: taking it, answering, giving it back, and hearing of what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.base import Connector, Limits
from hotline.conversation import texts
from hotline.conversation.delivery import Delivery
from hotline.conversation.events import Event, EventHub
from hotline.conversation.handing import Handing, owner_only
from hotline.conversation.leading import Leading
from hotline.conversation.media import Media
from hotline.conversation.ownership import BACK, answered, give
from hotline.conversation.turns import Probe, utc_now
from hotline.conversation.voice import Voice
from hotline.conversation.watch import Watch
from hotline.errors import Answered, BadInput, Conflict, NotFound
from hotline.records import MEDIA, Agent, Conversation, Message, Reply
from hotline.settings import Settings
from hotline.store import attachments, conversations, emergencies
from hotline.store.database import Database
from hotline.store.desk_events import add_event
from hotline.store.handing import answered_by_others, mark_read, read_up_to
from hotline.store.wrap_ups import add_wrap_up

# Whoever wrote nothing more, or nothing of sense, is not asked how it was.
UNRATED = ("no_reply", "spam")


class DeskSide:
    """What the desk asks of conversations (`hotline.desk.house.DeskHouse`)."""

    def __init__(
        self, database: Database, settings: Settings, connectors: Mapping[str, Connector], probe: Probe
    ) -> None:
        self._database = database
        self._connectors = connectors
        self._probe = probe
        self.hub = EventHub()
        self.delivery = Delivery(database, connectors)
        self.voice = Voice(connectors, self.hub, self.delivery)
        self.leading = Leading(database, self.voice)
        self.handing = Handing(database, self.voice)
        self.watch = Watch(database)
        self.media = Media(database, settings)

    async def take(self, conversation_id: str, agent: Agent) -> Conversation:
        """An agent takes a conversation; whoever takes it has seen its emergency. Raises Conflict, NotFound."""
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self.voice.locked(connection, conversation_id)
            if conversation.owner == "agent" and conversation.agent_id == agent.id:
                return conversation
            if conversation.owner == "agent":
                raise Conflict("已被其他坐席接起")
            if conversation.closed_at is not None:
                raise Conflict("会话已结束")
            conversation = await give(connection, conversation, agent, "taken", now)
            confirmed = await emergencies.confirm(connection, now, agent.id, conversation_id=conversation_id)
            message = await self.voice.say(connection, conversation, texts.taken(agent.name), agent.id)
        self.voice.owner(conversation)
        if confirmed:
            self.hub.publish(Event("confirmed", conversation_id, {"emergencies": confirmed}))
        self._out(conversation, [message])
        return conversation

    async def say(
        self, conversation_id: str, agent: Agent, text: str, key: str | None = None, *, after: str | None = None,
        image: str | None = None, voice: str | None = None,
    ) -> Message:
        """The owner's answer to the citizen, once per key. Raises BadInput, Conflict, NotFound.

        Raises Answered when somebody else has spoken since the message `after`, the last one that the agent saw.
        """
        if not isinstance(text, str) or len(text.strip()) > 2000 or not (text.strip() or image or voice):
            raise BadInput("一条消息要有 1 到 2000 个字", "text")
        async with self._database.write() as connection:
            conversation = await self.voice.locked(connection, conversation_id)
            if key:
                twin = await conversations.find_duplicate(connection, conversation.citizen_id, f"desk:{key}")
                if twin:
                    return twin
            owner_only(conversation, agent)
            if after:
                await self._not_answered(connection, conversation, agent, after)
            await _ours(connection, conversation, image=image, voice=voice)
            conversation = await answered(connection, conversation, agent, utc_now())
            reply = Reply(text=text.strip() or None, image=image, voice=voice, author="agent")
            message = await self.voice.say(connection, conversation, reply, agent.id, key)
        self._out(conversation, [message])
        return message

    async def release(
        self, conversation_id: str, agent: Agent, to: Literal["bot", "closed"], text: str | None = None, *,
        result: str = "", summary: str = "",
    ) -> Conversation:
        """Give back to the bot, or close and ask how it was. Raises BadInput, Conflict, NotFound."""
        if to not in ("bot", "closed"):
            raise BadInput("to must be bot or closed", "to")
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self.voice.locked(connection, conversation_id)
            owner_only(conversation, agent)
            if text and text.strip():
                conversation = await answered(connection, conversation, agent, now)
            if to == "closed" or result or summary:
                await add_wrap_up(connection, conversation.id, agent.id, result or "other", summary, now)
            await add_event(connection, conversation.id, "closed" if to == "closed" else "released", now, agent.id)
            conversation = await conversations.update_conversation(
                connection, conversation, now, **BACK, closed_at=now if to == "closed" else None)
            farewell = texts.closed(result not in UNRATED) if to == "closed" else texts.given_back()
            said = [Reply(text=text.strip(), author="agent")] if text and text.strip() else []
            messages = [await self.voice.say(connection, conversation, reply, agent.id) for reply in [*said, farewell]]
        self.voice.owner(conversation)
        self._out(conversation, messages)
        return conversation

    async def confirm_emergency(self, emergency_id: str, agent: Agent) -> None:
        """Somebody has seen the alarm. Raises NotFound when it is not open."""
        async with self._database.write() as connection:
            if not await emergencies.confirm(connection, utc_now(), agent.id, emergency_id=emergency_id):
                raise NotFound("no such open emergency")
        self.hub.publish(Event("confirmed", "", {"emergencies": [emergency_id]}))

    async def agent_typing(self, conversation_id: str, agent: Agent) -> None:
        """Show the citizen that an answer is on its way."""
        async with self._database.read() as connection:
            conversation = await conversations.get_conversation(connection, conversation_id)
        if conversation.agent_id == agent.id:
            await self._connectors[conversation.channel].agent_typing(conversation.sender)

    async def read(self, conversation_id: str, agent: Agent, message_id: str) -> None:
        """The owner has read up to this message; the citizen is told where the channel can. Raises NotFound."""
        async with self._database.write() as connection:
            further = await read_up_to(connection, conversation_id, agent.id, message_id)
            heard = await mark_read(connection, conversation_id, message_id) if further else None
            conversation = await conversations.get_conversation(connection, conversation_id)
        if further:
            self.hub.publish(Event("seen", conversation_id, {"who": "agent", "message": message_id}))
        if heard:
            await self._connectors[conversation.channel].agent_seen(conversation.sender, heard)

    async def limits(self, conversation: Conversation) -> Limits:
        """What its channel still lets an agent send."""
        connector = self._connectors.get(conversation.channel)
        return await connector.limits(conversation.sender) if connector else Limits()

    def subscribe(self) -> AbstractAsyncContextManager[asyncio.Queue[Event]]:
        """Events for the desk."""
        return self.hub.subscribe()

    def _out(self, conversation: Conversation, stored: Sequence[Message]) -> None:
        self._probe("outbox")
        self.voice.out(conversation, stored)

    async def _not_answered(
        self, connection: AsyncConnection, conversation: Conversation, agent: Agent, after: str
    ) -> None:
        try:
            seen = await conversations.get_message(connection, after)
        except NotFound as error:
            raise BadInput("no such message", "after") from error
        if await answered_by_others(connection, conversation.id, agent.id, seen):
            raise Answered("刚才已有别人回复，请看过再发")


async def _ours(connection: AsyncConnection, conversation: Conversation, **urls: str | None) -> None:
    """Raise BadInput for an address of our own that is no file of this conversation's."""
    for kind, url in urls.items():
        if url and url.startswith(MEDIA) and not await attachments.belongs(connection, url, kind, conversation.id):
            raise BadInput("没有这个附件", kind)
