"""Own labels out and in over HTTP: a file is taken in whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from hotline.background import in_background
from hotline.errors import BadInput, TooLarge
from hotline.store import labels as store
from hotline.store.agents import Session, add_audit
from hotline.store.conversations import new_id
from hotline.store.database import Database
from hotline.store.labels import Label
from hotline.text.masking import mask_text
from hotline.training import queries
from hotline.training.door import Door
from hotline.training.duplicates import words_of
from hotline.training.exchange import KINDS, Read, Row, read, written
from hotline.training.labels import Labels, Meaning, utc_now

MOST = 32 * 1024 * 1024  # bytes
SHOWN = 500  # problems in one answer
TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson", "yml": "application/yaml"}


@dataclass
class Plan:
    """What a file would do; with a problem it does nothing."""

    new: list[Label] = field(default_factory=list)
    changed: list[tuple[Label, Meaning]] = field(default_factory=list)
    same: int = 0


class ExchangePage:
    """HTTP around `exchange`."""

    def __init__(self, database: Database, labels: Labels) -> None:
        self._database = database
        self._labels = labels

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [door.signed("GET", "/training/api/export", self._export),
                door.signed("POST", "/training/api/import", self._import)]

    async def _export(self, request: web.Request, session: Session) -> web.Response:
        kind = queries.word(request, "format", KINDS, "csv")
        part = queries.word(request, "part", ("train", "test"))
        async with self._database.read() as connection:
            found = await store.used(connection, part)
        async with self._database.write() as connection:
            await add_audit(connection, session.agent.id, "label_export", f"{kind} {len(found)}", utc_now())
        text = await asyncio.to_thread(written, found, kind)
        return web.Response(body=text.encode(), content_type=TYPES[kind], charset="utf-8", headers={
            "Content-Disposition": f'attachment; filename="labels.{kind}"', "X-Content-Type-Options": "nosniff"})

    async def _import(self, request: web.Request, session: Session) -> web.Response:
        kind = queries.word(request, "format", KINDS)
        if not kind:
            raise BadInput("请说明格式：csv、jsonl 或 yml", "format")
        raw = await body_of(request, MOST)
        async with self._database.read() as connection:
            known = await store.every(connection)
        # Masking takes about a millisecond a row: beside the loop, and a stopping house does not wait for it.
        found, plan = await in_background(self._planned, raw, kind, known, session.agent.id)
        if found.problems:
            return web.json_response({
                "error": f"有 {len(found.problems)} 处问题，一条也没有导入", "count": len(found.problems),
                "problems": sorted(found.problems, key=lambda one: int(one["line"]))[:SHOWN]}, status=400)
        taken = await self._labels.take_in(plan.new, plan.changed, session.agent.id)
        return web.json_response({"imported": len(plan.new), "changed": taken - len(plan.new), "same": plan.same})

    def _planned(self, raw: bytes, kind: str, known: Sequence[Label], author_id: str) -> tuple[Read, Plan]:
        found, plan = read(raw, kind), Plan()
        by_id = {label.id: label for label in known}
        by_words = {words_of(label.text): label for label in known if label.state in store.USED}
        lines: dict[str, tuple[int, Meaning]] = {}
        for row in found.rows:
            try:
                meaning = self._labels.check(Meaning(row.intent, row.service, row.emergency))
            except BadInput as error:
                found.bad(row.line, str(error))
                continue
            text = mask_text(row.text)
            before = lines.setdefault(words_of(text), (row.line, meaning))
            if before[1] != meaning:
                found.bad(row.line, f"与第 {before[0]} 行文字相同、标注不同")
            elif before[0] == row.line:
                self._place(row, text, meaning, by_id, by_words, plan, found, author_id)
            else:
                plan.same += 1
        return found, plan

    @staticmethod
    def _place(
        row: Row, text: str, meaning: Meaning, by_id: dict[str, Label], by_words: dict[str, Label], plan: Plan,
        found: Read, author_id: str,
    ) -> None:
        """A row with a label's id changes that label; other rows are new, unless the same words are labelled."""
        if row.id is not None and row.id not in by_id:
            return found.bad(row.line, f"没有编号为 {row.id[:40]} 的标注；新的行请把 id 留空")
        label = by_id[row.id] if row.id else by_words.get(words_of(text))
        if label is None:
            now = utc_now()
            plan.new.append(Label(new_id(), text, meaning.intent, meaning.service, meaning.emergency, "accepted",
                                  "train", "import", author_id, now, now))
        elif Meaning(label.intent, label.service, label.emergency) == meaning:
            plan.same += 1
        elif row.id:
            plan.changed.append((label, meaning))
        else:
            found.bad(row.line, "这句话已有不同的标注；要改请带上它的 id（先导出）")
        return None


async def body_of(request: web.Request, most: int) -> bytes:
    """A raw body up to `most` bytes, whatever the application's limit for JSON. Raises TooLarge, BadInput."""
    found = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        found += chunk
        if len(found) > most:
            raise TooLarge(f"文件超过 {most // 1024 // 1024} MB")
    if not found:
        raise BadInput("文件是空的")
    return bytes(found)
