"""What the desk asks of the house; `hotline.conversation.frontdoor.FrontDoor` answers."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

from hotline.conversation.events import Event
from hotline.records import Agent, Conversation, Message


class DeskHouse(Protocol):
    """The desk's side of conversations. Each raises NotFound, and Conflict when another was first."""

    async def take(self, conversation_id: str, agent: Agent) -> Conversation:
        """Make the conversation this agent's."""

    async def say(self, conversation_id: str, agent: Agent, text: str, key: str | None = None) -> Message:
        """The owner's answer to the citizen, once per key."""

    async def release(
        self, conversation_id: str, agent: Agent, to: Literal["bot", "closed"], text: str | None = None
    ) -> Conversation:
        """Give the conversation back to the bot, or close it."""

    async def confirm_emergency(self, emergency_id: str, agent: Agent) -> None:
        """Somebody has seen the alarm."""

    async def agent_typing(self, conversation_id: str, agent: Agent) -> None:
        """Tell the citizen that an answer is being written."""

    def subscribe(self) -> AbstractAsyncContextManager[asyncio.Queue[Event]]:
        """A queue of events for as long as the block runs."""
