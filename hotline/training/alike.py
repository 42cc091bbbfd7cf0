"""Groups of texts that say nearly the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from hotline.knowledge.terms import canonical, pieces
from hotline.text.embedding import Encoder

# Measured on pairs of questions: 0.85 holds 怎么交燃气费/燃气费在哪里交 together and 鸡/狗 apart.
NEAR, NEAR_IN_WORDS = 0.85, 0.6


def alike(texts: Sequence[str], encoder: Encoder | None) -> list[list[int]]:
    """Numbers of the texts by group, the largest group first; the first of a group is what it is compared by.

    Each text joins the nearest group that is near enough: long chains of small steps make no group.
    """
    same: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        same.setdefault(canonical(text) or text, []).append(number)
    # The most frequent first: a group is named after what most people say.
    numbers = sorted(same.values(), key=lambda one: (-len(one), one[0]))
    vectors, near = _vectors([texts[one[0]] for one in numbers], encoder)
    leaders: list[int] = []
    groups: dict[int, list[int]] = {}
    for place, members in enumerate(numbers):
        scores = vectors[leaders] @ vectors[place] if leaders else np.zeros(0)
        best = int(scores.argmax()) if leaders else -1
        if leaders and scores[best] >= near:
            groups[leaders[best]] += members
        else:
            leaders.append(place)
            groups[place] = list(members)
    return sorted(groups.values(), key=lambda one: (-len(one), one[0]))


def _vectors(texts: Sequence[str], encoder: Encoder | None) -> tuple[np.ndarray, float]:
    """One unit row a text, and how near is near."""
    if not texts:
        return np.zeros((0, 1)), NEAR
    if encoder is not None:
        return encoder.encode(texts), NEAR
    rows = TfidfVectorizer(analyzer=pieces, sublinear_tf=True, max_features=4000).fit_transform([*texts, "问"])[:-1]
    return rows.toarray(), NEAR_IN_WORDS
