"""What a component's training depends on besides its own class: for an honest training cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
NORMALISATION = (ROOT / "hotline/text/normalise.py", ROOT / "hotline/text/traditional.txt")


def fingerprint(*paths: Path) -> str:
    """A digest of the files' contents; folders count with their Python files, absent files as absent."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file).encode())
            digest.update(file.read_bytes() if file.is_file() else b"absent")
    return digest.hexdigest()
