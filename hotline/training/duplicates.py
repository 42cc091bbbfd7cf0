"""Near-duplicates: texts that say the same in nearly the same signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from hotline.text.normalise import squeezed

NEAR = 0.8  # cosine over character 2- and 3-grams
HEAD = 400  # characters of a letter that are compared
MOST = 60_000  # texts whose grams are kept
WIDTH = 2**18
BLOCK = 100  # texts that are compared with all others at once: so many rows are in memory

Places = Any  # an ascending array of integers


class Duplicates:
    """Compares texts; remembers the grams of those it has seen, for the next question is mostly about the same."""

    def __init__(self) -> None:
        self._grams: dict[str, Places] = {}

    def near(self, texts: Sequence[str], others: Sequence[str]) -> dict[int, list[int]]:
        """For each of `texts`, by place, the places of the near ones among `others`; itself too, if it is there."""
        return {place: found.tolist() for place, found in enumerate(self.each(texts, others)) if len(found)}

    def each(self, texts: Sequence[str], others: Sequence[str]) -> Iterator[Places]:
        """The same text by text: ten thousand greetings are a hundred million pairs, which nobody keeps."""
        if not others:
            yield from ([] for _ in texts)
            return
        right = self._rows(others).T.tocsr()
        for start in range(0, len(texts), BLOCK):
            likeness = self._rows(texts[start:start + BLOCK]) @ right
            for row in range(likeness.shape[0]):
                part = slice(likeness.indptr[row], likeness.indptr[row + 1])
                yield np.sort(likeness.indices[part][likeness.data[part] >= NEAR])

    def _rows(self, texts: Sequence[str]) -> csr_matrix:
        known = self._known(texts)
        rows = [known[text] for text in texts]
        ends = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
        weights = np.concatenate([np.full(len(row), 1 / np.sqrt(max(len(row), 1)), dtype=np.float32) for row in rows])
        return csr_matrix((weights, np.concatenate(rows), ends), shape=(len(rows), WIDTH))

    def _known(self, texts: Sequence[str]) -> dict[str, Places]:
        """The grams of these texts, among others. Threads may ask at once: a full memory is left, not emptied."""
        known = self._grams
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            matrix = _vectorizer().transform([_compared(text) for text in missing])
            fresh = {text: matrix.indices[matrix.indptr[place]:matrix.indptr[place + 1]]
                     for place, text in enumerate(missing)}
            if len(known) + len(fresh) > MOST:
                known = self._grams = {text: known[text] for text in texts if text in known}
            known |= fresh
        return known


@lru_cache(maxsize=MOST)
def words_of(text: str) -> str:
    """A text's letters and digits in their plain form: equal for texts that differ in signs and blanks only."""
    return squeezed(text) or text.strip()


def _compared(text: str) -> str:
    """What of a text is compared, between marks that make one letter a gram."""
    return f"^{words_of(text)[:HEAD]}$"


@cache
def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer  # not at the top: a house starts without it

    return HashingVectorizer(analyzer="char", ngram_range=(2, 3), norm="l2", binary=True, alternate_sign=False,
                             n_features=WIDTH, lowercase=False, dtype=np.float32)
