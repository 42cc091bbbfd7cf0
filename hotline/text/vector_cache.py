"""Sentence embeddings kept in a file: training anew after a few new examples encodes only those.

A cache and nothing else: it may be deleted at any time, and a file that cannot be used costs time, never a training.
It holds digests of texts and their vectors, no text.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from hotline.settings import ROOT
from hotline.text.embedding import Encoder, Vectors

KEPT = ROOT / "bot" / "models" / "vectors.sqlite"
CHUNK = 400  # texts; below SQLite's limit of parameters in every build
WAIT = 20.0  # seconds for another trainer's write
_TABLE = "CREATE TABLE IF NOT EXISTS vectors (digest BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"


class Cached:
    """An encoder that looks into the file first; several processes may share one."""

    def __init__(self, inner: Encoder, name: str, path: Path) -> None:
        self._inner = inner
        self._name = name
        self._path = path

    @property
    def size(self) -> int:
        """See `Encoder`."""
        return self._inner.size

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        found = [self._some(texts[at:at + CHUNK]) for at in range(0, len(texts), CHUNK)]
        return np.concatenate(found) if found else np.zeros((0, self.size), dtype=np.float32)

    def _some(self, texts: Sequence[str]) -> Vectors:
        digests = [hashlib.sha256(f"{self._name}\n{text}".encode()).digest() for text in texts]
        try:
            known = self._read(digests)
        except sqlite3.Error:
            return self._inner.encode(texts)
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        if missing:
            fresh = dict(zip(missing, self._inner.encode(list(missing.values())), strict=True))
            self._write(fresh)
            known |= fresh
        return np.array([known[digest] for digest in digests], dtype=np.float32)

    def _read(self, digests: Sequence[bytes]) -> dict[bytes, Vectors]:
        marks = ",".join("?" * len(digests))
        with closing(self._open()) as file:
            rows = file.execute(f"SELECT digest, vector FROM vectors WHERE digest IN ({marks})", digests).fetchall()
        found = {digest: np.frombuffer(vector, dtype=np.float32) for digest, vector in rows}
        return {digest: vector for digest, vector in found.items() if len(vector) == self.size}

    def _write(self, fresh: dict[bytes, Vectors]) -> None:
        try:
            with closing(self._open()) as file, file:
                file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                                 [(digest, vector.astype(np.float32).tobytes()) for digest, vector in fresh.items()])
        except sqlite3.Error:
            return  # a cache that cannot be written is only slower

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self._path, timeout=WAIT)
        file.execute("PRAGMA page_size=16384")  # a vector of 2 KB fills half of SQLite's usual page
        file.execute("PRAGMA synchronous=OFF")
        file.execute(_TABLE)
        return file


def cached(inner: Encoder | None, name: str, path: Path = KEPT) -> Encoder | None:
    """The encoder of that dotted path behind the file; None stays None."""
    return Cached(inner, name, path) if inner is not None else None
