"""Groups of messages that mean the same, and what each group could become: a label or an article. No database here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotline.records import JSON
from hotline.text.embedding import Encoder
from hotline.text.normalise import plain
from hotline.training.choices import ACTS, ALONE
from hotline.training.hearing import UNSURE, Lesson, knowledge, proposal

APART = 0.45  # cosine distance at which two groups stay two
LEAST = 3  # messages of a group
SIMILAR = 5  # other wordings in a draft article
HEAD = 200  # characters that an embedding reads
QUESTION = re.compile("[?？]|吗|呢|怎么|如何|多少|几|哪|什么|谁|能不能|可不可以|是不是|要不要")
# A person's word weighs more than the bot's guess.
PERSON, GUESS = 3, 1
SURE = 0.5  # of the votes

Vectors = Any


@dataclass(frozen=True)
class Group:
    """Lessons of one meaning, the most central first."""

    lessons: tuple[Lesson, ...]


def groups(lessons: Sequence[Lesson], encoder: Encoder | None) -> list[Group]:
    """The groups of at least three, the largest first. Without an encoder texts are compared by their signs."""
    if len(lessons) < LEAST:
        return []
    from sklearn.cluster import AgglomerativeClustering  # not at the top: a house starts without it

    vectors = vectors_of([one.heard.text for one in lessons], encoder)
    found = AgglomerativeClustering(
        n_clusters=None, distance_threshold=APART, metric="cosine", linkage="average").fit_predict(vectors)
    whole = [Group(_central_first([lessons[place] for place in places], vectors[places]))
             for places in (np.flatnonzero(found == number).tolist() for number in range(int(found.max()) + 1))
             if len(places) >= LEAST]
    return sorted(whole, key=lambda group: (-len(group.lessons), group.lessons[0].heard.seq))


def vectors_of(texts: Sequence[str], encoder: Encoder | None) -> Vectors:
    """One row a text, of length 1."""
    plains = [plain(text)[:HEAD] or "空" for text in texts]
    if encoder is not None:
        return encoder.encode(plains)
    from sklearn.feature_extraction.text import HashingVectorizer

    rows = HashingVectorizer(analyzer="char", ngram_range=(1, 2), n_features=2**12, alternate_sign=False)
    return rows.transform(plains).toarray()


def proposed(group: Group) -> JSON | None:
    """The label that most of a group's people and guesses speak for; None when they do not agree."""
    votes: Counter[tuple[str, str | None]] = Counter()
    for one in group.lessons:
        said = proposal(one.heard)
        if said is not None:
            votes[said] += PERSON
        elif (guess := _guess(one)) is not None:
            votes[guess] += GUESS
    if not votes:
        return None
    (intent, service), count = votes.most_common(1)[0]
    return {"intent": intent, "service": service} if count >= SURE * votes.total() else None


def draft(group: Group, texts: Sequence[str]) -> JSON | None:
    """A draft article for a group that asks: its most central question and other wordings, from masked `texts`."""
    asking = [place for place, one in enumerate(group.lessons) if _asks(one)]
    if len(asking) * 2 < len(group.lessons):
        return None
    wordings = list(dict.fromkeys(texts[place].strip() for place in asking))
    return {"question": wordings[0], "similar": wordings[1:1 + SIMILAR]}


def _central_first(lessons: Sequence[Lesson], vectors: Vectors) -> tuple[Lesson, ...]:
    nearness = vectors @ vectors.mean(axis=0)
    return tuple(lessons[place] for place in np.argsort(-nearness, kind="stable").tolist())


def _asks(one: Lesson) -> bool:
    found = knowledge(one.heard)
    return (found is not None and found["decision"] == "none") or (
        one.heard.parse.get("intent") in ("consult", UNSURE) and QUESTION.search(one.heard.text) is not None)


def _guess(one: Lesson) -> tuple[str, str | None] | None:
    """The best intent and service of the rankings: below the threshold they still say something."""
    parse = one.heard.parse
    ranking = parse.get("ranking") or []
    intent = parse.get("intent") if parse.get("intent") != UNSURE else (ranking[0]["name"] if ranking else None)
    if intent is None:
        return None
    services = parse.get("service_ranking") or []
    service = parse.get("service_code") or (services[0]["name"] if services else None)
    if intent in ACTS and service is None and intent not in ALONE:
        return None
    return str(intent), service if intent in ACTS else None
