"""The inbox: what citizens said, what the bot understood, what followed; what teaches most comes first."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from hotline.records import JSON
from hotline.store import agents
from hotline.store import inbox as heard_store
from hotline.store import labels as label_store
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.inbox import Heard
from hotline.store.labels import Label
from hotline.text.masking import mask_text
from hotline.training import queries
from hotline.training.door import Door
from hotline.training.duplicates import Duplicates, words_of
from hotline.training.hearing import KINDS, Lesson, emergency, knowledge, lesson, outcome, proposal
from hotline.training.labels import utc_now
from hotline.training.labels_page import shown

WINDOW = 2000  # the newest turns among which those that teach most are looked for: half a second of reading
PAGE = 50


@dataclass(frozen=True)
class Wish:
    """What a reader of the inbox wants to see."""

    sort: str
    kind: str
    service: str
    intent: str
    words: str
    unlabelled: bool
    cursor: tuple[int, int] | None  # score and message number of the last row


class Inbox:
    """Reads the record; keeps nothing."""

    def __init__(
        self, database: Database, duplicates: Duplicates, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._duplicates = duplicates
        self._now = clock

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The address."""
        return [door.signed("GET", "/training/api/inbox", self._read)]

    async def _read(self, request: web.Request, session: Session) -> web.Response:
        wish = _wish(request)
        # The whole window is read: the counts are of the same messages as the rows.
        lessons, floor = await self.lessons(
            wish.unlabelled, wish.words, wish.cursor[1] if wish.cursor and wish.sort == "new" else None)
        fitting = [one for one in lessons if _fits(one, wish)]
        page, more = _page([one for one in fitting if wish.kind in ("all", *one.why)], wish)
        if more is None and floor is not None and wish.sort == "new":
            more = f"0_{floor}"
        rows = await self._rows(page, [one for one in lessons if one.label is None])
        counts = Counter(kind for one in fitting for kind in one.why)
        return web.json_response({
            "rows": rows, "more": more, "window": WINDOW,
            "counts": {"all": len(fitting), **{kind: counts[kind] for kind in KINDS}}})

    async def lessons(
        self, unlabelled: bool = False, words: str = "", before: int | None = None
    ) -> tuple[list[Lesson], int | None]:
        """The newest turns before a message's number with what they teach; and the last number if there are older ones.

        At the beginning those that agents corrected come too, however old they are.
        """
        async with self._database.read() as connection:
            ids = await heard_store.newest_turns(
                connection, before=before, unlabelled=unlabelled, words=words, limit=WINDOW)
            corrected = [] if words or before is not None else await heard_store.corrected_turns(connection)
            heard = await heard_store.heard(connection, {*ids, *corrected})
            labels = await label_store.by_turn(connection, {one.turn_id for one in heard})
        newest = set(ids)
        floor = min((one.seq for one in heard if one.turn_id in newest), default=0) if len(ids) == WINDOW else None
        return await asyncio.to_thread(_lessons, heard, labels), floor

    async def _rows(self, page: Sequence[Lesson], unlabelled: Sequence[Lesson]) -> list[JSON]:
        texts = [one.heard.text for one in unlabelled]
        near = await asyncio.to_thread(self._duplicates.near, [one.heard.text for one in page], texts)
        people = {person for one in page for person in (
            one.heard.corrected[1] if one.heard.corrected else "", one.label.author_id if one.label else "")}
        async with self._database.read() as connection:
            names = await agents.agent_names(connection, people - {""})
        masked = await asyncio.to_thread(lambda: [mask_text(one.heard.text) for one in page])
        return [
            self._row(one, masked[place], names, [
                unlabelled[other].heard.message_id for other in near.get(place, ())
                if unlabelled[other].heard.turn_id != one.heard.turn_id])
            for place, one in enumerate(page)]

    def _row(self, one: Lesson, text: str, names: Mapping[str, str], near: Sequence[str]) -> JSON:
        heard, parse, proposed = one.heard, one.heard.parse, proposal(one.heard)
        return {
            "message": heard.message_id, "turn": heard.turn_id, "at": heard.at.isoformat(), "channel": heard.channel,
            "text": text, "intent": parse.get("intent"), "service": parse.get("service_code"),
            "confidence": parse.get("confidence"), "margin": one.margin, "knowledge": knowledge(heard),
            "emergency": emergency(heard), "outcome": outcome(heard, self._now()),
            "correction": {"service": heard.corrected[0], "by": names.get(heard.corrected[1], heard.corrected[1])}
            if heard.corrected else None,
            "proposal": {"intent": proposed[0], "service": proposed[1],
                         "from": "correction" if heard.corrected else "ticket"} if proposed else None,
            "label": shown(one.label, names) if one.label else None,
            "near": list(near), "why": list(one.why), "score": one.score}


def _lessons(heard: Sequence[Heard], labels: Mapping[str, Label]) -> list[Lesson]:
    keys = [words_of(one.text) for one in heard]
    alike = Counter(keys)
    meanings: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for key, one in zip(keys, heard, strict=True):
        label = labels.get(one.turn_id)
        if label is not None and label.state in label_store.USED:
            meanings[key].add((label.intent, label.service))
    return [lesson(one, labels.get(one.turn_id), alike[key] - 1, len(meanings[key]) > 1)
            for key, one in zip(keys, heard, strict=True)]


def _wish(request: web.Request) -> Wish:
    cursor = queries.place(request, 2)
    return Wish(
        sort=queries.word(request, "sort", ("teaching", "new"), "teaching"),
        kind=queries.word(request, "kind", ("all", *KINDS), "all"), service=queries.code(request, "service"),
        intent=queries.code(request, "intent"), words=queries.words(request),
        unlabelled=request.query.get("unlabelled") == "1",
        cursor=(queries.number(cursor[0]), queries.number(cursor[1])) if cursor else None)


def _fits(one: Lesson, wish: Wish) -> bool:
    parse = one.heard.parse
    # Only what is shown can be looked for: a search for a phone's digits must not tell who has it.
    return ((not wish.service or parse.get("service_code") == wish.service)
            and (not wish.intent or parse.get("intent") == wish.intent)
            and (not wish.words or wish.words.lower() in mask_text(one.heard.text).lower()))


def _page(found: Sequence[Lesson], wish: Wish) -> tuple[list[Lesson], str | None]:
    """One page in the order wished for, and the cursor of the next."""
    place = {id(one): ((one.score if wish.sort == "teaching" else 0), one.heard.seq) for one in found}
    ordered = sorted(found, key=lambda one: place[id(one)], reverse=True)
    if wish.cursor is not None:
        ordered = [one for one in ordered if place[id(one)] < wish.cursor]
    page = ordered[:PAGE]
    return page, "_".join(map(str, place[id(page[-1])])) if len(ordered) > PAGE else None
