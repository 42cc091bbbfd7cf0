"""The same for files: a candidate's folder and the logs of jobs. What the folder was trained to stays."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from hotline.training.assembly import HELD, TAUGHT, write_json
from hotline.training.erased import Erased, of_danger, of_jsonl
from hotline.training.overlay import EMERGENCY, NLU

Clean = Callable[[str], tuple[str, int]]
NOTE = "训练以后应市民本人要求删除了数据：data_hash 是训练时的，和现在文件夹里的内容不再一致；模型文件没有变。"


def clean_folder(folder: Path, erased: Erased) -> int:
    """Take the words out of a candidate's folder; how many examples ever went, as its manifest says from then on."""
    files: dict[Path, Clean] = {
        folder / "data" / NLU: erased.overlay, folder / EMERGENCY: partial(erased.lines, read=of_danger),
        folder / HELD: partial(erased.lines, read=of_jsonl), folder / TAUGHT: partial(erased.lines, read=of_jsonl)}
    gone = sum(_clean(path, clean) for path, clean in files.items())
    _clean_comparison(folder / "comparison.json", erased)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    told = list(manifest.get("erased", ()))
    if gone:
        told.append({"at": datetime.now(timezone.utc).isoformat(), "lines": gone})
        write_json(path, {**manifest, "erased": told, "erased_note": NOTE})
    return sum(int(one["lines"]) for one in told)


def clean_log(path: Path, erased: Erased) -> None:
    """Replace the lines of a job's log that have the words in them."""
    text = path.read_text(encoding="utf-8", errors="replace")
    left = erased.told(text)
    if left != text:
        _write(path, left)


def clean_doubts(path: Path, erased: Erased) -> None:
    """The last look for doubts goes as a whole when it quotes the words; the next one writes it anew."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
        quoted = any(erased.holds(str(row["text"])) for row in rows)
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError):
        quoted = True  # half a file: nobody can say what is in it
    if quoted:
        path.unlink()


def _clean(path: Path, clean: Clean) -> int:
    if not path.is_file():
        return 0
    left, gone = clean(path.read_text(encoding="utf-8"))
    if gone:
        _write(path, left)
    return gone


def _clean_comparison(path: Path, erased: Erased) -> None:
    if path.is_file():
        left, quoted = erased.comparison(json.loads(path.read_text(encoding="utf-8")))
        if quoted:
            write_json(path, left)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, with the rights that the file had."""
    draft = path.with_name(f".{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(draft, path)
