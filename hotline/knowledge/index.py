"""An index in memory over one set of articles: built once, never changed, thrown away for the next."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from hotline.knowledge.terms import HERE, fold
from hotline.knowledge.views import QuestionModel, Scores, TermMatch, WordCover
from hotline.records import Article, KnowledgeAnswer, KnowledgeHit

# The model only breaks near-ties: BM25 of characters and pairs alone gives the best order (docs/knowledge.md).
MODEL = 0.1
# The confidence in the first article (a logistic function) and the limits of the decisions.
# `python -m hotline kb evaluate` shows what they give.
WEIGHTS = {"lead": 16.0, "cover": 1.8, "outside": -5.8, "foreign": -0.9}
BIAS = -1.6
ANSWER, ASK = 0.66, 0.18


@dataclass(frozen=True)
class Ranking:
    """Articles in order for one question, best first, with what the confidence is made of."""

    order: list[int]
    scores: Scores
    signals: dict[str, float]

    @property
    def confidence(self) -> float:
        """How sure it is, in 0..1, that the first article is what was asked."""
        return 1 / (1 + math.exp(-(BIAS + sum(WEIGHTS[name] * self.signals[name] for name in WEIGHTS))))


class Index:
    """Articles ready for searching. Building takes about a second; a search a few milliseconds."""

    def __init__(self, articles: Sequence[Article]) -> None:
        started = time.perf_counter()
        self.articles = tuple(articles)
        self._exact = _exact_questions(self.articles)
        if self.articles:
            questions = [(article.question, *article.similar) for article in self.articles]
            whole = [(*asked, article.answer) for asked, article in zip(questions, self.articles, strict=True)]
            self._terms = TermMatch(whole)
            self._cover = WordCover(whole)
            self._model = QuestionModel(questions, outside_questions())
            self.rank(self.articles[0].question)  # the first search is slow: let it be ours
        self.build_ms = round((time.perf_counter() - started) * 1000)

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
        confidence = ranking.confidence
        hits = self._hits(ranking.order[:limit], ranking, confidence)
        if ranking.signals["order"] == 0.0:
            return KnowledgeAnswer("none")
        if confidence >= ANSWER:
            return KnowledgeAnswer("answer", hits)
        return KnowledgeAnswer("ask" if confidence >= ASK else "none", hits)

    def rank(self, query: str) -> Ranking:
        """Order all articles by how well they fit a question."""
        terms = self._terms.scores(query)
        model, outside, foreign = self._model.scores(query)
        # Without a single sign in common the model's guess means nothing.
        scores = terms + MODEL * model if terms.any() else terms
        order = [int(number) for number in np.argsort(-scores, kind="stable")[:50]]
        first = order[0]
        second = float(scores[order[1]]) if len(order) > 1 else 0.0
        return Ranking(order, scores, {
            "order": float(scores[first]), "lead": float(scores[first]) - second,
            "cover": float(self._cover.scores(query)[first]), "outside": outside, "foreign": foreign,
        })

    def _hits(self, order: list[int], ranking: Ranking, confidence: float) -> tuple[KnowledgeHit, ...]:
        """Hits with the first one's confidence; the others' by their share of its score."""
        best = float(ranking.scores[ranking.order[0]]) or 1.0
        return tuple(
            KnowledgeHit(self.articles[number], confidence * (min(float(ranking.scores[number]) / best, 1.0)
                                                               if place else 1.0))
            for place, number in enumerate(order)
        )


@cache
def outside_questions() -> tuple[str, ...]:
    """Questions that are not ours to answer: what the model learns to tell apart."""
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
