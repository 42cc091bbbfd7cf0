"""What other rooms ask of tickets: filing and changing them inside a turn's transaction, and looking them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.calendar import load_calendar
from hotline.cases.catalogue import Catalogue
from hotline.cases.internal import CaseApi
from hotline.cases.page import TicketPage
from hotline.records import Case, CaseDraft
from hotline.settings import Settings
from hotline.store import cases as store
from hotline.store.case_events import CaseEvent, events_of
from hotline.store.case_lookup import WRONG_TRIES, find_case, lookup_limited
from hotline.store.database import Database

log = structlog.get_logger(__name__)
CHANGES = {"add_to_case": store.add_to_case, "urge": store.urge, "withdraw": store.withdraw}
OWN_SHOWN = 10


@dataclass(frozen=True)
class Found:
    """Tickets that somebody may see; `limited` when guessing has ended for now, whatever the receipt."""

    cases: tuple[Case, ...] = ()
    limited: bool = False


def _now() -> datetime:
    return datetime.now(UTC)


class Cases:
    """Tickets of citizens. Methods that take a connection run inside the caller's transaction."""

    def __init__(
        self, database: Database, catalogue: Catalogue, settings: Settings, clock: Callable[[], datetime] = _now
    ) -> None:
        self.catalogue = catalogue
        self.city_limits = settings.city_limits
        self._database = database
        self._calendar = load_calendar(settings.var)
        self._clock = clock

    async def file(
        self, connection: AsyncConnection, draft: CaseDraft, *, key: str, citizen_id: str, conversation_id: str,
        now: datetime,
    ) -> Case:
        """File a ticket once per key, with its department and time limit. Raises ValueError for an unknown service."""
        if draft.service_code not in self.catalogue:
            raise ValueError("service_code")
        due = self._calendar.due(now, self.catalogue.get(draft.service_code).working_days or 5)
        return await store.file_case(
            connection, draft, key=key, citizen_id=citizen_id, conversation_id=conversation_id,
            department=self.catalogue.department(draft.service_code, draft.address), due_at=due.at, now=now)

    async def get(self, connection: AsyncConnection, receipt: str) -> Case:
        """One ticket. Raises NotFound."""
        return await store.get_case(connection, receipt)

    async def set_address(self, connection: AsyncConnection, receipt: str, address: str, *, now: datetime) -> None:
        """Give a ticket that was filed without a place its address."""
        await store.set_address(connection, receipt, address, now=now)

    async def update(
        self, connection: AsyncConnection, kind: str, *, receipt: str, citizen_id: str, text: str, key: str,
        now: datetime,
    ) -> None:
        """`add_to_case`, `urge` or `withdraw`; a ticket that is closed meanwhile stays as it is, as a log line says."""
        done = await CHANGES[kind](connection, receipt, citizen_id, text, key=key, now=now)
        if done.refused:
            log.warning("case_change_refused", kind=kind, receipt=receipt, why=done.refused)

    async def rate(
        self, connection: AsyncConnection, *, receipt: str | None, citizen_id: str, score: int, text: str, key: str,
        now: datetime,
    ) -> None:
        """How the citizen rates what was done. Raises ValueError unless it is 1 to 5."""
        if not 1 <= score <= 5:
            raise ValueError("score")
        await store.rate(connection, receipt, citizen_id, score, text, key=key, now=now)

    async def lookup(
        self, citizen_id: str, receipt: str | None = None, last4: str | None = None, code: str | None = None, *,
        tries: int = WRONG_TRIES,
    ) -> Found:
        """The citizen's own tickets, newest first; with a receipt that one, if it is theirs or the secret is right."""
        now = self._clock()
        if not receipt:
            async with self._database.read() as connection:
                return Found(tuple(await store.cases_of(connection, citizen_id, OWN_SHOWN)))
        async with self._database.write() as connection:
            case = await find_case(connection, citizen_id, receipt, last4, code, now, tries=tries)
            if case is not None:
                return Found((case,))
            return Found(limited=await lookup_limited(connection, citizen_id, receipt, now, tries=tries))

    async def history(self, receipt: str) -> list[CaseEvent]:
        """What happened to a ticket, oldest first."""
        async with self._database.read() as connection:
            return await events_of(connection, receipt)

    def internal_routes(self) -> Sequence[web.AbstractRouteDef]:
        """For the internal listener."""
        return CaseApi(self).routes()

    def public_routes(self) -> Sequence[web.AbstractRouteDef]:
        """For the public listener: the page of a ticket's progress."""
        return TicketPage(self).routes()
