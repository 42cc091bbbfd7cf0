"""Finding a ticket by its receipt, with wrong guesses counted."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Case
from hotline.store.cases import locked_case
from hotline.store.tables import lookups

WRONG_TRIES = 5
TRY_WINDOW = timedelta(hours=1)


async def find_case(
    connection: AsyncConnection, citizen_id: str, receipt: str, last4: str | None, code: str | None, now: datetime,
    *, tries: int = WRONG_TRIES,
) -> Case | None:
    """An own ticket; another's only with its phone's last four digits or its code.

    None for unknown, foreign and limited alike. Must run in a writing transaction: wrong tries are counted, at
    most `tries` of one citizen and five on one receipt an hour.
    """
    # The lock orders guesses on one receipt that come at the same moment.
    case = await locked_case(connection, receipt)
    if case and case.citizen_id == citizen_id:
        return case
    if not last4 and not code:
        return None
    if await lookup_limited(connection, citizen_id, receipt, now, tries=tries):
        return None
    if case and _secret_is_right(case, last4, code):
        return case
    await connection.execute(insert(lookups).values(citizen_id=citizen_id[:40], receipt=receipt[:40], at=now))
    return None


async def lookup_limited(
    connection: AsyncConnection, citizen_id: str, receipt: str, now: datetime, *, tries: int = WRONG_TRIES
) -> bool:
    """Whether a citizen, or everybody together on one receipt, has guessed wrong too often within the hour."""
    since = now - TRY_WINDOW
    of_citizen = await _count(connection, and_(lookups.c.citizen_id == citizen_id[:40], lookups.c.at > since))
    on_receipt = await _count(connection, and_(lookups.c.receipt == receipt[:40], lookups.c.at > since))
    return of_citizen >= tries or on_receipt >= WRONG_TRIES


async def forget_lookups(connection: AsyncConnection, before: datetime) -> int:
    """Drop wrong tries that count no more."""
    return int((await connection.execute(delete(lookups).where(lookups.c.at < before))).rowcount)


def _secret_is_right(case: Case, last4: str | None, code: str | None) -> bool:
    """Constant-time, so that the answer's time tells nothing."""
    pairs = ((case.phone[-4:] if case.phone else None, (last4 or "").strip()),
             (case.code, (code or "").strip().upper()))
    # Every pair is compared, whatever the first one said.
    matches = [bool(kept) and hmac.compare_digest(str(kept).encode(), given.encode()) for kept, given in pairs]
    return any(matches)


async def _count(connection: AsyncConnection, condition: Any) -> int:
    return int((await connection.execute(select(func.count()).select_from(lookups).where(condition))).scalar_one())
