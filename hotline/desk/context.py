"""What stands beside a conversation: notes, who looks on, earlier wrap-ups, alerts, forms filled beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.base import Limits
from hotline.desk import prefill, talk_views
from hotline.desk.house import DeskHouse
from hotline.desk.rights import rights_of
from hotline.desk.viewers import Viewers
from hotline.records import JSON, Agent, Case, Conversation
from hotline.store import agents, desk
from hotline.store.corrections import corrections_of
from hotline.store.desk import Understood
from hotline.store.handing import seen_up_to
from hotline.store.notes import notes_of
from hotline.store.words import alerts_of
from hotline.store.wrap_ups import wrap_ups_of

log = structlog.get_logger(__name__)
LIMITS_SECONDS = 1.0


class Context:
    """Reads for the conversation's page; nothing here writes."""

    def __init__(self, house: DeskHouse, viewers: Viewers) -> None:
        self._house = house
        self._viewers = viewers

    async def around(
        self, connection: AsyncConnection, row: Conversation, me: Agent, heard: Sequence[Understood],
        tickets: Sequence[Case],
    ) -> JSON:
        """Everything beside the messages, inside the caller's transaction."""
        notes = await notes_of(connection, row.citizen_id, me.id, all_whispers="chat.lead" in rights_of(me.roles))
        earlier = await wrap_ups_of(connection, row.citizen_id)
        alerts = await alerts_of(connection, row.id)
        said = await desk.conversation_messages(connection, row.id)
        names = await agents.agent_names(connection, {
            *(note.agent_id for note in notes), *(one.agent_id for one in earlier),
            *(alert.seen_by for alert in alerts if alert.seen_by)})
        return {
            "notes": [talk_views.note(one, names) for one in notes],
            "previous": [talk_views.wrap_up(one, names) for one in earlier],
            "alerts": [talk_views.alert(one, names) for one in alerts],
            "corrections": {one.turn_id: one.right for one in await corrections_of(connection, row.id)},
            "citizen_seen": await seen_up_to(connection, row.citizen_id),
            "ticket": prefill.ticket_form(row, said, heard, tickets),
            "summary": prefill.summary(row, said, tickets),
        }

    async def viewers(self, row: Conversation, me: Agent) -> JSON:
        """Who else has it open now; another process's pages count too, so this asks outside the transaction."""
        return {"viewers": [vars(viewer) for viewer in await self._viewers.of(row.id, besides=me.id)]}

    async def limits(self, row: Conversation) -> JSON:
        """What the channel still lets us send; a channel that does not say must not keep the page closed."""
        try:
            async with asyncio.timeout(LIMITS_SECONDS):
                return talk_views.limits(await self._house.limits(row))
        except Exception as error:
            log.warning("channel_limits_unknown", channel=row.channel, error=type(error).__name__)
            return talk_views.limits(Limits(why="暂时查不到这个渠道的发送限制"))
