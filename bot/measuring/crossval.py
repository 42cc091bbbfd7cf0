"""Stratified cross-validation and a learning curve with the machines that a model of that log would have."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.metrics import f1_score, precision_recall_fscore_support
from sklearn.model_selection import StratifiedKFold, train_test_split

from bot.components.heads import Head
from bot.components.letters import COST, Letter, views
from bot.measuring.counted import Counted

SEED = 7
TEMPERATURE = 0.3  # fixed: which label is best hardly depends on it, and fitting one takes as long as the machine
SHOWN = 30  # confusions
TOLD = 3  # texts of one
Report = dict[str, Any]
Tell = Callable[[float], None]


@dataclass(frozen=True)
class Material:
    """Everything that the folds share; a fold's process sees it without a copy."""

    whole: Counted
    head: Counted
    meant: csr_matrix | None
    labels: np.ndarray

    @classmethod
    def of(
        cls, letters: Sequence[Letter], meant: Callable[[], csr_matrix | None], labels: Sequence[str]
    ) -> Material:
        """Count the n-grams of all letters; only then ask for their meaning, which another core works on."""
        whole, head = Counted([each.whole for each in letters]), Counted([each.head for each in letters])
        return cls(whole, head, meant(), np.array(labels))

    def predict(self, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        """Labels of the letters `test`, learnt from the letters `train` alone."""
        whole, head = self.whole.views(train, test), self.head.views(train, test)
        seen = [views(whole[part], head[part], None if self.meant is None else self.meant[rows])
                for part, rows in enumerate((train, test))]
        learnt = Head().fit(seen[0], self.labels[train].tolist(), COST, temperature=TEMPERATURE)
        return np.array(learnt.classes)[learnt.probabilities(seen[1]).argmax(axis=1)]


def cross_validate(material: Material, folds: int, shares: Sequence[float], tell: Tell) -> tuple[Report, np.ndarray]:
    """The figures, and what each letter was taken for when it was not learnt from.

    `shares` of each fold's training letters make the curve; each point is measured on the same whole folds.
    """
    labels = material.labels
    cuts = list(StratifiedKFold(folds, shuffle=True, random_state=SEED).split(labels, labels))
    wanted = sorted({*shares, 1.0})
    tasks = [(share, fold, _part(train, labels, share), test)
             for share in reversed(wanted) for fold, (train, test) in enumerate(cuts)]
    said = {share: np.empty(len(labels), dtype=labels.dtype) for share in wanted}
    sizes: dict[float, list[int]] = {share: [] for share in wanted}
    for done, ((share, _, train, test), found) in enumerate(_predictions(material, tasks), 1):
        said[share][test] = found
        sizes[share].append(len(train))
        tell(done / len(tasks))
    whole = said[1.0]
    accuracies = [float((whole[test] == labels[test]).mean()) for _, test in cuts]
    curve = [{"share": share, "rows": int(np.mean(sizes[share])), **_scores(labels, said[share])} for share in wanted]
    return {"folds": [round(value, 4) for value in accuracies], "deviation": round(float(np.std(accuracies)), 4),
            **_scores(labels, whole), "curve": curve, "labels": _by_label(labels, whole)}, whole


def confusions(labels: np.ndarray, said: np.ndarray, texts: Sequence[str]) -> list[Report]:
    """Which label is taken for which, most often first, each with the beginnings of a few texts."""
    wrong = np.flatnonzero(labels != said)
    pairs = Counter((str(labels[at]), str(said[at])) for at in wrong)
    return [{"label": label, "said": other, "count": count,
             "examples": [texts[at][:80] for at in wrong if labels[at] == label and said[at] == other][:TOLD]}
            for (label, other), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]]


Task = tuple[float, int, np.ndarray, np.ndarray]
_shared: list[Material] = []


def _predictions(material: Material, tasks: Sequence[Task]) -> Iterator[tuple[Task, np.ndarray]]:
    """A process a core, forked when the material stands in memory: nothing of it is sent or copied."""
    _shared[:] = [material]
    try:
        with ProcessPoolExecutor(min(len(tasks), os.cpu_count() or 1), get_context("fork")) as pool:
            yield from zip(tasks, pool.map(_predict, tasks), strict=True)
    finally:
        _shared.clear()


def _predict(task: Task) -> np.ndarray:
    return _shared[0].predict(task[2], task[3])


def _part(train: np.ndarray, labels: np.ndarray, share: float) -> np.ndarray:
    """A stratified share of the training letters with every label in it."""
    kinds = len(set(labels[train].tolist()))
    size = max(round(len(train) * share), kinds)
    if size > len(train) - kinds:
        return train
    kept, _ = train_test_split(train, train_size=size, random_state=SEED, stratify=labels[train])
    return np.sort(kept)


def _scores(labels: np.ndarray, said: np.ndarray) -> Report:
    return {"accuracy": round(float((labels == said).mean()), 4),
            "macro_f1": round(float(f1_score(labels, said, average="macro", zero_division=0)), 4)}


def _by_label(labels: np.ndarray, said: np.ndarray) -> list[Report]:
    names = sorted(set(labels.tolist()))
    found = precision_recall_fscore_support(labels, said, labels=names, zero_division=0)
    return [{"label": name, "rows": int(rows), "precision": round(float(precision), 4),
             "recall": round(float(recall), 4), "f1": round(float(f1), 4)}
            for name, precision, recall, f1, rows in zip(names, *found, strict=True)]
