"""What the index learns from the known questions, kept in a file: a start over the same articles learns nothing anew.

A cache and nothing else: it may be deleted at any time, and a file that cannot be used costs seconds. It holds numbers
and a digest, no text.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
import structlog
from sklearn.linear_model import LogisticRegression

from hotline.text.embedding import Encoder, Vectors

log = structlog.get_logger(__name__)
COST, ROUNDS = 20, 200
PROBE_OFF = 1e-4  # by which an encoder's vector of the same text may differ from one machine to the other
_LEARNT = ("classes_", "coef_", "intercept_", "n_iter_")


def learnt(
    texts: Sequence[str], labels: Any, encoder: Encoder, kept: Path | None
) -> tuple[Vectors, LogisticRegression]:
    """The texts' vectors and the model that tells their labels apart, from the file where it has just these."""
    name = hashlib.sha256(json.dumps([sklearn.__version__, COST, ROUNDS, list(texts), labels.tolist()]).encode())
    known = _read(kept, name.hexdigest()) if kept else None
    # The digest does not know the encoder: one text tells whether it is the same.
    if known and known[0].shape == (len(texts), encoder.size) and np.allclose(
            encoder.encode(texts[:1])[0], known[0][0], atol=PROBE_OFF):
        return known
    vectors = encoder.encode(texts)
    model = LogisticRegression(C=COST, max_iter=ROUNDS).fit(vectors, labels)
    if kept:
        _write(kept, name.hexdigest(), vectors, model)
    return vectors, model


def _read(path: Path, name: str) -> tuple[Vectors, LogisticRegression] | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["name"]) != name:
                return None
            model = LogisticRegression(C=COST, max_iter=ROUNDS)
            for part in _LEARNT:
                setattr(model, part, file[part])
            return file["vectors"], model
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("knowledge_model_unusable", error=type(error).__name__)
        return None


def _write(path: Path, name: str, vectors: Vectors, model: LogisticRegression) -> None:
    """In one step: another process may be reading."""
    parts = {part: getattr(model, part) for part in _LEARNT}
    fresh = path.with_name(f"{os.getpid()}-{path.name}")
    try:
        np.savez(fresh, name=name, vectors=vectors, **parts)
        os.replace(fresh, path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        log.warning("knowledge_model_not_kept", error=type(error).__name__)
