"""The overlay: labels as training data beside `bot/data/`, which no label ever touches.

    nlu/overlay.yml         Rasa NLU, one block an intent and service, sorted: readable and good to diff
    emergency/overlay.txt   `label|subkind|text`, as in hotline/emergency/examples

The live one stands under `var/training/overlay/` and is written anew at each change of a label.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from hotline.store.labels import USED, Label
from hotline.training.duplicates import words_of
from hotline.training.superseding import Meaning, drop_contradicted

NLU, EMERGENCY = Path("nlu") / "overlay.yml", Path("emergency") / "overlay.txt"
NLU_HEAD = 'version: "3.1"\n\n# 训练室的标注：每次改动标注后由系统重写，请不要手工修改。\n'
# A person has corrected what the bot said to a citizen: that counts more than one example among twenty thousand.
WEIGHT = 3
SHOWN = 200  # labels of which a comparison tells what became
EMERGENCY_HEAD = "# label|subkind|text：训练室的标注，由系统重写，请不要手工修改。\n"
# Square brackets would be read as an annotation, a slash as a command; their full-width twins mean the same here.
_SIGNS = str.maketrans({"[": "［", "]": "］"})


def live_folder(var: Path) -> Path:
    """Where the overlay of the labels as they are now stands."""
    return var / "training" / "overlay"


def write_overlay(folder: Path, labels: Sequence[Label]) -> str:
    """Write both files from the accepted labels of part `train`; returns the SHA-256 of the two together.

    In a folder that also holds the project's examples (a candidate's data), those that a label contradicts go.
    """
    kept = _kept(labels)
    files = {NLU: nlu_text(kept, WEIGHT), EMERGENCY: emergency_text(kept)}
    digest = hashlib.sha256()
    for path, text in files.items():
        _write(folder / path, text)
        digest.update(text.encode())
    drop_contradicted(folder / "nlu", {
        words_of(label.text): Meaning(label.intent, label.service) for label in kept if label.intent})
    return digest.hexdigest()


def nlu_text(labels: Iterable[Label], weight: int = 1) -> str:
    """Labels with an intent as Rasa NLU YAML, written as the files under bot/data/nlu are.

    Line by line: a YAML library looks at each sign in turn, and this is written anew with each label.
    """
    blocks: dict[tuple[str, str], set[str]] = defaultdict(set)
    for label in labels:
        text = example(label.text)
        if label.intent and text:
            blocks[label.intent, label.service or ""].add(text)
    lines = [NLU_HEAD, "nlu:\n" if blocks else "nlu: []\n"]
    for (intent, service), texts in sorted(blocks.items()):
        told = ", ".join(f"{key}: {value}" for key, value in (("service", service), ("weight", weight))
                         if value and value != 1)
        metadata = f"  metadata: {{{told}}}\n" if told else ""
        lines += [f"- intent: {intent}\n", metadata, "  examples: |\n"]
        lines += [f"    - {text}\n" for text in sorted(texts)]
    return "".join(lines)


def emergency_text(labels: Iterable[Label]) -> str:
    """Labels that say whether there is a danger, as the detector's examples."""
    lines = set()
    for label in labels:
        if label.emergency and example(label.text):
            kind, _, subkind = label.emergency.partition(":")
            lines.add(f"{kind}|{subkind or '-'}|{example(label.text)}\n")
    return EMERGENCY_HEAD + "".join(sorted(lines))


def example(text: str) -> str:
    """A text on one line without anything that a reader of examples takes for more than words."""
    line = re.sub(r"\s+", " ", text.translate(_SIGNS)).strip()
    line = "".join(sign for sign in line if sign.isprintable())
    return "／" + line[1:] if line.startswith("/") else line


def newest(labels: Sequence[Label], most: int = SHOWN) -> list[Label]:
    """The labels that were said last of those that train."""
    return sorted(_kept(labels), key=lambda one: (one.updated_at, one.id), reverse=True)[:most]


def _kept(labels: Iterable[Label]) -> list[Label]:
    return [label for label in _latest(labels) if label.part == "train" and label.state in USED]


def _latest(labels: Iterable[Label]) -> list[Label]:
    """Of two labels for the same words the later counts."""
    found = {words_of(label.text): label for label in sorted(labels, key=lambda one: (one.updated_at, one.id))}
    return list(found.values())


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a training may read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
