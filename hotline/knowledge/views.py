"""The ways in which a question is compared with the articles; each gives a score for every article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from hotline.knowledge.kept import learnt
from hotline.knowledge.terms import canonical, features, pieces, words
from hotline.text.embedding import Encoder

Scores = NDArray[np.float64]


class TermMatch:
    """BM25 of characters and pairs over whole articles, divided by what a perfect article would get."""

    def __init__(self, articles: Sequence[Sequence[str]]) -> None:
        documents = [[piece for text in texts for piece in pieces(text)] for texts in articles]
        self._engine = bm25s.BM25(method="lucene", k1=2.5, b=0.5)
        self._engine.index(documents, show_progress=False)
        self._weights = _Weights(documents)

    def scores(self, query: str) -> Scores:
        """One score in 0..1 an article."""
        asked = pieces(query)
        known = [piece for piece in asked if piece in self._weights.known]
        if not known:
            return np.zeros(self._weights.size)
        scores = np.asarray(self._engine.get_scores(known), dtype=np.float64)
        return np.minimum(scores / self._weights.total(asked), 1.0)


class WordCover:
    """How much of a question's matter, in weighted words, an article speaks of at all."""

    def __init__(self, articles: Sequence[Sequence[str]]) -> None:
        documents = [{word for text in texts for word in words(canonical(text))} for texts in articles]
        self._weights = _Weights(documents)
        owners: dict[str, list[int]] = {}
        for number, document in enumerate(documents):
            for word in document:
                owners.setdefault(word, []).append(number)
        self._owners = {word: np.array(numbers) for word, numbers in owners.items()}

    def scores(self, query: str) -> Scores:
        """One score in 0..1 an article."""
        asked = set(words(canonical(query)))
        scores = np.zeros(self._weights.size)
        for word in asked & self._owners.keys():
            scores[self._owners[word]] += self._weights.of(word)
        return scores / max(self._weights.total(asked), 1e-9)


class Meaning:
    """A logistic model over sentence embeddings that learned from the known questions which article is meant.

    It finds what shares no word with the article; the last class stands for questions that are none of ours. What was
    learnt is kept in the file `kept` for the next start.
    """

    def __init__(
        self, articles: Sequence[Sequence[str]], outside: Sequence[str], encoder: Encoder, kept: Path | None = None
    ) -> None:
        self._encoder = encoder
        self._size = len(articles)
        texts = [text for questions in articles for text in questions]
        owners = np.repeat(np.arange(len(articles)), [len(questions) for questions in articles])
        labels = np.concatenate([owners, np.full(len(outside), self._size)])
        self.vectors, self._model = learnt([*texts, *outside], labels, encoder, kept)

    def scores(self, query: str) -> tuple[Scores, float, Scores]:
        """The log-chance of each article, that of none, and the question's own vector."""
        vector = self._encoder.encode([query])
        chances = np.full(self._size + 1, -20.0)
        chances[self._model.classes_] = self._model.predict_log_proba(vector)[0]
        return chances[:-1], float(chances[-1]), vector


class Foreign:
    """A linear machine that tells our questions from those that are none of ours, by words and by meaning."""

    def __init__(self, questions: Sequence[str], outside: Sequence[str], vectors: Scores | None) -> None:
        self._vectorizer = TfidfVectorizer(analyzer=features, sublinear_tf=True, dtype=np.float64)
        matrix = self._vectorizer.fit_transform([*questions, *outside])
        theirs = np.arange(len(questions) + len(outside)) >= len(questions)
        # Far more questions are ours than not: balanced, or the few would be drowned.
        self._model = LinearSVC(C=0.5, class_weight="balanced").fit(_beside(matrix, vectors), theirs)

    def score(self, query: str, vector: Scores | None) -> float:
        """How foreign a question looks: a margin, about -1 to 1."""
        return float(self._model.decision_function(_beside(self._vectorizer.transform([query]), vector))[0])


def _beside(matrix: csr_matrix, vectors: Scores | None) -> csr_matrix:
    return matrix if vectors is None else hstack([matrix, csr_matrix(vectors)]).tocsr()


class _Weights:
    """Weight of a term by how few articles have it; one that none has weighs most."""

    def __init__(self, documents: Sequence[Iterable[str]]) -> None:
        self.size = len(documents)
        counts: dict[str, int] = {}
        for document in documents:
            for term in set(document):
                counts[term] = counts.get(term, 0) + 1
        self.known = {term: self._idf(count) for term, count in counts.items()}

    def of(self, term: str) -> float:
        return self.known.get(term, self._idf(0))

    def total(self, terms: Iterable[str]) -> float:
        return sum(self.of(term) for term in terms)

    def _idf(self, count: int) -> float:
        return float(np.log(1 + (self.size - count + 0.5) / (count + 0.5)))
