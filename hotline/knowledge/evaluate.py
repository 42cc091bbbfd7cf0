"""Measures the search on a table of questions: what is right, what is wrong, what should have been silence."""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hotline.knowledge.files import load_folder
from hotline.knowledge.index import Index

NOT_OURS = "none"


@dataclass
class Evaluation:
    """Counts over a question table; `ours` have an article, `outside` have none."""

    ours: int = 0
    outside: int = 0
    answered: int = 0
    asked: int = 0
    first: int = 0
    in_three: int = 0
    wrong_answers: int = 0
    false_answers: int = 0
    false_asks: int = 0
    milliseconds: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The figures as an operator reads them."""
        spent = sorted(self.milliseconds) or [0.0]
        return [
            f"库里有的问题 {self.ours} 个: 直接答对 {_share(self.answered, self.ours)}, "
            f"列在三个选项里 {_share(self.asked, self.ours)}, 合计 {_share(self.answered + self.asked, self.ours)}, "
            f"直接答错 {_share(self.wrong_answers, self.ours)}",
            f"不论答不答: 第一条就对 {_share(self.first, self.ours)}, 前三条里有 {_share(self.in_three, self.ours)}",
            f"库里没有的问题 {self.outside} 个: 却直接答了 {_share(self.false_answers, self.outside)}, "
            f"给了选项 {_share(self.false_asks, self.outside)}",
            f"每次检索: 中位数 {spent[len(spent) // 2]:.1f} 毫秒, 最慢 {spent[-1]:.1f} 毫秒",
        ]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV with `question` and `article` (several right ones separated by a space; none: not ours)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def evaluate(knowledge: Index, rows: Iterable[Mapping[str, str]]) -> Evaluation:
    """Ask every question once and count."""
    result = Evaluation()
    for row in rows:
        started = time.perf_counter()
        answer = knowledge.answer(row["question"], 3)
        result.milliseconds.append((time.perf_counter() - started) * 1000)
        found = [hit.article.id for hit in answer.hits]
        score = answer.hits[0].score if answer.hits else 0.0
        wanted = set(row["article"].split())
        if wanted == {NOT_OURS}:
            _count_outside(result, row["question"], answer.decision, found, score)
        else:
            _count_ours(result, row["question"], wanted, answer.decision, found, score)
    return result


def _count_outside(result: Evaluation, question: str, decision: str, found: list[str], score: float) -> None:
    result.outside += 1
    result.false_answers += decision == "answer"
    result.false_asks += decision == "ask"
    if decision == "answer":
        result.misses.append(f"不该答: {question} -> {found[0]} ({score:.2f})")


def _count_ours(
    result: Evaluation, question: str, wanted: set[str], decision: str, found: list[str], score: float
) -> None:
    right = bool(found) and found[0] in wanted
    near = bool(wanted & set(found))
    result.ours += 1
    result.first += right
    result.in_three += near
    result.answered += decision == "answer" and right
    result.wrong_answers += decision == "answer" and not right
    result.asked += decision == "ask" and near
    if decision == "none" or not (right or (decision == "ask" and near)):
        result.misses.append(f"{decision}: {question} -> {' '.join(found)} ({score:.2f}), 应为 {' '.join(wanted)}")


def evaluate_command(arguments: argparse.Namespace) -> int:
    """Evaluate the article files (no database needed) on a question table and print figures and misses."""
    articles = [article for file in load_folder(arguments.folder) for article in file.articles]
    index = Index([article for article in articles if article.status == "live"])
    result = evaluate(index, read_rows(arguments.file))
    print("\n".join([*result.misses, *result.lines()]))
    return 0


def _share(count: int, of: int) -> str:
    return f"{count} ({count / of:.1%})" if of else "0"
