"""A month of a hotline as rows in a running house's database: what the training room shows where it is in use.

Written beside the house, not said to it: a month cannot be said in a minute, and no queue is left behind.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import Table, create_engine, insert

from hotline.store.desk_tables import agents, corrections, desk_events
from hotline.store.tables import cases, citizens, conversations, messages, turns
from hotline.store.training_tables import label_changes, labels
from tests.city import City

Row = dict[str, Any]
FOLDER = Path(__file__).parent
SEED, DAYS = 12345, 30
STAFF = {"room-li": "李静", "room-wang": "王敏", "room-zhao": "赵磊"}
# With how often: the inner districts write more than the towns.
PLACES = {
    "市南区延吉路": 9, "市北区台东三路": 14, "李沧区九水路": 8, "崂山区海尔路": 6, "黄岛区香江路": 12,
    "城阳区正阳路": 7, "即墨区鹤山路": 3, "胶州市福州南路": 2, "平度市红旗路": 2, "莱西市烟台路": 1}
CHANNELS = ("wechat", "wechat", "wechat", "web", "web", "voice")
WORDS = {"none": "没有查到这个问题的答案。可以登记工单请责任单位答复，或转人工。",
         "lost": "没有听懂您的意思，请换个说法。"}


@dataclass(frozen=True)
class Saying:
    """What citizens say again and again and how it is heard; `later`: mostly at the month's end."""

    text: str
    intent: str
    service: str | None
    domain: str | None
    sure: float
    then: str  # ticket, answer, none, human, lost
    right: str | None  # the service that an agent made of it
    later: bool


@dataclass
class Month:
    """The rows by table, in an order that foreign keys allow."""

    now: datetime
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    rows: dict[Table, list[Row]] = field(default_factory=dict)

    def add(self, into: Table, **row: Any) -> None:
        self.rows.setdefault(into, []).append(row)

    def talk(self, number: int, said: Saying) -> None:
        """One conversation of one turn."""
        ago = self.dice.triangular(0.1, DAYS - 1, 3) if said.later else self.dice.uniform(0.1, DAYS - 1)
        at, place = self.now - timedelta(days=ago), self.dice.choices([*PLACES], [*PLACES.values()])[0]
        text, key, channel = said.text.format(place=place), f"month{number:05d}", self.dice.choice(CHANNELS)
        sure = min(max(said.sure + self.dice.uniform(-0.06, 0.04), 0.05), 0.99)
        ids = {"conversation_id": f"c{key}", "citizen_id": f"z{key}"}
        self.add(citizens, id=f"z{key}", channel=channel, sender=key, conversation_id=f"c{key}", created_at=at)
        self.add(conversations, id=f"c{key}", citizen_id=f"z{key}", channel=channel, sender=key, owner="bot", version=1,
                 state={}, priority=0, skill="", created_at=at, updated_at=at, closed_at=at + timedelta(hours=2))
        self.add(turns, id=f"t{key}", **ids, status="done", attempts=1, not_before=at, metadata={}, model="checkout",
                 parse=parse(said, text, place if "{place}" in said.text else None, sure), outcome="bot", created_at=at,
                 done_at=at)
        self.add(messages, id=f"m{key}", **ids, turn_id=f"t{key}", direction="in", author="citizen", text=text, body={},
                 status="done", attempts=1, created_at=at)
        self._then(said, key, ids, at, place)

    def _then(self, said: Saying, key: str, ids: Row, at: datetime, place: str) -> None:
        custom: Row = {}
        if said.then == "ticket":
            receipt = f"QD{at:%Y%m%d}{len(self.rows.get(cases, [])):06d}"
            custom = {"type": "ticket", "receipt": receipt}
            self.add(cases, receipt=receipt, key=f"{key}:0", **ids, service_code=said.right or said.service,
                     act="report", title=said.text[:20], description=said.text, address=place, confidential=False,
                     anonymous=False, attributes={}, attachments=[], status="closed", created_at=at, updated_at=at)
        if said.then == "human":
            custom = {"type": "handover", "position": 1}
            self.add(desk_events, conversation_id=ids["conversation_id"], kind="queued", body={}, at=at)
        if said.then == "lost":
            custom = {"type": "ask", "field": "choice"}
        self.add(messages, id=f"o{key}", **ids, turn_id=f"t{key}", direction="out", author="bot",
                 text=WORDS.get(said.then, "已为您记下。"), body={"custom": custom} if custom else {}, status="sent",
                 attempts=1, created_at=at + timedelta(seconds=1))
        if said.right:
            self.add(corrections, id=f"r{key}", turn_id=f"t{key}", **ids, field="service", heard=said.service,
                     right=said.right, agent_id="room-wang", at=at + timedelta(minutes=5))

    def staff(self) -> None:
        """Colleagues whose names stand beside what they did; nobody can sign in as them."""
        for username, name in STAFF.items():
            self.add(agents, id=username, username=username, name=name, roles=["editor"], skills=[], most_chats=0,
                     totp_confirmed=False, password_hash="", must_change=False, disabled=True, failures=0,
                     created_at=self.now - timedelta(days=90))

    def said(self) -> None:
        """What they have labelled; the first one was thought over."""
        for number, row in enumerate(table("labels")):
            at = self.now - timedelta(days=float(row.pop("days")), hours=number)
            author = row.pop("author")
            self.add(labels, id=f"label{number:03d}", **row, author_id=author, created_at=at, updated_at=at)
        before = {"intent": "report", "service": "other", "emergency": None, "state": "accepted"}
        self.add(label_changes, label_id="label000", author_id="room-zhao", before=before,
                 after={**before, "service": "courtyard_clutter"}, at=self.now - timedelta(days=1))


