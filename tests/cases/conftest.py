"""A citizen to file for, and the filing itself in one call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hotline.records import Case, CaseDraft
from hotline.store import cases as store
from hotline.store.conversations import current_conversation, lock_citizen
from hotline.store.database import Database

NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
File = Callable[..., Awaitable[Case]]
DRAFT: dict[str, Any] = {
    "service_code": "facility_streetlight", "title": "路灯不亮", "description": "延吉路的路灯三天不亮了",
    "address": "青岛市市北区延吉路100号", "phone": "13800138000", "name": "王先生"}


@pytest.fixture
def file_case(database: Database) -> File:
    """Files a ticket of citizen `sender`; other arguments change the draft."""

    async def file(key: str = "turn:0", sender: str = "u1", now: datetime = NOW, **changes: Any) -> Case:
        async with database.write() as connection:
            citizen = await lock_citizen(connection, "rest", sender, now)
            conversation = await current_conversation(connection, citizen, now)
            return await store.file_case(
                connection, CaseDraft(**{**DRAFT, **changes}), key=key, citizen_id=citizen.id,
                conversation_id=conversation.id, department="市北区城市管理局", due_at=None, now=now)

    return file
