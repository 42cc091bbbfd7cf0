"""The command's options; what it does is imported only when it runs."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_measure(measure: argparse.ArgumentParser) -> None:
    """The command's options."""
    measure.add_argument("--data", type=Path, required=True, help="JSONL with text and label, or a CSV with --text")
    measure.add_argument("--text", action="append", default=[], help="a CSV's column of text; title first; repeatable")
    measure.add_argument("--label", default="label", help="a CSV's column of labels; rows without one are passed over")
    measure.add_argument("--folds", type=int, default=5)
    measure.add_argument("--curve", default="0.1,0.25,0.5,1", help="shares of the training letters")
    measure.add_argument("--embeddings", default="hotline.text.embedding.universal", help="dotted path, or none")
    measure.add_argument("--out", type=Path, help="a JSON file for the figures")
    measure.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from bot.measuring.command import run

    return run(options)
