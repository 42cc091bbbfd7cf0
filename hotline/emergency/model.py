"""The small trained model beside the patterns: it hears a danger told without its usual words.

A softmax over eight classes (none, and each kind of danger with its subkind) on character n-grams, a sentence
embedding and what the patterns found. What was learnt is plain arrays; nothing in the file can run code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

from hotline.emergency import gas, life
from hotline.emergency.context import harmless
from hotline.emergency.windows import windows
from hotline.text.embedding import Encoder
from hotline.text.ngrams import Features

NONE = "none"
# A danger in one piece of a long message must be surer of itself than in a short message.
PIECE = 0.1
MOST_PIECES = 120
LONGEST = 1500  # characters that are read as one


class Model:
    """Reads folded texts (`hotline.emergency.spelling.fold`)."""

    def __init__(self, features: Features, signs: Sequence[str], classes: Sequence[str], weights: Any, bias: Any,
                 encoder: Encoder | None) -> None:
        self._features = features
        self._signs = {sign: place for place, sign in enumerate(signs)}
        self.classes = list(classes)
        self._weights = weights
        self._bias = bias
        self._encoder = encoder

    def chances(self, folded: str, sure: float = 0.0) -> dict[str, float]:
        """The chance of each class, of the whole text or of its most dangerous piece. A few milliseconds.

        A letter has many pieces, each without what stands around it: one counts when its danger is at least `sure`.
        """
        none = self.classes.index(NONE)
        whole = self._probabilities([folded[:LONGEST]])[0]
        pieces = windows(folded)
        if len(pieces) > MOST_PIECES:
            # Nobody reads a book for nothing: the pieces with a sign of danger come first.
            pieces = sorted(pieces, key=lambda piece: not signs_of(piece))[:MOST_PIECES]
        if pieces:
            found = self._probabilities(pieces)
            worst = found[int(found[:, none].argmin())]
            if worst[none] + PIECE < whole[none] and 1 - worst[none] >= sure:
                whole = worst
        return dict(zip(self.classes, whole.tolist(), strict=True))

    def _probabilities(self, texts: Sequence[str]) -> Any:
        sparse = hstack([self._features.rows((text, ()) for text in texts),
                         sign_rows([signs_of(text) for text in texts], self._signs)]).tocsr()
        wide = sparse.shape[1]
        scores = sparse @ self._weights[:wide] + self._bias
        if self._encoder is not None:
            scores += self._encoder.encode(texts) @ self._weights[wide:]
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def save(self, path: Path) -> None:
        """Write it; the file appears whole or not at all."""
        draft = path.with_name(f".{path.name}.draft.npz")
        state = {f"features_{name}": value for name, value in self._features.state().items()}
        state |= {"signs": np.array(list(self._signs)), "classes": np.array(self.classes), "weights": self._weights,
                  "bias": self._bias}
        np.savez(draft, allow_pickle=False, **state)
        draft.replace(path)

    @classmethod
    def load(cls, path: Path, encoder: Encoder | None) -> Model:
        """Read it. Raises OSError, ValueError or KeyError for a file that is no such model."""
        with np.load(path, allow_pickle=False) as file:
            state = {name: file[name] for name in file.files}
        features = {name.removeprefix("features_"): value for name, value in state.items()
                    if name.startswith("features_")}
        return cls(Features.from_state(features), state["signs"].tolist(), state["classes"].tolist(),
                   state["weights"], state["bias"], encoder)


def signs_of(folded: str) -> set[str]:
    """What the patterns say of a text, as features: which sign stands there, and whether its context takes it back."""
    found: set[str] = set()
    for hit in (*gas.hits(folded), *life.hits(folded)):
        found |= {f"{hit.kind}:{hit.name}", f"{hit.kind}:{hit.subkind}", hit.kind}
        if harmless(folded, hit):
            found.add(f"harmless:{hit.kind}")
        else:
            found |= {f"real:{hit.kind}", f"real:{hit.kind}:{hit.subkind}"}
    return found


def sign_rows(found: Sequence[Collection[str]], signs: Mapping[str, int]) -> csr_matrix:
    """One row a text: 1 where the sign with this number was found in it; others count for nothing."""
    places = [(row, signs[sign]) for row, each in enumerate(found) for sign in each if sign in signs]
    return csr_matrix(([1.0] * len(places), ([row for row, _ in places], [place for _, place in places])),
                      shape=(len(found), len(signs)), dtype=np.float32)
