"""Trains a candidate in a process of its own: the bot, the emergency model, then the comparison with what serves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from hotline.emergency.training import load_or_train, train
from hotline.settings import ROOT
from hotline.training.assembly import write_json
from hotline.training.measuring import bot_python

# Shares of the whole, in percent: where each stage begins.
BOT, EMERGENCY, COMPARE = 2, 45, 60
_PROGRESS = re.compile(r"@progress (\d{1,3})(?: (.*))?")


def train_candidate(folder: Path, embeddings: str, compare: bool = True) -> int:
    """0 when everything stands in the folder; the exit code of the stage that failed else. Raises BadInput."""
    seconds: dict[str, float] = {}
    stages: dict[str, Callable[[], int]] = {
        "bot": partial(_bot, folder), "emergency": partial(_emergency, folder, embeddings),
        **({"compare": partial(_compare, folder)} if compare else {})}
    for name, stage in stages.items():
        started = time.monotonic()
        code = stage()
        if code:
            return code
        seconds[name] = round(time.monotonic() - started, 1)
    write_json(folder / "figures.json", {"seconds": seconds, "bytes": {
        name: (folder / name).stat().st_size for name in ("bot.tar.gz", "emergency.npz")}})
    _progress(100, "完成")
    return 0


def _bot(folder: Path) -> int:
    _progress(BOT, "训练机器人")
    return _run([bot_python(), "-m", "bot", "train", "--data", str(folder / "data"), "--domain",
                 str(folder / "domain.yml"), "--config", str(folder / "config.yml"), "--out", str(folder),
                 "--fixed-model-name", "bot"], BOT, EMERGENCY)


def _emergency(folder: Path, embeddings: str) -> int:
    """Anew where labels speak of danger: labels of a matter alone must not move what is found by a hair."""
    overlay = folder / "emergency" / "overlay.txt"
    lines = overlay.read_text(encoding="utf-8").splitlines() if overlay.is_file() else []
    if any(line.strip() and not line.startswith("#") for line in lines):
        _progress(EMERGENCY, "训练紧急识别")
        model = train(embeddings, folder=folder / "emergency", nlu=folder / "data" / "nlu")
    else:
        _progress(EMERGENCY, "紧急识别没有新的标注，照旧")
        model = load_or_train(embeddings)
    model.save(folder / "emergency.npz")
    return 0


def _compare(folder: Path) -> int:
    _progress(COMPARE, "与现用的对比")
    return _run([sys.executable, "-m", "hotline", "training", "compare", str(folder), "--out",
                 str(folder / "comparison.json")], COMPARE, 100)


def _run(command: Sequence[str], first: int, last: int) -> int:
    """Run a stage's own process in our group; its progress is a part of ours."""
    with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, encoding="utf-8", errors="replace") as child:
        assert child.stdout is not None
        for line in child.stdout:
            told = _PROGRESS.match(line)
            if told:
                _progress(first + (last - first) * min(int(told[1]), 100) // 100, (told[2] or "").strip())
            else:
                print(line, end="", flush=True)
    return child.returncode


def _progress(percent: int, stage: str) -> None:
    print(f"@progress {percent} {stage}", flush=True)
