"""Examples whose label is probably wrong: `python -m bot doubts --data FOLDER [--data FOLDER] --out FILE.json`.

Each example is judged by machines that have not seen it (stratified folds, fixed seed), for its intent and for its
service; cleanlab's confident learning then says which given label is off. The machines are those of the bot over
n-grams, and over n-grams with embeddings where there is an encoder.

FILE: {"at", "examples", "rows": [{"text", "intent", "service", "suggested": {"intent", "service"}, "score", "where"}]},
worst first; `score` is how sure the machines are of the given label, 0 to 1; `where` is file:line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import yaml

SEED = 7
FOLDS = 5
MOST = 500  # rows of the result


@dataclass(frozen=True)
class Example:
    """One example with its place."""

    text: str
    intent: str
    service: str | None
    where: str


@dataclass(frozen=True)
class Doubt:
    """What the machines think of one label."""

    suggested: str
    score: float


def doubts(options: argparse.Namespace) -> int:
    """Run the command: 0, or 2 when the input is no good."""
    try:
        examples = [example for folder in options.data for example in read_examples(folder)]
    except (OSError, ValueError, yaml.YAMLError) as error:
        print(error, file=sys.stderr)
        return 2
    if len(examples) < 2 * FOLDS:
        print(f"例句太少：{len(examples)}", file=sys.stderr)
        return 2
    say(5, "读例句")
    rows = find(examples, options.embeddings)
    body = {"at": datetime.now(timezone.utc).isoformat(), "examples": len(examples), "rows": rows[:MOST]}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    draft = options.out.with_name(f".{options.out.name}.draft")
    draft.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(draft, options.out)
    say(100, f"可疑标注 {len(rows)} 处")
    return 0


def read_examples(folder: Path) -> Iterator[Example]:
    """The examples of a folder's NLU files with their lines. Raises OSError, ValueError, yaml.YAMLError."""
    if not folder.is_dir():
        raise ValueError(f"没有这个目录：{folder}")
    for path in sorted(folder.rglob("*.yml")):
        root = yaml.compose(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for block in _fields(root)["nlu"].value:
            fields = _fields(block)
            if "intent" not in fields:
                continue  # synonyms, look-ups
            service = _fields(fields["metadata"]).get("service") if "metadata" in fields else None
            first = fields["examples"].start_mark.line + 2  # the block's first line, counted from 1
            for number, line in enumerate(fields["examples"].value.split("\n"), first):
                if line.startswith("- "):
                    yield Example(line[2:].strip(), fields["intent"].value, service.value if service else None,
                                  f"{path.name}:{number}")


def find(examples: Sequence[Example], embeddings: str | None = None) -> list[dict[str, Any]]:
    """The doubtful ones, worst first. `embeddings`: dotted path of the encoder; None for the bot's own."""
    found: dict[int, dict[str, Doubt]] = {}
    for number, question in enumerate(("intent", "service")):
        named = [place for place, example in enumerate(examples) if getattr(example, question)]
        labels = [str(getattr(examples[place], question)) for place in named]
        usual = {label for label, count in Counter(labels).items() if count >= FOLDS}  # each fold must know it
        rows = [place for place, label in zip(named, labels, strict=True) if label in usual]
        labels = [label for label in labels if label in usual]
        if len(usual) > 1:
            texts = [examples[place].text for place in rows]
            for place, doubt in _doubts(texts, labels, embeddings, 10 + 45 * number, question).items():
                found.setdefault(rows[place], {})[question] = doubt
    shown = [_row(examples[place], doubts) for place, doubts in found.items()]
    return sorted(shown, key=lambda row: (row["score"], row["where"]))


def _doubts(
    texts: Sequence[str], labels: Sequence[str], embeddings: str | None, done: int, question: str
) -> dict[int, Doubt]:
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    classes = sorted(set(labels))
    given = np.searchsorted(classes, labels)
    chances = _unseen(texts, labels, given, len(classes), embeddings, done, question)
    places = find_label_issues(given, chances, return_indices_ranked_by="self_confidence", n_jobs=1)
    scores = get_label_quality_scores(given, chances, method="self_confidence")
    return {int(place): Doubt(classes[int(chances[place].argmax())], round(float(scores[place]), 4))
            for place in places if chances[place].argmax() != given[place]}


def _unseen(
    texts: Sequence[str], labels: Sequence[str], given: Any, classes: int, embeddings: str | None, done: int,
    question: str,
) -> Any:
    """Probabilities of each text from machines that were trained without it."""
    from sklearn.model_selection import StratifiedKFold

    from bot.components.heads import Head
    from hotline.text.ngrams import Features
    from hotline.text.normalise import normalise

    plain = [normalise(text).text.lower() for text in texts]
    documents = [(text, _words(text)) for text in plain]
    vectors = _vectors(plain, embeddings)
    chances = np.zeros((len(texts), classes))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (train, test) in enumerate(folds.split(plain, given)):
        features = Features()
        features.fit([documents[place] for place in train])
        learnt, asked = (_views(features, documents, vectors, places) for places in (train, test))
        chances[test] = Head().fit(learnt, [labels[place] for place in train]).probabilities(asked)
        say(done + (number + 1) * 45 // FOLDS - 2, f"{'意图' if question == 'intent' else '事项'} {number + 1}/{FOLDS}")
    return chances


def _vectors(texts: Sequence[str], embeddings: str | None) -> Any:
    """One sparse row a text; None without an encoder."""
    from scipy.sparse import csr_matrix

    from hotline.text.embedding import UNIVERSAL, encoder
    from hotline.text.vector_cache import cached

    path = UNIVERSAL if embeddings is None else embeddings
    meaning = cached(encoder(path), path)
    return None if meaning is None else csr_matrix(meaning.encode(texts))


def _views(features: Any, documents: Sequence[tuple[str, list[str]]], vectors: Any, places: Any) -> list[Any]:
    """What the bot's heads look at: n-grams alone and, with an encoder, beside the embeddings."""
    from scipy.sparse import hstack

    grams = features.rows([documents[place] for place in places])
    return [grams] if vectors is None else [grams, hstack([grams, vectors[places]]).tocsr()]


def _words(text: str) -> list[str]:
    from bot.components.tokenizer import USER_DICTIONARIES, words_of

    return [word for word, _, _ in words_of(USER_DICTIONARIES).tokenize(text) if word.strip()]


def _row(example: Example, doubts: dict[str, Doubt]) -> dict[str, Any]:
    suggested = {name: doubts[name].suggested if name in doubts else getattr(example, name)
                 for name in ("intent", "service")}
    return {"text": example.text, "intent": example.intent, "service": example.service, "suggested": suggested,
            "score": min(doubt.score for doubt in doubts.values()), "where": example.where}


def say(percent: int, stage: str) -> None:
    """A line for whoever watches the job."""
    print(f"@progress {percent} {stage}", flush=True)


def _fields(node: Any) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("这个 YAML 文件不是 NLU 例句")
    return {key.value: value for key, value in node.value}
