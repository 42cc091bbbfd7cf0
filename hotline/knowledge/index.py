"""An index in memory over one set of articles: built once, never changed, thrown away for the next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from hotline.knowledge.terms import HERE, canonical, features, fold, words
from hotline.records import Article, KnowledgeAnswer, KnowledgeHit

Scores = NDArray[np.float64]

# Weights of the four views and the limits of the decisions: set on tests/knowledge/questions_dev.csv,
# `python -m hotline kb evaluate` shows what they give.
WEIGHTS = {"likeness": 0.40, "words": 0.25, "answer": 0.10, "model": 0.25}
ANSWER_SCORE = 0.50
ANSWER_MARGIN = 0.10
ASK_SCORE = 0.30
ASK_HITS = 3


@dataclass(frozen=True)
class Views:
    """How each article looks to a question, one array an article wide for every view, each in 0..1."""

    likeness: Scores
    words: Scores
    answer: Scores
    model: Scores
    outside: float

    def total(self) -> Scores:
        """The views' weighted sum, lowered where the question looks like none of ours."""
        parts = (WEIGHTS[name] * getattr(self, name) for name in WEIGHTS)
        total: Scores = sum(parts, np.zeros_like(self.likeness))
        return total * (1.0 - 0.5 * self.outside)


class Index:
    """Articles ready for searching. Building takes about a second; a search a few milliseconds."""

    def __init__(self, articles: Sequence[Article]) -> None:
        started = time.perf_counter()
        self.articles = tuple(articles)
        self._exact: dict[str, int] = {}
        for number, article in enumerate(self.articles):
            self._exact.setdefault(fold(article.question), number)
        for number, article in enumerate(self.articles):
            for question in article.similar:
                self._exact.setdefault(fold(question), number)
        self._empty = not self.articles
        if not self._empty:
            self._build()
        self.build_ms = round((time.perf_counter() - started) * 1000)

    def _build(self) -> None:
        questions = [
            (number, text) for number, article in enumerate(self.articles)
            for text in (article.question, *article.similar)
        ]
        self._owners = np.array([number for number, _ in questions])
        self._starts = np.searchsorted(self._owners, np.arange(len(self.articles)))
        self._vectorizer = TfidfVectorizer(analyzer=features, sublinear_tf=True, dtype=np.float64)
        texts = [text for _, text in questions]
        outside = outside_questions()
        self._vectorizer.fit(texts + [article.answer for article in self.articles])
        self._questions = self._vectorizer.transform(texts)
        self._answers = self._vectorizer.transform([article.answer for article in self.articles])
        self._bm25 = _Bm25([words(canonical(text)) for text in texts])
        self._bm25_answers = _Bm25([
            words(canonical(f"{article.question}{article.answer}")) for article in self.articles
        ])
        self._model = _Model(self._vectorizer, texts, self._owners, outside, len(self.articles))

    def answer(self, query: str, limit: int = 3) -> KnowledgeAnswer:
        """Decide what a question gets; an article's own question (a button) always gets its answer."""
        exact = self._exact.get(fold(query))
        if self._empty or not fold(query):
            return KnowledgeAnswer("none")
        scores = self.views(query).total()
        if exact is not None:
            scores[exact] = 1.0
        order = np.argsort(-scores, kind="stable")[:max(limit, 2)]
        hits = tuple(KnowledgeHit(self.articles[n], float(min(scores[n], 1.0))) for n in order if scores[n] > 0)
        if exact is not None:
            return KnowledgeAnswer("answer", hits[:limit])
        return _decide(hits, limit)

    def views(self, query: str) -> Views:
        """The four views of a question on every article."""
        plain = canonical(query)
        vector = self._vectorizer.transform([query])
        cut = words(plain)
        likeness = np.maximum.reduceat(_dense(vector @ self._questions.T), self._starts)
        word_scores = np.maximum.reduceat(self._bm25.scores(cut), self._starts)
        answer = np.maximum(_dense(vector @ self._answers.T), self._bm25_answers.scores(cut))
        model, outside = self._model.scores(vector)
        return Views(likeness, word_scores, answer, model, outside)


def outside_questions() -> list[str]:
    """Questions that are not ours to answer: what the model learns to tell apart."""
    lines = (HERE / "outside.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _decide(hits: tuple[KnowledgeHit, ...], limit: int) -> KnowledgeAnswer:
    if not hits or hits[0].score < ASK_SCORE:
        return KnowledgeAnswer("none", hits[:limit])
    margin = hits[0].score - (hits[1].score if len(hits) > 1 else 0.0)
    if hits[0].score >= ANSWER_SCORE and margin >= ANSWER_MARGIN:
        return KnowledgeAnswer("answer", hits[:limit])
    return KnowledgeAnswer("ask", hits[:limit])


def _dense(product: object) -> Scores:
    array: Scores = product.toarray().ravel()  # type: ignore[attr-defined]
    return array


class _Bm25:
    """BM25 over lists of words, each score divided by what a perfect document would get: 0..1."""

    def __init__(self, documents: list[list[str]]) -> None:
        self._engine = bm25s.BM25(method="lucene", k1=1.2, b=0.4)
        self._engine.index(documents, show_progress=False)
        self._size = len(documents)
        counts: dict[str, int] = {}
        for document in documents:
            for word in set(document):
                counts[word] = counts.get(word, 0) + 1
        self._idf = {word: _idf(self._size, count) for word, count in counts.items()}
        self._unknown = _idf(self._size, 0)

    def scores(self, query: list[str]) -> Scores:
        """One score a document."""
        known = [word for word in query if word in self._idf]
        if not known:
            return np.zeros(self._size)
        best = sum(self._idf.get(word, self._unknown) for word in query)
        scores: Scores = np.asarray(self._engine.get_scores(known), dtype=np.float64)
        return np.minimum(scores / best, 1.0)


def _idf(size: int, count: int) -> float:
    return float(np.log(1 + (size - count + 0.5) / (count + 0.5)))


class _Model:
    """A linear model that learned from the similar questions which article is meant, or none."""

    def __init__(
        self, vectorizer: TfidfVectorizer, texts: list[str], owners: NDArray[np.int64], outside: list[str], size: int
    ) -> None:
        self._size = size
        labels = np.concatenate([owners, np.full(len(outside), size)])
        self._usable = len(set(labels.tolist())) > 1
        if self._usable:
            self._svm = LinearSVC(C=1.0)
            self._svm.fit(vectorizer.transform(texts + outside), labels)

    def scores(self, vector: object) -> tuple[Scores, float]:
        """Probability-like scores of the articles, and of `none of ours`."""
        if not self._usable:
            return np.zeros(self._size), 0.0
        margins = np.atleast_1d(self._svm.decision_function(vector).ravel())
        if len(margins) == 1:
            margins = np.array([-margins[0], margins[0]])
        powers = np.exp(6.0 * (margins - margins.max()))
        chances = powers / powers.sum()
        full = np.zeros(self._size + 1)
        full[self._svm.classes_] = chances
        return full[:self._size], float(full[self._size])
