"""What the desk asks of the house; `hotline.conversation.frontdoor.FrontDoor` answers."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

from connectors.base import Limits
from hotline.conversation.events import Event, EventHub
from hotline.conversation.handing import Handing
from hotline.conversation.leading import Leading
from hotline.conversation.media import Media
from hotline.conversation.watch import Watch
from hotline.records import Agent, Conversation, Message


class DeskHouse(Protocol):
    """The desk's side of conversations. Each raises NotFound, and Conflict when another was first."""

    hub: EventHub
    handing: Handing
    watch: Watch
    media: Media

    @property
    def leading(self) -> Leading:
        """What a supervisor may do in conversations of others."""

    async def take(self, conversation_id: str, agent: Agent) -> Conversation:
        """Make the conversation this agent's."""

    async def say(
        self, conversation_id: str, agent: Agent, text: str, key: str | None = None, *, after: str | None = None,
        image: str | None = None, voice: str | None = None,
    ) -> Message:
        """The owner's answer to the citizen, once per key; Answered when another has spoken since `after`."""

    async def release(
        self, conversation_id: str, agent: Agent, to: Literal["bot", "closed"], text: str | None = None, *,
        result: str = "", summary: str = "",
    ) -> Conversation:
        """Give the conversation back to the bot, or close it, with a wrap-up."""

    async def confirm_emergency(self, emergency_id: str, agent: Agent) -> None:
        """Somebody has seen the alarm."""

    async def read(self, conversation_id: str, agent: Agent, message_id: str) -> None:
        """The owner has read up to this message."""

    async def limits(self, conversation: Conversation) -> Limits:
        """What the channel still lets an agent send."""

    async def agent_typing(self, conversation_id: str, agent: Agent) -> None:
        """Tell the citizen that an answer is being written."""

    def subscribe(self) -> AbstractAsyncContextManager[asyncio.Queue[Event]]:
        """A queue of events for as long as the block runs."""
