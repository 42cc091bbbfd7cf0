"""`python -m bot crossvalidate`: how well the n-gram machine alone knows the training data's own held-out folds.

It is the cheap half of a head (bot/components/heads.py): no words, no embeddings, no temperature. Its figures are
lower than the model's; they are for comparing one set of data with another.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.components.services import OTHER, SUGGESTION
from bot.pipelines.sample import examples
from hotline.text.ngrams import Features
from hotline.text.normalise import normalise

SEED = 7


def crossvalidate(options: argparse.Namespace) -> int:
    """Run the command: 0 with the file written, 2 when the data are no good."""
    started = time.monotonic()
    try:
        known = [(normalise(line[2:]).text.lower(), block) for block, line in examples(options.data)]
    except (OSError, KeyError, AttributeError, TypeError) as error:
        print(f"读不了训练数据：{options.data}（{type(error).__name__}）", file=sys.stderr)
        return 2
    if options.sample is not None and options.sample < len(known):
        known = random.Random(SEED).sample(known, options.sample)
    texts = [text for text, _ in known]
    labels = {"intent": [str(block["intent"]) for _, block in known],
              "service": [_service(block) for _, block in known]}
    try:
        figures = {name: folds(texts, found, options.folds) for name, found in labels.items()}
    except ValueError as error:
        print(f"训练数据太少，分不成 {options.folds} 份：{error}", file=sys.stderr)
        return 2
    result = {"folds": options.folds, "seed": SEED, "examples": len(known), "sampled": options.sample is not None,
              "machine": "n-grams", "seconds": round(time.monotonic() - started, 1), **figures}
    Path(options.out).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return 0


def folds(texts: Sequence[str], labels: Sequence[str | None], count: int) -> dict[str, Any]:
    """Accuracy of each fold, their mean, macro-F1 over all; labels of fewer examples than folds are left out."""
    enough = {label for label in set(labels) if label is not None and labels.count(label) >= count}
    rows = [(text, str(label)) for text, label in zip(texts, labels, strict=True) if label in enough]
    target = np.array([label for _, label in rows])
    said = np.empty_like(target)
    accuracies = []
    for train, test in StratifiedKFold(count, shuffle=True, random_state=SEED).split(np.zeros(len(rows)), target):
        features = Features()
        matrix = features.fit([(rows[row][0], ()) for row in train])
        machine = LinearSVC(class_weight="balanced", random_state=SEED, tol=1e-2).fit(matrix, target[train])
        said[test] = machine.predict(features.rows([(rows[row][0], ()) for row in test]))
        accuracies.append(round(float((said[test] == target[test]).mean()), 4))
    return {"accuracy": accuracies, "mean": round(float(np.mean(accuracies)), 4),
            "macro_f1": round(float(f1_score(target, said, average="macro")), 4), "labels": len(enough)}


def _service(block: dict[str, Any]) -> str | None:
    found = (block.get("metadata") or {}).get("service")
    return None if found is None else OTHER if found == SUGGESTION else str(found)
