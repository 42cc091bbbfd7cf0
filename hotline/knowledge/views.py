"""The ways in which a question is compared with the articles; each gives a score in 0..1 for every article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from hotline.knowledge.terms import canonical, features, pieces, words

Scores = NDArray[np.float64]


class TermMatch:
    """BM25 of characters and pairs over whole articles, divided by what a perfect article would get."""

    def __init__(self, articles: Sequence[Sequence[str]]) -> None:
        documents = [[piece for text in texts for piece in pieces(text)] for texts in articles]
        self._engine = bm25s.BM25(method="lucene", k1=2.5, b=0.5)
        self._engine.index(documents, show_progress=False)
        self._weights = _Weights(documents)

    def scores(self, query: str) -> Scores:
        """One score an article."""
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
        """One score an article."""
        asked = set(words(canonical(query)))
        scores = np.zeros(self._weights.size)
        for word in asked & self._owners.keys():
            scores[self._owners[word]] += self._weights.of(word)
        return scores / max(self._weights.total(asked), 1e-9)


class QuestionModel:
    """Two linear models that learned from the known questions: which article is meant, and whether it is ours."""

    def __init__(self, articles: Sequence[Sequence[str]], outside: Sequence[str]) -> None:
        texts = [text for questions in articles for text in questions]
        owners = np.repeat(np.arange(len(articles)), [len(questions) for questions in articles])
        self._size = len(articles)
        self._vectorizer = TfidfVectorizer(analyzer=features, sublinear_tf=True, dtype=np.float64)
        matrix = self._vectorizer.fit_transform([*texts, *outside])
        labels = np.concatenate([owners, np.full(len(outside), self._size)])
        self._article = LinearSVC().fit(matrix, labels) if self._size > 1 else None
        # Far more questions are ours than not: balanced, or the few would be drowned.
        self._foreign = LinearSVC(C=0.5, class_weight="balanced").fit(matrix, labels == self._size)

    def scores(self, query: str) -> tuple[Scores, float, float]:
        """The chance of each article, the chance that none is meant, and how foreign it looks (a margin, +-1)."""
        vector = self._vectorizer.transform([query])
        foreign = float(self._foreign.decision_function(vector)[0])
        if self._article is None:
            return np.zeros(self._size), 0.0, foreign
        margins = self._article.decision_function(vector).ravel()
        powers = np.exp(4.0 * (margins - margins.max()))
        chances = np.zeros(self._size + 1)
        chances[self._article.classes_] = powers / powers.sum()
        return chances[:-1], float(chances[-1]), foreign


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
