"""Which labels are for testing: a fixed share, decided before anybody can be tempted to choose."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from hotline.training.duplicates import Duplicates, words_of

TRAIN, TEST = "train", "test"
_CODES = {TRAIN: 1, TEST: 2}  # the greater wins


def drawn(key: str, share: float) -> str:
    """The part that chance gives to a key (a message's id), the same each time."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    return TEST if number < share * 2**64 else TRAIN


def parts_of(
    new: Sequence[tuple[str, str]], known: Sequence[tuple[str, str]], share: float, duplicates: Duplicates
) -> list[str]:
    """The parts of new (key, text) pairs, beside known (text, part) pairs.

    A near-duplicate goes where its like is: learnt in one wording and tested in nearly the same, nothing is tested.
    Between two parts it is tested.
    """
    texts = [text for _, text in new]
    told = np.array([_CODES[part] for _, part in known], dtype=np.int8)
    chosen = np.zeros(len(new), dtype=np.int8)  # 0: not yet
    beside, among = duplicates.each(texts, [text for text, _ in known]), duplicates.each(texts, texts)
    for place, ((key, text), theirs, ours) in enumerate(zip(new, beside, among, strict=True)):
        like = max(told[theirs].max(initial=0), chosen[ours].max(initial=0))
        chosen[place] = like or _CODES[drawn(key or words_of(text), share)]
    return [TEST if code == _CODES[TEST] else TRAIN for code in chosen]
