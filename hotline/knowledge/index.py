"""An index in memory over one set of articles: built once, never changed, thrown away for the next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hotline.knowledge.terms import HERE, fold
from hotline.knowledge.views import Foreign, Meaning, Scores, TermMatch, WordCover
from hotline.knowledge.weights import Weights, read_weights
from hotline.records import Article, KnowledgeAnswer, KnowledgeHit
from hotline.text.embedding import Encoder


@dataclass(frozen=True)
class Comparison:
    """One question held against all articles: a score an article for each way, and how foreign it looks."""

    views: dict[str, Scores]
    outside: float
    foreign: float


@dataclass(frozen=True)
class Ranking:
    """Articles in order for one question, best first, with what the confidence is made of."""

    order: list[int]
    shares: Scores
    signals: dict[str, float]
    confidence: float


class Index:
    """Articles ready for searching. Building takes seconds, fewer with what was `kept`; a search milliseconds."""

    def __init__(
        self, articles: Sequence[Article], encoder: Encoder | None, weights: Weights | None = None,
        outside: Sequence[str] | None = None, kept: Path | None = None,
    ) -> None:
        started = time.perf_counter()
        self.articles = tuple(articles)
        self.weights = weights or read_weights(encoder is not None)
        self._exact = _exact_questions(self.articles)
        self._meaning: Meaning | None = None
        if self.articles:
            self._build(encoder, outside_questions() if outside is None else outside, kept)
            self.rank(self.articles[0].question)  # the first search is slow: let it be ours
        self.build_ms = round((time.perf_counter() - started) * 1000)

    def _build(self, encoder: Encoder | None, outside: Sequence[str], kept: Path | None) -> None:
        questions = [(article.question, *article.similar) for article in self.articles]
        whole = [(*asked, article.answer) for asked, article in zip(questions, self.articles, strict=True)]
        self._terms = TermMatch(whole)
        self._cover = WordCover(whole)
        if encoder is not None:
            self._meaning = Meaning(questions, outside, encoder, kept)
        self._foreign = Foreign([text for asked in questions for text in asked], outside,
                                self._meaning.vectors if self._meaning else None)

    def answer(self, query: str, limit: int = 3) -> KnowledgeAnswer:
        """Decide what a question gets; a known question (such as a button's) always gets its answer."""
        folded = fold(query)
        if not self.articles or not folded:
            return KnowledgeAnswer("none")
        ranking = self.rank(query)
        exact = self._exact.get(folded)
        if exact is not None:
            order = [exact, *(number for number in ranking.order if number != exact)]
            return KnowledgeAnswer("answer", self._hits(order[:limit], ranking, 1.0))
        hits = self._hits(ranking.order[:limit], ranking, ranking.confidence)
        # Without a single sign in common the model's guess means nothing.
        if ranking.signals["terms"] == 0.0:
            return KnowledgeAnswer("none")
        if ranking.confidence >= self.weights.answer:
            return KnowledgeAnswer("answer", hits)
        return KnowledgeAnswer("ask" if ranking.confidence >= self.weights.ask else "none", hits)

    def compare(self, query: str) -> Comparison:
        """Hold a question against all articles."""
        views = {"terms": self._terms.scores(query), "cover": self._cover.scores(query)}
        outside, vector = 0.0, None
        if self._meaning is not None:
            views["meaning"], outside, vector = self._meaning.scores(fold(query))
        return Comparison(views, outside, self._foreign.score(query, vector))

    def rank(self, query: str) -> Ranking:
        """Order all articles by how well they fit a question."""
        found = self.compare(query)
        order, shares = ordered(found, self.weights)
        signals = signals_of(found, order, shares)
        return Ranking([int(number) for number in order], shares, signals, self.weights.chance(signals))

    def _hits(self, order: list[int], ranking: Ranking, confidence: float) -> tuple[KnowledgeHit, ...]:
        """Hits with the first one's confidence; the others' by their share beside it."""
        best = float(ranking.shares[ranking.order[0]])
        return tuple(
            KnowledgeHit(self.articles[number], confidence * (min(float(ranking.shares[number]) / best, 1.0)
                                                               if place else 1.0))
            for place, number in enumerate(order)
        )


def ordered(found: Comparison, weights: Weights) -> tuple[NDArray[np.intp], Scores]:
    """The articles' numbers, best first (fifty at most), and each article's share of the whole (they sum to 1)."""
    scores = sum((weight * found.views[name] for name, weight in weights.rank.items()), np.zeros(1))
    powers = np.exp(scores - scores.max())
    return np.argsort(-scores, kind="stable")[:50], powers / powers.sum()


def signals_of(found: Comparison, order: NDArray[np.intp], shares: Scores) -> dict[str, float]:
    """What the confidence in the first article is made of."""
    first = int(order[0])
    second = float(shares[int(order[1])]) if len(order) > 1 else 1e-9
    return {
        "share": float(np.log(shares[first] + 1e-9)), "second": float(np.log(second + 1e-9)),
        **{name: float(scores[first]) for name, scores in found.views.items()},
        "outside": found.outside, "foreign": found.foreign,
    }


@cache
def outside_questions() -> tuple[str, ...]:
    """Questions that are not ours to answer: what the models learn to tell apart."""
    lines = (HERE / "outside.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _exact_questions(articles: Sequence[Article]) -> dict[str, int]:
    """Folded question to article; an article's own question goes before another's similar one."""
    known: dict[str, int] = {}
    for number, article in enumerate(articles):
        known.setdefault(fold(article.question), number)
    for number, article in enumerate(articles):
        for question in article.similar:
            known.setdefault(fold(question), number)
    return known
