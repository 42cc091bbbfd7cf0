"""Linear heads with calibrated probabilities, and how a long letter is read: no Rasa in here.

Train examples are short and letters are long. So a letter is read whole and in pieces: its opening (title or
first sentences) and windows of a few sentences; the log-probabilities are pooled with weights, the pieces that
are sure of themselves counting more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

WINDOW = 70
SHORT = 90
POOLED_SHARPNESS = 1.5
WIDER = 1.6  # held-out examples have siblings among the others: real messages are harder than they
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text with its words and its weight in the pooled answer."""

    text: str
    words: list[str]
    weight: float


@dataclass
class Head:
    """One linear classifier; a temperature fitted on held-out folds turns margins into probabilities."""

    classes: list[str] = field(default_factory=list)
    weights: Any = None
    bias: Any = None
    temperature: float = 1.0

    def fit(self, matrix: csr_matrix, labels: list[str], cost: float = 1.0, folds: int = 4) -> Head:
        """Train on rows and labels; fewer than two classes make a constant head."""
        self.classes = sorted(set(labels))
        if len(self.classes) > 1:
            target = np.searchsorted(self.classes, labels)
            self.temperature = WIDER * _temperature(matrix, target, len(self.classes), cost, folds)
            self.weights, self.bias = _margins(_svc(cost).fit(matrix, target))
        return self

    def state(self) -> dict[str, np.ndarray]:
        """What was learnt, as plain arrays."""
        state = {"classes": np.array(self.classes), "temperature": np.array(self.temperature)}
        return state if self.weights is None else state | {"weights": self.weights, "bias": self.bias}

    @classmethod
    def from_state(cls, state: Mapping[str, np.ndarray]) -> Head:
        """The head that `state` describes."""
        return cls(state["classes"].tolist(), state.get("weights"), state.get("bias"), float(state["temperature"]))

    def log_probabilities(self, matrix: csr_matrix) -> np.ndarray:
        """Rows of log-probabilities in the order of `classes`."""
        if self.weights is None:
            return np.zeros((matrix.shape[0], max(len(self.classes), 1)))
        return _log_softmax((matrix @ self.weights + self.bias) / self.temperature)


def pieces(text: str, words: list[tuple[str, int]]) -> list[Piece]:
    """A short text as it is; a long one whole, its opening, and windows of some sentences.

    `words` are (word, start offset) in the same text.
    """
    whole = Piece(text, [word for word, _ in words], 1.0)
    if len(text) <= SHORT:
        return [whole]
    spans = _windows(text)
    found = [whole]
    for number, (start, end) in enumerate(spans):
        inside = [word for word, at in words if start <= at < end]
        found.append(Piece(text[start:end], inside, 2.0 if number == 0 else 1.0 / len(spans) ** 0.5))
    return found


def pool(log_probabilities: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One distribution from those of the pieces: weighted by the piece and by how sure it is of itself."""
    if len(log_probabilities) == 1:
        return np.asarray(np.exp(log_probabilities[0]))
    sure = np.exp(log_probabilities).max(axis=1)
    share = weights * sure
    pooled = (log_probabilities.clip(min=-7.0) * share[:, None]).sum(axis=0) / share.sum()
    return np.asarray(np.exp(_log_softmax(pooled[None, :] * POOLED_SHARPNESS)[0]))


def _windows(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        if spans and end - spans[-1][0] <= WINDOW:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.extend((at, min(at + WINDOW, end)) for at in range(start, end, WINDOW))
    return spans or [(0, min(len(text), WINDOW))]


def _svc(cost: float) -> LinearSVC:
    return LinearSVC(C=cost, class_weight="balanced", random_state=7, max_iter=3000)


def _margins(svc: LinearSVC) -> tuple[np.ndarray, np.ndarray]:
    """Weights (features x classes) and bias; a two-class machine has one column that stands for both."""
    weights, bias = svc.coef_.T, svc.intercept_
    if weights.shape[1] == 1:
        weights, bias = np.hstack([-weights, weights]), np.hstack([-bias, bias])
    return np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32)


def _temperature(matrix: csr_matrix, target: np.ndarray, classes: int, cost: float, folds: int) -> float:
    """The temperature under which held-out margins give the best log-likelihood."""
    smallest = int(np.bincount(target).min())
    if smallest < 2:
        return 0.3
    margins = np.zeros((len(target), classes), dtype=np.float32)
    for train, test in StratifiedKFold(min(folds, smallest), shuffle=True, random_state=7).split(matrix, target):
        weights, bias = _margins(_svc(cost).fit(matrix[train], target[train]))
        margins[test] = matrix[test] @ weights + bias
    grid = np.geomspace(0.05, 3.0, 40)
    rows = np.arange(len(target))
    losses = [-_log_softmax(margins / value)[rows, target].mean() for value in grid]
    return float(grid[int(np.argmin(losses))])


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
