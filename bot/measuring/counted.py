"""N-grams counted once: every fold then learns its features from columns, without reading a text again.

The rows are those that `Features` would give, fitted on the same training texts (a test compares); a five-fold
measuring of 8,000 letters would read each of them ten times otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.preprocessing import normalize

from hotline.text.ngrams import MOST_CHARS, MOST_WORDS, Document, char_grams, word_grams


class Counted:
    """All documents' n-grams: one sparse block of counts for characters, one for words."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._blocks = [
            (_counts([char_grams(text) for text, _ in documents]), MOST_CHARS),
            (_counts([word_grams(words) for _, words in documents]), MOST_WORDS),
        ]

    def views(self, train: np.ndarray, test: np.ndarray) -> tuple[csr_matrix, csr_matrix]:
        """Rows of the documents `train`, from which rarity is learnt, and of `test`."""
        found = [_block(counts, most, train, test) for counts, most in self._blocks]
        return hstack([rows for rows, _ in found]).tocsr(), hstack([rows for _, rows in found]).tocsr()


def _counts(grams: list[dict[str, int]]) -> csr_matrix:
    """Columns in the order of the n-grams, which breaks ties as `Features` does."""
    if not any(grams):
        return csr_matrix((len(grams), 0), dtype=np.float32)
    return DictVectorizer(dtype=np.float32, sort=True).fit_transform(grams)


def _block(counts: csr_matrix, most: int, train: np.ndarray, test: np.ndarray) -> tuple[csr_matrix, csr_matrix]:
    learnt = counts[train]
    seen = np.bincount(learnt.indices, minlength=counts.shape[1]).astype(np.float32)
    kept = np.argsort(-seen, kind="stable")[:most]
    kept = np.sort(kept[seen[kept] > 0])
    rarity = diags(np.log((1.0 + len(train)) / (1.0 + seen[kept])) + 1.0)
    return _weighed(learnt[:, kept], rarity), _weighed(counts[test][:, kept], rarity)


def _weighed(rows: csr_matrix, rarity: diags) -> csr_matrix:
    rows = rows.copy()
    rows.data = 1.0 + np.log(rows.data)
    return normalize(rows @ rarity).tocsr().astype(np.float32)
