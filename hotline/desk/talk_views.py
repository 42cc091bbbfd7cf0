"""Notes, wrap-ups, canned replies, alerts and search hits as the desk's API says them."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.base import Limits
from hotline.records import JSON, KnowledgeHit
from hotline.store.canned import Canned
from hotline.store.notes import Note
from hotline.store.search import Hit
from hotline.store.words import Alert, Word
from hotline.store.wrap_ups import WrapUp
from hotline.text.masking import mask_phones

RESULT_NAMES = {
    "solved": "已解决", "ticket": "已登记工单", "callback": "约定回电", "transferred_out": "转其他部门",
    "no_reply": "市民未回应", "spam": "骚扰", "other": "其他",
}
KIND_NAMES = {"forbidden": "不能发出的词", "threat": "威胁", "crowd": "聚集"}


def note(row: Note, names: Mapping[str, str]) -> JSON:
    """A note or a whisper."""
    return {"id": row.id, "conversation": row.conversation_id, "agent_name": names.get(row.agent_id), "text": row.text,
            "at": row.at.isoformat(), "whisper": row.to_agent is not None}


def wrap_up(row: WrapUp, names: Mapping[str, str]) -> JSON:
    """How an earlier conversation ended; `id` is that conversation's."""
    return {"id": row.conversation_id, "closed_at": row.at.isoformat(), "agent_name": names.get(row.agent_id),
            "result": row.result, "result_name": RESULT_NAMES.get(row.result, row.result), "text": row.text,
            "score": row.score}


def alert(row: Alert, names: Mapping[str, str]) -> JSON:
    """What a supervisor must see."""
    return {"id": row.id, "conversation": row.conversation_id, "message": row.message_id, "kind": row.kind,
            "kind_name": KIND_NAMES.get(row.kind, row.kind), "at": row.at.isoformat(),
            "seen_by": names.get(row.seen_by or ""), "seen_at": row.seen_at.isoformat() if row.seen_at else None}


def word(row: Word) -> JSON:
    """A word of the operator's list."""
    return {"id": row.id, "kind": row.kind, "word": row.word, "at": row.at.isoformat()}


def canned(row: Canned) -> JSON:
    """A canned reply; `mine` is the agent's own."""
    return {"id": row.id, "title": row.title, "text": row.text, "skill": row.skill, "mine": row.owner_id is not None}


def limits(row: Limits) -> JSON:
    """What a channel still lets us send."""
    return {"can_send": row.can_send, "left": row.left, "until": row.until.isoformat() if row.until else None,
            "why": row.why}


def knowledge(hit: KnowledgeHit) -> JSON:
    """An article that may answer."""
    article = hit.article
    return {"article": article.id, "question": article.question, "answer": article.answer, "source": article.source,
            "score": round(hit.score, 4), "verify": article.verify}


def found(hit: Hit, asked: str, around: int = 40) -> JSON:
    """A search hit: the match with what stands around it, phone numbers masked."""
    at = max(0, hit.text.lower().find(asked.lower()))
    # Masked before it is cut: half a number would not be known as one.
    text = mask_phones(hit.text)
    start, end = max(0, at - around), at + len(asked) + around
    shown = " ".join(text[start:end].split())
    return {"kind": hit.kind, "conversation": hit.conversation_id, "at": hit.at.isoformat(), "id": hit.id,
            "text": ("…" if start else "") + shown + ("…" if end < len(text) else "")}
