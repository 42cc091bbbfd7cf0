"""A ticket that an agent files from the conversation; the citizen gets its card."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from hotline.cases.service import Cases
from hotline.conversation import texts
from hotline.conversation.handing import owner_only
from hotline.conversation.turns import utc_now
from hotline.conversation.voice import Voice
from hotline.errors import BadInput
from hotline.records import Agent, Case, CaseDraft
from hotline.store import conversations
from hotline.store.database import Database


class Filing:
    """`changed` is called after a commit that left something for the case backend."""

    def __init__(self, database: Database, voice: Voice, cases: Cases, changed: Callable[[], None]) -> None:
        self._database = database
        self._voice = voice
        self._cases = cases
        self._changed = changed

    async def file(self, conversation_id: str, agent: Agent, draft: CaseDraft, key: str) -> Case:
        """File once per key, with the citizen's pictures. Raises BadInput, NotFound, Conflict (not the owner)."""
        if draft.service_code not in self._cases.catalogue:
            raise BadInput("没有这个事项", "service_code")
        now, messages = utc_now(), []
        unique = hashlib.sha256(f"{conversation_id}:{agent.id}:{key}".encode()).hexdigest()[:40]
        async with self._database.write() as connection:
            conversation = await self._voice.locked(connection, conversation_id)
            told = await conversations.find_duplicate(connection, conversation.citizen_id, f"desk:{unique}")
            if told is None:
                owner_only(conversation, agent)
            case = await self._cases.file(
                connection, replace(draft, attachments=await conversations.pictures(connection, conversation_id)),
                key=f"desk:{unique}", citizen_id=conversation.citizen_id, conversation_id=conversation_id, now=now)
            if told is None:
                messages = [await self._voice.say(connection, conversation, texts.filed(case), agent.id, unique)]
        self._changed()
        self._voice.out(conversation, messages)
        return case
