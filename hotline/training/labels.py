"""Labelling itself: checks what is said of a message, keeps it, and writes the overlay that trains from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import BadInput, Conflict, NotFound
from hotline.settings import Settings
from hotline.store import inbox as heard_store
from hotline.store import labels as store
from hotline.store.agents import add_audit
from hotline.store.conversations import new_id
from hotline.store.database import Database
from hotline.store.inbox import Heard
from hotline.store.labels import Label
from hotline.text.masking import mask_text
from hotline.training.assembly import WriteLabels, write_held, write_taught
from hotline.training.choices import ACTS, ALONE, EMERGENCIES
from hotline.training.duplicates import Duplicates
from hotline.training.hearing import UNSURE, proposal
from hotline.training.overlay import live_folder, newest, write_overlay
from hotline.training.parts import parts_of

OUT_OF_SCOPE = "chitchat"  # what the bot answers with "这个我帮不上": domain.yml has no label of its own for it
HIDDEN = "［含个人信息，未保留］"
STATES = {"accept": "accepted", "change": "accepted", "skip": "skipped", "out_of_scope": "out_of_scope",
          "personal": "personal"}


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Meaning:
    """What a text means: one intent with its service, or a kind of danger, or both."""

    intent: str | None = None
    service: str | None = None
    emergency: str | None = None


class Labels:
    """`intents` and `services` are the bot's own, names by code. Every change leaves the overlay as the labels are."""

    def __init__(
        self, database: Database, settings: Settings, intents: Mapping[str, str], services: Mapping[str, str],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._share = settings.test_share
        self._overlay = live_folder(settings.var)
        self._intents = intents
        self._services = services
        self._now = clock
        self.duplicates = Duplicates()
        # Two labels at once could put two wordings of one message into two parts; and one overlay has one writer.
        self._one = asyncio.Lock()

    def check(self, meaning: Meaning) -> Meaning:
        """The meaning, if a label may say it. Raises BadInput with the field."""
        intent, service, emergency = meaning.intent, meaning.service, meaning.emergency
        if emergency is not None and emergency not in EMERGENCIES:
            raise BadInput(f"没有这种紧急情况：{emergency}", "emergency")
        if intent is None and (service or emergency is None):
            raise BadInput("请选择意图", "intent")
        if intent is not None and intent not in self._intents:
            raise BadInput(f"没有这个意图：{intent}", "intent")
        if service is not None and service not in self._services:
            raise BadInput(f"没有这个事项：{service}", "service")
        if service is not None and intent not in ACTS:
            raise BadInput(f"“{self._intents[str(intent)]}”不带事项", "service")
        if intent in ACTS and service is None and intent not in ALONE:
            raise BadInput(f"“{self._intents[intent]}”要有事项", "service")
        return meaning

    async def label(
        self, message_ids: Sequence[str], action: str, given: Meaning, author_id: str, source: str
    ) -> list[Label]:
        """Say the same of each of these messages. Raises BadInput, NotFound; then nothing is said of any."""
        async with self._one:
            async with self._database.read() as connection:
                turns = await heard_store.turns_of_messages(connection, message_ids)
                missing = [one for one in message_ids if one not in turns]
                if missing:
                    raise NotFound(f"没有这条市民消息：{missing[0]}")
                heard = await heard_store.heard(connection, set(turns.values()))
                known = await store.parts(connection)
            meanings = [self._meaning(one, action, given) for one in heard]
            texts = await asyncio.to_thread(lambda: [HIDDEN if action == "personal" else mask_text(one.text)
                                                     for one in heard])
            new = [(one, text, meaning) for one, text, meaning in zip(heard, texts, meanings, strict=True)]
            parts = await self._parts([(one.message_id, text) for one, text, _ in new], known)
            async with self._database.write() as connection:
                there = await store.by_turn(connection, {one.turn_id for one in heard})
                said = [await self._said(connection, there.get(one.turn_id), one, text, meaning, part,
                                         STATES[action], author_id, source)
                        for (one, text, meaning), part in zip(new, parts, strict=True)]
            await self._write_overlay()
        return said

    async def say(self, texts: Sequence[str], given: Meaning, author_id: str, source: str) -> list[Label]:
        """Label texts that are no message of ours: examples written by hand, or doubted ones. Raises BadInput."""
        meaning, now = self.check(given), self._now()
        async with self._one:
            masked = await asyncio.to_thread(lambda: [mask_text(text) for text in dict.fromkeys(texts)])
            async with self._database.read() as connection:
                known = await store.parts(connection)
            parts = await self._parts([("", text) for text in masked], known)
            new = [Label(new_id(), text, meaning.intent, meaning.service, meaning.emergency, "accepted", part, source,
                         author_id, now, now) for text, part in zip(masked, parts, strict=True)]
            async with self._database.write() as connection:
                await store.add_labels(connection, new)
                await add_audit(connection, author_id, "label", f"{source} {len(new)}", now)
            await self._write_overlay()
        return new

    async def change(self, label_id: str, given: Meaning, state: str, author_id: str) -> Label:
        """Say something else. Raises BadInput, NotFound."""
        if state in store.USED:
            self.check(given)
        async with self._one:
            async with self._database.write() as connection:
                label = await store.get_label(connection, label_id)
                if label.state == "personal" and state != "personal":
                    raise BadInput("这条标注的原文没有保留，不能再用", "state")
                changed = await store.change_label(connection, label, author_id, self._now(), **vars(given),
                                                   state=state, **({"text": HIDDEN} if state == "personal" else {}))
            await self._write_overlay()
        return changed

    async def withdraw(self, label_id: str, author_id: str) -> Label:
        """Take a label back; its history stays. Raises NotFound."""
        async with self._one:
            async with self._database.write() as connection:
                label = await store.get_label(connection, label_id)
                gone = await store.change_label(connection, label, author_id, self._now(), state="withdrawn")
                await add_audit(connection, author_id, "label_withdrawn", label_id, self._now())
            await self._write_overlay()
        return gone

    async def take_in(
        self, new: Sequence[Label], changed: Sequence[tuple[Label, Meaning]], author_id: str
    ) -> int:
        """Keep what an import brings, all of it at once; texts are masked and meanings checked already."""
        async with self._one:
            async with self._database.read() as connection:
                known = await store.parts(connection)
            parts = await self._parts([("", label.text) for label in new], known)
            async with self._database.write() as connection:
                await store.add_labels(
                    connection, [replace(label, part=part) for label, part in zip(new, parts, strict=True)])
                for label, meaning in changed:
                    await store.change_label(connection, label, author_id, self._now(), **vars(meaning))
                await add_audit(connection, author_id, "label_import", str(len(new) + len(changed)), self._now())
            await self._write_overlay()
        return len(new) + len(changed)

    async def rewrite(self) -> None:
        """Write the overlay as the labels are now: a restored database may bring others."""
        async with self._one:
            await self._write_overlay()

    def _meaning(self, one: Heard, action: str, given: Meaning) -> Meaning:
        if action == "change":
            return self.check(given)
        if action in ("skip", "personal"):
            return Meaning()
        if action == "out_of_scope":
            return self.check(Meaning(OUT_OF_SCOPE, None, given.emergency))
        intent, service = proposal(one) or (one.parse.get("intent"), one.parse.get("service_code"))
        if intent in (None, UNSURE):
            raise BadInput("机器人没有听懂这一条，请选择意图", "action")
        return self.check(Meaning(intent, service if intent in ACTS else None, given.emergency))

    async def _parts(self, new: Sequence[tuple[str, str]], known: Sequence[tuple[str, str]]) -> list[str]:
        return await asyncio.to_thread(parts_of, new, known, self._share, self.duplicates)

    async def _said(
        self, connection: AsyncConnection, there: Label | None, one: Heard, text: str, meaning: Meaning, part: str,
        state: str, author_id: str, source: str,
    ) -> Label:
        """A message has one label and keeps its part: what was once for testing never trains."""
        values: dict[str, Any] = {**vars(meaning), "state": state, "text": text}
        if there is not None:
            return await store.change_label(connection, there, author_id, self._now(), **values)
        now = self._now()
        label = Label(id=new_id(), part=part, source=source, author_id=author_id, created_at=now, updated_at=now,
                      message_id=one.message_id, turn_id=one.turn_id, citizen_id=one.citizen_id, **values)
        try:
            async with connection.begin_nested():
                await store.add_labels(connection, [label])
        except IntegrityError as error:  # another front door's admin
            raise Conflict("别人刚刚标注了这条消息，请刷新") from error
        return label

    async def writer(self) -> WriteLabels:
        """What writes the labels as they are now into a candidate's folder."""
        async with self._database.read() as connection:
            known = await store.used(connection)

        def write(folder: Path) -> None:
            write_overlay(folder / "data", known)
            write_held(folder, known)
            write_taught(folder, newest(known))

        return write

    async def _write_overlay(self) -> None:
        async with self._database.read() as connection:
            known = await store.used(connection, "train")
        await asyncio.to_thread(write_overlay, self._overlay, known)
