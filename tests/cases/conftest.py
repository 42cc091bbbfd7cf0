"""A citizen to file for, and the filing itself in one call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

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


class Serve:
    """Starts real HTTP servers on free ports; one client session for all."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self.runners: list[web.AppRunner] = []

    async def __call__(self, routes: Sequence[web.AbstractRouteDef], port: int = 0, **options: Any) -> str:
        app = web.Application(client_max_size=262_144, **options)
        app.router.add_routes(routes)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """See Serve."""
    async with aiohttp.ClientSession() as session:
        serving = Serve(session)
        yield serving
        for runner in serving.runners:
            await runner.cleanup()
