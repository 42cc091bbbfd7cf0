"""Small article files to write down and read in."""

from __future__ import annotations

from pathlib import Path

HEAD = "domain: gas_safety\nreview_date: 2027-05-31\narticles:\n"


def entry(identity: str, question: str, answer: str, *similar: str) -> str:
    """One entry as it stands in a file."""
    lines = "".join(f"      - {text}\n" for text in similar)
    return (
        f"  - id: {identity}\n    question: {question}\n    similar:{' []' if not similar else ''}\n{lines}"
        f"    answer: {answer}\n    source: 试验来源\n    facts: [A-15]\n"
    )


HOSE = entry("hose", "软管多长？", "不超过两米。", "灶下面的管子能拉多远", "软管长度有限制吗")
METER = entry("meter", "燃气表坏了谁修？", "由燃气企业修。", "表不走字找谁", "煤气表不转了")


def write(folder: Path, name: str, *entries: str) -> Path:
    """A file with these entries."""
    path = folder / name
    path.write_text(HEAD + "".join(entries), encoding="utf-8")
    return path
