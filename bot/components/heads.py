"""Linear heads with calibrated probabilities: no Rasa in here.

A head is one linear machine over character and word n-grams and, where there are sentence embeddings, a second one
over n-grams and embeddings together; their probabilities are averaged. The first is surer of a telling word, the
second of a text in unseen words. Both read a letter whole: with letters among the examples that beats windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

HELD = 1 / 3  # of the examples, for the temperature
ENOUGH = 6000  # examples to learn from for a temperature
TOLERANCE = 1e-2  # a fraction of the usual effort for the same answers (measured down to 1e-4)
WIDER = 1.5  # held-out examples have siblings among the others: real messages are harder than they


@dataclass
class Machine:
    """One linear classifier; a temperature fitted on held-out examples turns margins into probabilities."""

    weights: Any
    bias: Any
    temperature: float

    @classmethod
    def fit(cls, matrix: csr_matrix, target: np.ndarray, classes: int, cost: float, balanced: bool,
            temperature: float | None = None, counts: np.ndarray | None = None) -> Machine:
        """Train on rows and class numbers, two classes at least; a given temperature saves fitting one.

        `counts`: how much each row counts, 1 where nothing is said.
        """
        if temperature is None:
            temperature = WIDER * _temperature(matrix, target, classes, cost, balanced)
        return cls(*_margins(_svc(cost, balanced).fit(matrix, target, sample_weight=counts)), temperature)

    def probabilities(self, matrix: csr_matrix) -> np.ndarray:
        """Rows that sum to 1."""
        return np.asarray(np.exp(_log_softmax((matrix @ self.weights + self.bias) / self.temperature)))


@dataclass
class Head:
    """The machines of one question ("which service?") with their common classes."""

    classes: list[str] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)

    def fit(self, views: Sequence[csr_matrix], labels: Sequence[str], cost: float = 1.0, balanced: bool = True,
            temperature: float | None = None, counts: np.ndarray | None = None) -> Head:
        """Train a machine on each view of the same rows; fewer than two classes make a constant head."""
        self.classes = sorted(set(labels))
        if len(self.classes) > 1:
            target = np.searchsorted(self.classes, labels)
            # One after the other: the solver's random numbers are the process's, two at once would not repeat.
            self.machines = [Machine.fit(matrix, target, len(self.classes), cost, balanced, temperature, counts)
                             for matrix in views]
        return self

    def probabilities(self, views: Sequence[csr_matrix]) -> np.ndarray:
        """One row a text in the order of `classes`."""
        if not self.machines:
            return np.ones((views[0].shape[0], max(len(self.classes), 1)))
        found = [machine.probabilities(view) for machine, view in zip(self.machines, views, strict=True)]
        return np.asarray(np.mean(found, axis=0))

    def state(self) -> dict[str, np.ndarray]:
        """What was learnt, as plain arrays."""
        state = {"classes": np.array(self.classes), "machines": np.array(len(self.machines))}
        for number, machine in enumerate(self.machines):
            state |= {f"{number}_weights": machine.weights, f"{number}_bias": machine.bias,
                      f"{number}_temperature": np.array(machine.temperature)}
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, np.ndarray]) -> Head:
        """The head that `state` describes."""
        return cls(state["classes"].tolist(), [
            Machine(state[f"{number}_weights"], state[f"{number}_bias"], float(state[f"{number}_temperature"]))
            for number in range(int(state["machines"]))])


def _svc(cost: float, balanced: bool) -> LinearSVC:
    weight = "balanced" if balanced else None
    return LinearSVC(C=cost, class_weight=weight, random_state=7, max_iter=3000, tol=TOLERANCE)


def _margins(svc: LinearSVC) -> tuple[np.ndarray, np.ndarray]:
    """Weights (features x classes) and bias; a two-class machine has one column that stands for both."""
    weights, bias = svc.coef_.T, svc.intercept_
    if weights.shape[1] == 1:
        weights, bias = np.hstack([-weights, weights]), np.hstack([-bias, bias])
    return np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32)


def _temperature(matrix: csr_matrix, target: np.ndarray, classes: int, cost: float, balanced: bool) -> float:
    """The temperature under which held-out margins give the best log-likelihood."""
    smallest = int(np.bincount(target).min())
    if smallest < 2:
        return 0.3
    train, test = train_test_split(np.arange(len(target)), test_size=max(HELD, classes / len(target)), random_state=7,
                                   stratify=target)
    if len(train) - ENOUGH >= classes:
        train, _ = train_test_split(train, train_size=ENOUGH, random_state=7, stratify=target[train])
    weights, bias = _margins(_svc(cost, balanced).fit(matrix[train], target[train]))
    margins = matrix[test] @ weights + bias
    grid = np.geomspace(0.05, 3.0, 40)
    rows = np.arange(len(test))
    losses = [-_log_softmax(margins / value)[rows, target[test]].mean() for value in grid]
    return float(grid[int(np.argmin(losses))])


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
