"""Trains the detector's model from its own examples.

As what no danger sounds like it also learns the bot's NLU examples and the questions of the knowledge base.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import hstack

from hotline.emergency import softmax
from hotline.emergency.detect import Detector
from hotline.emergency.matter import matter
from hotline.emergency.model import NONE, Model, sign_rows, signs_of
from hotline.emergency.spelling import fold
from hotline.emergency.windows import windows
from hotline.errors import BadInput
from hotline.settings import ROOT
from hotline.text.embedding import UNIVERSAL, encoder
from hotline.text.ngrams import Features
from hotline.text.vector_cache import cached

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"
ORDINARY = ROOT / "bot" / "data" / "nlu"
KNOWLEDGE = ROOT / "knowledge"
MODELS = ROOT / "bot" / "models"
COST = 10.0
PIECES = 2000  # of ordinary letters
SCRAP = 10  # characters: a shorter piece says nothing
SEED = 3
# What decides, advises and names things does not change what is learnt.
DECISIONS = ("detect.py", "thresholds.py", "advice.py", "__init__.py")
# Of these the NLU examples do not say whether the danger is over; reports in which the patterns hear it are plain.
LEAKS = ("gas_leak", ("report", "urge", "status", "consult"))
# Whoever asks what these articles tell may well stand in the danger.
PERILS = ("gas-smell", "gas-leak-check", "gas-construction-damage", "gas-room-heating", "hotline-emergency",
          "property-lift-duty", "property-thrown-objects", "manhole", "streetlight")
SUBKINDS = {"gas": ("leak", "carbon_monoxide", "fire"), "life": ("fire", "illness", "crime", "self_harm")}

Example = tuple[str, str]  # folded text, class


def fingerprint(embeddings: str = UNIVERSAL) -> str:
    """Names the model that the sources at hand would give."""
    digest = hashlib.sha256(embeddings.encode())
    text = HERE.parent / "text"
    sources = [path for path in sorted(HERE.glob("*.py")) if path.name not in DECISIONS]
    for path in (*sorted(EXAMPLES.glob("*.txt")), *sorted(ORDINARY.glob("*.yml")),
                 *sorted(KNOWLEDGE.glob("*.yml")), *sources,
                 text / "normalise.py", text / "traditional.txt", text / "ngrams.py", text / "embedding.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def model_path(embeddings: str = UNIVERSAL, folder: Path = MODELS) -> Path:
    """Where the model of the sources at hand is kept."""
    return folder / f"emergency-{fingerprint(embeddings)}.npz"


def load_or_train(embeddings: str = UNIVERSAL, folder: Path = MODELS) -> Model:
    """The model of the sources at hand, trained (a minute) only when there is none yet. Raises BadInput, OSError."""
    path = model_path(embeddings, folder)
    if path.exists():
        return Model.load(path, encoder(embeddings))
    model = train(embeddings)
    folder.mkdir(parents=True, exist_ok=True)
    model.save(path)
    for old in folder.glob("emergency-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)
    return model


def train(embeddings: str = UNIVERSAL, examples: Sequence[Example] | None = None, folder: Path = EXAMPLES,
          nlu: Path = ORDINARY) -> Model:
    """Learn from the examples: these, or those of the folders and the questions. Raises BadInput for a bad line."""
    own = list(read_examples(folder) if examples is None else examples)
    # What the examples of danger say of a text goes before what the patterns hear in the bot's example of it.
    said = dict(own)
    others = [] if examples is not None else [
        example for example in (*ordinary(nlu), *questions()) if said.get(example[0], example[1]) == example[1]]
    known = [*own, *others, *_pieces(own, others)]
    texts, labels = [matter(text) for text, _ in known], [label for _, label in known]
    meaning = encoder(embeddings)
    features = Features()
    grams = features.fit([(text, ()) for text in texts])
    found = [signs_of(text) for text in texts]
    signs = {sign: place for place, sign in enumerate(sorted({sign for each in found for sign in each}))}
    kept = cached(meaning, embeddings)
    vectors = np.zeros((len(texts), 0), np.float32) if kept is None else kept.encode(texts)
    classes = sorted(set(labels))
    weights, bias = softmax.fit(hstack([grams, sign_rows(found, signs)]).tocsr(), vectors,
                                np.searchsorted(classes, labels), len(classes), COST)
    return Model(features, list(signs), classes, weights, bias, meaning)


def read_examples(folder: Path = EXAMPLES) -> Iterator[Example]:
    """`label|subkind|text` lines; # starts a comment. Raises BadInput with file and line."""
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            label, subkind, text = [*line.split("|", 2), "", ""][:3]
            if not text.strip() or (label != NONE and subkind not in SUBKINDS.get(label, ())):
                raise BadInput(f"{path.name} line {number}: not label|subkind|text")
            yield fold(text), NONE if label == NONE else f"{label}:{subkind}"


def ordinary(folder: Path = ORDINARY) -> Iterator[Example]:
    """The bot's NLU examples: plain reports of a leak, and messages without a danger; what may be either is left out."""
    patterns = Detector()
    for path in sorted(folder.glob("*.yml")):
        for block in _read(path)["nlu"]:
            service = (block.get("metadata") or {}).get("service")
            leaks = service == LEAKS[0] and block["intent"] in LEAKS[1]
            for line in block["examples"].splitlines():
                found = patterns.detect(line[2:]) if line.startswith("- ") else None
                if leaks and found is not None and found.kind == "gas" and block["intent"] == "report":
                    yield fold(line[2:]), f"gas:{found.subkind}"
                elif line.startswith("- ") and found is None and not leaks:
                    yield fold(line[2:]), NONE


def questions(folder: Path = KNOWLEDGE) -> Iterator[Example]:
    """The knowledge base's questions: no danger, but for those in which the patterns hear one."""
    patterns = Detector()
    for path in sorted(folder.glob("*.yml")):
        for article in _read(path)["articles"]:
            for text in (article["question"], *article.get("similar", ())):
                if article["id"] not in PERILS and patterns.detect(text) is None:
                    yield fold(text), NONE


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _pieces(own: Sequence[Example], others: Sequence[Example]) -> list[Example]:
    """Pieces of calm letters: of the detector's own, which speak of danger, all; of the others those that do, and some."""
    ours, theirs = _read_in_pieces(own), _read_in_pieces(others)
    heard = {piece for piece in theirs if signs_of(piece)}
    rest = sorted(theirs - heard - ours)
    drawn = random.Random(SEED).sample(rest, min(PIECES, len(rest)))
    return [(piece, NONE) for piece in (*sorted(ours | heard), *drawn)]


def _read_in_pieces(known: Sequence[Example]) -> set[str]:
    return {piece for text, label in known if label == NONE for piece in windows(text) if len(piece) > SCRAP}
