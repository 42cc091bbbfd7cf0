"""The command: read, count, embed, cross-validate, write; with a line of progress that the training room reads."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from scipy.sparse import csr_matrix

from bot.components.letters import head_of, letter, vectors
from bot.components.words import cut
from bot.measuring.crossval import SEED, Material, confusions, cross_validate
from bot.measuring.rows import check, read_rows
from hotline.text.embedding import NONE, encoder
from hotline.text.vector_cache import cached


def run(options: argparse.Namespace) -> int:
    """0 with the figures written; 2 when the input is no good."""
    try:
        shares = [float(share) for share in options.curve.split(",")]
        if options.folds < 2 or not all(0 < share <= 1 for share in shares):
            raise ValueError("--folds 至少是 2，--curve 的每一项要大于 0、不大于 1")
        rows = read_rows(options.data, options.text or ["text"], options.label)
        check(rows, options.folds)
    except (ValueError, OSError) as error:
        print(f"不能测量：{error}", file=sys.stderr)
        return 2
    report = measure_rows([text for text, _ in rows], [label for _, label in rows], options, shares)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    progress(100, "完成")
    print(f"{report['rows']} 行，{len(report['labels'])} 种标签，{options.folds} 折：准确率 {report['accuracy']:.4f}"
          f"（±{report['deviation']:.4f}），宏 F1 {report['macro_f1']:.4f}；用时 {report['seconds']:.0f} 秒"
          f"（CPU {report['cpu_seconds']:.0f} 秒），内存峰值 {report['peak_mb']} MB")
    return 0


def measure_rows(
    texts: list[str], labels: list[str], options: argparse.Namespace, shares: list[float]
) -> dict[str, Any]:
    """The whole report of one label set."""
    started = time.monotonic()
    with ProcessPoolExecutor(1, get_context("fork")) as beside:  # the words on one core, their meaning on another
        meant = beside.submit(_meant, [head_of(text) for text in texts], options.embeddings)
        progress(2, "分词")
        letters = [letter(text, cut) for text in texts]
        progress(15, "计数和句向量")
        material = Material.of(letters, meant.result, labels)
    report, said = cross_validate(material, options.folds, shares,
                                  lambda done: progress(40 + int(59 * done), "交叉验证"))
    return {"rows": len(texts), "seed": SEED, **report, "confusions": confusions(material.labels, said, texts),
            "seconds": round(time.monotonic() - started, 1), "cpu_seconds": round(_cpu(), 1), "peak_mb": _peak()}


def _meant(heads: list[str], path: str) -> csr_matrix | None:
    return None if path == NONE else vectors(heads, cached(encoder(path), path))


def progress(percent: int, stage: str) -> None:
    """A line for whoever runs us."""
    print(f"@progress {percent} {stage}", flush=True)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak() -> int:
    """Megabytes of this process and, beside it, of its largest child."""
    kilobytes = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(kilobytes) // 1024
