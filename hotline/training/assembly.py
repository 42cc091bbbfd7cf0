"""A candidate's folder: the data it learns from, its configuration and thresholds, and a manifest of it all.

    data/ (bot/data with the overlay), config.yml, domain.yml, emergency/*.txt, thresholds.json, manifest.json
    ... and once it is trained: bot.tar.gz, emergency.npz, comparison.json
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import yaml

from hotline.emergency.training import EXAMPLES
from hotline.records import JSON
from hotline.settings import ROOT
from hotline.training.limits import CONFIG, OF_THE_BOT, Limits, component

DATA, DOMAIN = ROOT / "bot" / "data", ROOT / "domain.yml"
HELD = "test.jsonl"  # the labels that never train: the comparison asks them
TAUGHT = "taught.jsonl"  # the newest labels that did: it shows what became of them
USED = ("accepted", "out_of_scope")
# Writes the labels into the folder: data/nlu/overlay.yml, data/emergency/overlay.txt, test.jsonl and taught.jsonl.
WriteLabels = Callable[[Path], None]


def assemble(folder: Path, limits: Limits, write_labels: WriteLabels, about: JSON) -> str:
    """Make the folder; returns the data's hash, the same for the same examples, configuration and thresholds."""
    folder.mkdir(parents=True, mode=0o700)
    shutil.copytree(DATA, folder / "data")
    shutil.copytree(EXAMPLES, folder / "emergency")
    write_labels(folder)
    overlay = folder / "data" / "emergency" / "overlay.txt"
    if overlay.is_file():  # beside the other examples of danger, out of what Rasa reads
        overlay.replace(folder / "emergency" / "overlay.txt")
        overlay.parent.rmdir()
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    component(config).update({name: getattr(limits, name) for name in OF_THE_BOT})
    (folder / "config.yml").write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    shutil.copyfile(DOMAIN, folder / "domain.yml")
    write_json(folder / "thresholds.json", limits.as_json())
    found = data_hash(folder)
    write_json(folder / "manifest.json", {**about, "data_hash": found, "versions": _versions()})
    return found


class Labelled(Protocol):
    """What is asked of a label here."""

    @property
    def text(self) -> str: ...
    @property
    def intent(self) -> str | None: ...
    @property
    def service(self) -> str | None: ...
    @property
    def emergency(self) -> str | None: ...
    @property
    def state(self) -> str: ...
    @property
    def part(self) -> str: ...


def write_held(folder: Path, labels: Iterable[Labelled]) -> None:
    """The labels of the test part, one JSON object a line, in a fixed order."""
    held = sorted({_row(one) for one in labels if one.part == "test" and one.state in USED})
    _write_rows(folder / HELD, held)


def write_taught(folder: Path, labels: Iterable[Labelled]) -> None:
    """Labels that train (`overlay.newest` gives them), one JSON object a line, in their order."""
    _write_rows(folder / TAUGHT, [_row(one) for one in labels])


def _row(one: Labelled) -> tuple[str, ...]:
    return one.text, one.intent or "", one.service or "", one.emergency or ""


def _write_rows(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    lines = [json.dumps(dict(zip(("text", "intent", "service", "emergency"), row, strict=True)), ensure_ascii=False)
             for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def data_hash(folder: Path) -> str:
    """SHA-256 over everything that a candidate learns from and with."""
    digest = hashlib.sha256()
    parts = [*folder.joinpath("data").rglob("*"), *folder.joinpath("emergency").glob("*"),
             *(folder / name for name in ("config.yml", "domain.yml", "thresholds.json"))]
    for path in sorted(path for path in parts if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def write_json(path: Path, content: JSON) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(path)


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "scikit-learn")}}
