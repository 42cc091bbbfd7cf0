"""What the errands' actions share: read what the turn needs, then let the dialogue answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot.actions.base import HotlineAction, Outcome, Turn
from bot.actions.house import House, HouseUnavailable
from bot.dialogue.routing import plan, respond
from bot.dialogue.scene import Needs, Reads, Scene

JSON = dict[str, Any]


class ErrandAction(HotlineAction):
    """Plans, reads, answers. Which errand answers is the dialogue's own decision, and it is a pure one."""

    async def act(self, turn: Turn) -> Outcome:
        """One turn."""
        scene = Scene(turn)
        reads = await read(self.house, plan(scene), str(turn.context.get("citizen_id") or ""))
        return respond(replace(scene, reads=reads))


async def read(house: House, needs: Needs, citizen_id: str) -> Reads:
    """Everything at once; what the house does not answer stays unknown and is said so."""
    lookup = house.lookup_cases(citizen_id, needs.receipt, needs.last4, needs.code) if needs.cases else None
    answers = await asyncio.gather(
        house.catalogue(), *(house.search(query) for query in needs.queries), *([lookup] if lookup else []),
        return_exceptions=True)
    for found in answers:
        if isinstance(found, BaseException) and not isinstance(found, HouseUnavailable):
            raise found
    services, *rest = answers
    found_cases = rest.pop() if lookup else None
    searches = tuple(found for found in rest if isinstance(found, dict))
    return Reads(
        services={str(entry["code"]): entry for entry in services} if isinstance(services, list) else {},
        searches=searches,
        cases=tuple(found_cases["cases"]) if isinstance(found_cases, dict) else None,
        limited=isinstance(found_cases, dict) and bool(found_cases.get("limited")),
        failed=len(searches) < len(needs.queries),
    )