def parse(said: Saying, text: str, place: str | None, sure: float) -> Row:
    """As the bot tells it: what is not sure goes to the second guess."""
    fallback = said.intent == "nlu_fallback"
    first, second = ("report", "chitchat") if fallback else (said.intent, "chitchat" if said.domain else "thanks")
    other = "other" if said.service != "other" else "courtyard_clutter"
    found: Row = {
        "text": text, "intent": said.intent, "confidence": round(sure, 4), "domain": said.domain, "entities": [],
        "place": place, "act": first if said.domain else None, "service_code": said.service,
        "ranking": [{"name": first, "confidence": sure}, {"name": second, "confidence": (1 - sure) * 0.8}],
        "service_ranking": [{"name": said.service, "confidence": sure}, {"name": other, "confidence": (1 - sure) * 0.9}]
        if said.service else []}
    decision = {"none": "none", "answer": "answer" if said.intent == "consult" else None}.get(said.then)
    return {**found, "knowledge": {"decision": decision, "article": None}} if decision else found


def table(name: str) -> list[Row]:
    """A table of this folder; what is empty is None."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{column: value or None for column, value in row.items()} for row in csv.DictReader(file)]


def sayings(dice: random.Random) -> list[Saying]:
    """Each as often as it is said, mixed."""
    known = [(Saying(**{**row, "sure": float(row["sure"]), "later": row["later"] == "yes"}), int(times))
             for row in table("sayings") for times in [row.pop("times")]]
    mixed = [said for said, times in known for _ in range(times)]
    dice.shuffle(mixed)
    return mixed


def write_month(city: City) -> None:
    """The month that ends now; once a house."""
    month = Month(datetime.now(timezone.utc))
    month.staff()
    for number, said in enumerate(sayings(month.dice)):
        month.talk(number, said)
    month.said()
    engine = create_engine(f"sqlite:///{city.var / 'hotline.sqlite'}", connect_args={"timeout": 30})
    with engine.begin() as connection:
        for into, rows in month.rows.items():
            connection.execute(insert(into), rows)
    engine.dispose()
