"""What other rooms ask of tickets: filing and changing them inside a turn's transaction, and looking them up."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.catalogue import Catalogue
from hotline.records import Case, CaseDraft
from hotline.settings import Settings
from hotline.store import cases as store
from hotline.store.database import Database

log = structlog.get_logger(__name__)
CHANGES = {"add_to_case": store.add_to_case, "urge": store.urge, "withdraw": store.withdraw}


class Cases:
    """Tickets of citizens. Methods that take a connection run inside the caller's transaction."""

    def __init__(self, database: Database, catalogue: Catalogue, settings: Settings) -> None:
        self._database = database
        self._catalogue = catalogue
        self._settings = settings

    async def file(
        self, connection: AsyncConnection, draft: CaseDraft, *, key: str, citizen_id: str, conversation_id: str,
        now: datetime,
    ) -> Case:
        """File a ticket once per key, with its department and time limit. Raises ValueError for an unknown service."""
        if draft.service_code not in self._catalogue:
            raise ValueError("service_code")
        return await store.file_case(
            connection, draft, key=key, citizen_id=citizen_id, conversation_id=conversation_id,
            department=self._catalogue.department(draft.service_code, draft.address), due_at=None, now=now)

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
        """`add_to_case`, `urge` or `withdraw`. A ticket that is closed meanwhile is left as it is, and said so in a log."""
        done = await CHANGES[kind](connection, receipt, citizen_id, text, key=key, now=now)
        if done.refused:
            log.warning("case_change_refused", kind=kind, receipt=receipt, why=done.refused)

    async def rate(
        self, connection: AsyncConnection, *, receipt: str | None, citizen_id: str, score: int, text: str, key: str,
        now: datetime,
    ) -> None:
        """How the citizen rates what was done, 1 to 5."""
        await store.rate(connection, receipt, citizen_id, score, text, key=key, now=now)
