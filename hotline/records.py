"""Frozen records that pass between the rooms. Times are aware UTC datetimes; ids are opaque strings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

JSON = dict[str, Any]

# Below this path the public site serves what the house keeps; every other address is somebody else's.
MEDIA = "/media/"

Owner = Literal["bot", "queue", "agent"]
Author = Literal["citizen", "bot", "house", "agent"]
EmergencyKind = Literal["gas", "life"]
CaseStatus = Literal[
    "pending", "accepted", "dispatched", "signed", "processing", "answered", "closed", "returned", "withdrawn"
]


@dataclass(frozen=True)
class Attachment:
    """Something a citizen sent that is not text: `kind` image, location, voice or file."""

    kind: str
    url: str | None = None
    title: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    address: str | None = None


@dataclass(frozen=True)
class Inbound:
    """A citizen's message as a connector hands it in. `external_id` de-duplicates within (channel, sender)."""

    channel: str
    sender: str
    text: str
    external_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    metadata: JSON = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One outgoing bubble before it is stored. `custom` says what it is (see the design's REST contract)."""

    text: str | None = None
    buttons: tuple[JSON, ...] = ()
    image: str | None = None
    custom: JSON | None = None
    author: Author = "bot"
    voice: str | None = None


@dataclass(frozen=True)
class Message:
    """A stored message, in or out. `seq` grows within a citizen's history; `id` is what channels see."""

    seq: int
    id: str
    conversation_id: str
    citizen_id: str
    direction: Literal["in", "out"]
    author: Author
    text: str | None
    created_at: datetime
    turn_id: str | None = None
    external_id: str | None = None
    buttons: tuple[JSON, ...] = ()
    image: str | None = None
    custom: JSON | None = None
    attachments: tuple[Attachment, ...] = ()
    agent_id: str | None = None
    status: str = "stored"
    voice: str | None = None

    @property
    def must_arrive(self) -> bool:
        """Advice, receipts and agents' answers: a double is better than a loss."""
        return self.author == "agent" or (self.custom or {}).get("type") in ("emergency", "ticket")


@dataclass(frozen=True)
class Command:
    """Something a turn wants done in the world; `key` is `turn_id:n` and makes it happen once."""

    kind: str
    key: str
    args: JSON = field(default_factory=dict)


@dataclass(frozen=True)
class Conversation:
    """One talk of one citizen on one channel, with its owner and the bot's state between turns."""

    id: str
    citizen_id: str
    channel: str
    sender: str
    owner: Owner
    version: int
    state: JSON
    created_at: datetime
    updated_at: datetime
    agent_id: str | None = None
    queued_at: datetime | None = None
    priority: int = 0
    handover_reason: str | None = None
    skill: str = "general"
    closed_at: datetime | None = None
    told_position: int | None = None
    offered_at: datetime | None = None
    agent_seen: int | None = None


@dataclass(frozen=True)
class Emergency:
    """One emergency in a conversation: advice was given once, the alarm runs until confirmed."""

    id: str
    conversation_id: str
    kind: EmergencyKind
    opened_at: datetime
    last_at: datetime
    receipt: str | None = None
    place_asked: bool = False
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    ended_at: datetime | None = None
    webhook_at: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """One step of a conversation: the citizen's fragments in `text`, claimed by one worker at a time.

    `fragments` is the number of messages that were read into it; None: whoever made the record did not count.
    """

    id: str
    conversation_id: str
    citizen_id: str
    status: Literal["open", "done"]
    text: str
    attempts: int
    created_at: datetime
    not_before: datetime
    attachments: tuple[Attachment, ...] = ()
    metadata: JSON = field(default_factory=dict)
    fragments: int | None = None


@dataclass(frozen=True)
class BotResult:
    """What the bot made of a turn: replies, commands, parse and the state to keep."""

    messages: tuple[Reply, ...]
    commands: tuple[Command, ...]
    parse: JSON
    state: JSON
    model: str


@dataclass(frozen=True)
class CaseDraft:
    """A matter ready to be filed. Phone is digits only; an empty address means unknown."""

    service_code: str
    title: str
    description: str
    act: str = "report"
    address: str = ""
    phone: str | None = None
    name: str | None = None
    confidential: bool = False
    anonymous: bool = False
    occurred: str | None = None
    emergency: EmergencyKind | None = None
    attributes: JSON = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Case:
    """A filed ticket in our store. `receipt` is the citizen's number, `code` opens an anonymous one."""

    receipt: str
    citizen_id: str
    conversation_id: str
    service_code: str
    act: str
    title: str
    description: str
    address: str
    status: CaseStatus
    created_at: datetime
    updated_at: datetime
    phone: str | None = None
    name: str | None = None
    confidential: bool = False
    anonymous: bool = False
    code: str | None = None
    emergency: EmergencyKind | None = None
    occurred: str | None = None
    department: str | None = None
    due_at: datetime | None = None
    backend_id: str | None = None
    status_notes: str | None = None
    attributes: JSON = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Service:
    """One entry of the catalogue: what can be reported and who deals with it."""

    code: str
    name: str
    domain: str
    description: str
    department: str
    emergency: bool = False
    departments: dict[str, str] = field(default_factory=dict)
    dispatch_hours: int | None = None
    working_days: int | None = None
    attributes: tuple[JSON, ...] = ()


@dataclass(frozen=True)
class Article:
    """One answer of the knowledge base, with its source and the notes (`facts`) it rests on.

    `review_date`: when somebody should look at it again. `expires`: the last day on which it may be told.
    """

    id: str
    question: str
    answer: str
    source: str
    similar: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    domain: str = "other"
    review_date: str | None = None
    as_of: str | None = None
    verify: bool = False
    status: Literal["live", "withdrawn"] = "live"
    expires: str | None = None


@dataclass(frozen=True)
class KnowledgeHit:
    """One search result, best first in its list; `score` in 0..1."""

    article: Article
    score: float


@dataclass(frozen=True)
class KnowledgeAnswer:
    """What a search means: answer with the first hit, ask which of up to three is meant, or nothing found."""

    decision: Literal["answer", "ask", "none"]
    hits: tuple[KnowledgeHit, ...] = ()


@dataclass(frozen=True)
class Agent:
    """Somebody who signs in at the desk or the training room. `most_chats`: how many they are given at once."""

    id: str
    username: str
    name: str
    roles: tuple[str, ...]
    skills: tuple[str, ...] = ()
    most_chats: int = 5


@dataclass(frozen=True)
class Arrival:
    """A message or event of the WeChat platform as the store knows it.

    `fresh`: it came for the first time. `superseded`: a later fragment of its turn takes the answer. `payload`:
    what the house has not got yet.
    """

    sender: str
    key: str
    kind: str
    state: str
    payload: JSON
    fresh: bool = False
    turn_id: str | None = None
    reply: str | None = None
    superseded: bool = False


@dataclass(frozen=True)
class Unsent:
    """A message that waits, and how many pieces of it have gone out."""

    message: Message
    pieces: int = 0


@dataclass(frozen=True)
class Parcel:
    """What goes out in one message of the platform: the ids that end with it, and the one it leaves unfinished."""

    body: JSON
    done: tuple[str, ...]
    begun: tuple[str, int] | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Every message that is in it."""
        return self.done + ((self.begun[0],) if self.begun else ())


@dataclass(frozen=True)
class Quota:
    """What the platform lets us send to a citizen now, and its last refusal (`trouble`, a short code)."""

    left: int
    until: datetime | None
    typed_left: int
    subscribed: bool = True
    trouble: str | None = None
