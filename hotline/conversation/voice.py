"""How the house speaks in a conversation, and tells all who watch: shared by everything that works for the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.base import Connector
from hotline.conversation.delivery import Delivery
from hotline.conversation.events import Event, EventHub
from hotline.conversation.turns import utc_now
from hotline.records import Conversation, Message, Reply
from hotline.store import conversations


class Voice:
    """Stores what is said inside the caller's transaction; `out` and `owner` come after its commit."""

    def __init__(self, connectors: Mapping[str, Connector], hub: EventHub, delivery: Delivery) -> None:
        self._connectors = connectors
        self._delivery = delivery
        self.hub = hub

    async def locked(self, connection: AsyncConnection, conversation_id: str) -> Conversation:
        """A conversation as it is now, nobody else writing to its citizen. Raises NotFound."""
        conversation = await conversations.get_conversation(connection, conversation_id)
        await conversations.lock_citizen_by_id(connection, conversation.citizen_id)
        return await conversations.get_conversation(connection, conversation_id)

    async def say(
        self, connection: AsyncConnection, conversation: Conversation, reply: Reply, agent_id: str | None,
        key: str | None = None,
    ) -> Message:
        """Store something for the citizen, in an agent's or the house's name."""
        return await conversations.add_reply(
            connection, reply, conversation, utc_now(), turn_id=None, pushed=self.pushes(conversation),
            agent_id=agent_id, external_id=f"desk:{key}" if key else None)

    def pushes(self, conversation: Conversation) -> bool:
        """Whether its channel must be delivered to."""
        connector = self._connectors.get(conversation.channel)
        return connector is not None and connector.pushes

    def reaches(self, channel: str) -> bool:
        """Whether what the house says unasked gets there: put out by us, or fetched by the citizen's side."""
        return channel in self._connectors

    def freely(self, conversation: Conversation) -> bool:
        """Whether its channel takes any number of messages, so that mere news may be told unasked."""
        connector = self._connectors.get(conversation.channel)
        return connector is None or connector.pushes_freely

    def out(self, conversation: Conversation, stored: Sequence[Message]) -> None:
        """What was stored may go out."""
        for message in stored:
            self.hub.publish(Event("message", conversation.id, {"message": message.id}))
        self._delivery.wake(conversation.citizen_id, conversation.channel, conversation.sender)

    def owner(self, conversation: Conversation) -> None:
        """Tell the desk whose the conversation is now."""
        self.hub.publish(Event("owner", conversation.id, {
            "owner": conversation.owner, "agent_id": conversation.agent_id,
            "closed": conversation.closed_at is not None}))

    def queued(self, conversation: Conversation) -> None:
        """Tell the desk that somebody waits."""
        self.hub.publish(Event("queue", conversation.id, {"owner": conversation.owner}))

    def confirmed(self, conversation: Conversation, emergencies: Sequence[str]) -> None:
        """Tell the desk that somebody has seen these emergencies."""
        self.hub.publish(Event("confirmed", conversation.id, {"emergencies": list(emergencies)}))
