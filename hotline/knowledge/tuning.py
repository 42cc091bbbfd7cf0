"""Sets the search's weights on data nobody asked it about: similar questions held out of the index by turns."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from hotline.knowledge.index import Comparison, Index, ordered, outside_questions, signals_of
from hotline.knowledge.weights import Weights
from hotline.records import Article
from hotline.text.embedding import Encoder

FOLDS = 5
SEED = 5
# The share of held-out questions from outside that may get a confident answer, and those that may get choices.
FALSE_ANSWERS, FALSE_ASKS = 0.03, 0.30
OUTSIDE_WEIGHT = 0.4
RANKED = ("terms", "meaning")


@dataclass(frozen=True)
class Held:
    """A question that the index did not know, with its article's number (None: it has none)."""

    comparison: Comparison
    article: int | None


def tune(articles: Sequence[Article], encoder: Encoder | None, say: Callable[[str], None] = print) -> Weights:
    """Weights for these articles; takes a minute or two with embeddings."""
    held = _hold_out(articles, encoder, say)
    names = tuple(name for name in RANKED if name in held[0].comparison.views)
    weights = Weights(rank=_rank_weights([item for item in held if item.article is not None], names))
    signals, right = _judged(held, weights)
    fitted = _confidence(weights, signals, right, np.array([item.article is None for item in held]))
    chances = np.array([fitted.chance(found) for found in signals])
    outside = np.sort(chances[[item.article is None for item in held]])[::-1]
    tuned = replace(fitted, answer=round(float(outside[int(len(outside) * FALSE_ANSWERS)]) + 1e-4, 3),
                    ask=round(float(outside[int(len(outside) * FALSE_ASKS)]), 3))
    ours = np.array([item.article is not None for item in held])
    say(f"留出的问法 {ours.sum()} 条: 第一条就对 {right[ours].mean():.3f}, "
        f"直接答对 {(right & (chances >= tuned.answer))[ours].mean():.3f}, "
        f"答错 {(~right & (chances >= tuned.answer))[ours].mean():.3f}; "
        f"库外 {(~ours).sum()} 条: 误答 {(chances >= tuned.answer)[~ours].mean():.3f}")
    return tuned


def _hold_out(articles: Sequence[Article], encoder: Encoder | None, say: Callable[[str], None]) -> list[Held]:
    """Each similar question and each outside one is asked once of an index that does not know it."""
    source = random.Random(SEED)
    asked = [(number, question) for number, article in enumerate(articles) for question in article.similar]
    outside = list(outside_questions())
    source.shuffle(asked)
    source.shuffle(outside)
    held: list[Held] = []
    for fold in range(FOLDS):
        away = {question for _, question in asked[fold::FOLDS]}
        known = [replace(article, similar=tuple(text for text in article.similar if text not in away))
                 for article in articles]
        index = Index(known, encoder, Weights(), [text for text in outside if text not in set(outside[fold::FOLDS])])
        held += [Held(index.compare(question), number) for number, question in asked[fold::FOLDS]]
        held += [Held(index.compare(question), None) for question in outside[fold::FOLDS]]
        say(f"第 {fold + 1}/{FOLDS} 份: 留出 {len(away)} 条问法")
    return held


def _rank_weights(held: Sequence[Held], names: tuple[str, ...]) -> dict[str, float]:
    """The weights under which the right article has the best likelihood (a softmax over all articles)."""
    views = np.stack([[item.comparison.views[name] for name in names] for item in held])  # question, view, article
    target = np.array([item.article for item in held])
    rows = np.arange(len(held))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = np.einsum("qva,v->qa", views, weights)
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        slope = np.einsum("qva,qa->qv", views, chances) - views[rows, :, target]
        return float(-np.log(chances[rows, target] + 1e-12).mean()), slope.mean(axis=0)

    found = minimize(loss, np.ones(len(names)), jac=True, method="L-BFGS-B")
    return {name: round(float(weight), 3) for name, weight in zip(names, found.x, strict=True)}


def _judged(held: Sequence[Held], weights: Weights) -> tuple[list[dict[str, float]], np.ndarray]:
    """The signals of each held-out question, and whether the first article was right (outside: never)."""
    signals, right = [], []
    for item in held:
        order, shares = ordered(item.comparison, weights)
        signals.append(signals_of(item.comparison, order, shares))
        right.append(item.article is not None and int(order[0]) == item.article)
    return signals, np.array(right)


def _confidence(
    weights: Weights, signals: Sequence[dict[str, float]], right: np.ndarray, outside: np.ndarray
) -> Weights:
    """A logistic function of the signals; questions from outside count as if they were four in ten."""
    names = sorted(signals[0])
    matrix = np.array([[found[name] for name in names] for found in signals])
    middle, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    counts = np.where(outside, OUTSIDE_WEIGHT * (~outside).sum() / max(outside.sum(), 1), 1.0)
    model = LogisticRegression(C=1.0, max_iter=1000).fit((matrix - middle) / spread, right, sample_weight=counts)
    slopes = model.coef_[0] / spread
    return replace(
        weights, confidence={name: round(float(slope), 4) for name, slope in zip(names, slopes, strict=True)},
        bias=round(float(model.intercept_[0] - (slopes * middle).sum()), 4))
