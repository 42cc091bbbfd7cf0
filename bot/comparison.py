"""Which NLU pipeline serves the hotline best: `python -m bot compare` trains, measures and times each of bot/pipelines.

A pipeline gets two processes of its own, so that none leaves anything to the next: one trains (its clock, its peak
memory), one serves the trained file (its memory is that of a server, not of a trainer). Rasa's own classifiers know
intents only; for them the service is joined to the act, `report__gas_leak`. Our own component is trained on the data
as they are and asked for its own keys.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.pipelines.sample import sample
from bot.pipelines.tables import LABELS, Table, accuracy, read_table

ROOT = Path(__file__).resolve().parent.parent
STAGES = "bot.pipelines.stages"
HEARTBEAT = 60.0  # seconds
HEAD = ("训练秒（CPU 秒）", "训练内存峰值 MB", "模型 MB", "一句毫秒 中位 / p95", "服务内存 MB")

Row = dict[str, Any]


class StageFailed(Exception):
    """Training or serving ended without a result; the message says why, in one line."""


def compare(options: argparse.Namespace) -> int:
    """Run the command: 0 when every pipeline has its figures, 1 when one failed, 2 when the input is no good."""
    try:
        tables = [read_table(path) for path in options.tables]
        tables += [read_table(path, column) for path in options.more for column in options.column or ["text"]]
        pipelines = _chosen(options.pipelines, options.only)
        if not options.data.exists():
            raise ValueError(f"没有这个文件或目录：{options.data}")
        if any(path.suffix not in (".md", ".json") for path in options.out):
            raise ValueError("--out 要以 .md 或 .json 结尾")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as an exception: the stage's process ends with us
    about = _about(tables, options)
    rows: list[Row] = []
    for number, pipeline in enumerate(pipelines, 1):
        _say(f"[{number}/{len(pipelines)}] {pipeline.stem}")
        rows.append(measure(pipeline, tables, options))
        for path in options.out:  # after each one: a run with DIET takes long
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(markdown(rows, tables, about) if path.suffix == ".md" else json.dumps(
                {"about": about, "pipelines": rows}, ensure_ascii=False, indent=1), encoding="utf-8")
    print(markdown(rows, tables, about), end="")
    return int(any("error" in row for row in rows))


def _chosen(folder: Path, only: Sequence[str]) -> list[Path]:
    found = {path.stem: path for path in sorted(folder.glob("*.yml"))}
    unknown = [name for name in only if name not in found]
    if unknown or not found:
        raise ValueError(f"{folder} 里没有流水线 {' '.join(unknown)}；有的是：{' '.join(found)}")
    return [path for name, path in found.items() if not only or name in only]


def measure(pipeline: Path, tables: Sequence[Table], options: argparse.Namespace) -> Row:
    """One pipeline's row: its figures, or its error."""
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        job = Path(folder) / "job.json"
        command = [sys.executable, "-m", STAGES]
        try:
            data = options.data.resolve()
            if options.sample is not None:
                data = sample(data, options.sample, Path(folder) / "sample.yml")
            job.write_text(json.dumps({
                "pipeline": configuration(pipeline, options.epochs), "data": str(data),
                "folder": folder, "tables": {table.name: table.texts for table in tables}}), encoding="utf-8")
            row = run_stage("训练", [*command, "train", str(job)], job, options.threads)
            row |= run_stage("逐句理解", [*command, "serve", str(job)], job, options.threads)
        except StageFailed as error:
            _say(f"  失败：{error}")
            return {"pipeline": pipeline.stem, "error": str(error)}
    said = row.pop("predictions")
    return {"pipeline": pipeline.stem, **row,
            "accuracy": {table.name: accuracy(table.labels, said[table.name]) for table in tables}}


def configuration(pipeline: Path, epochs: int | None = None) -> dict[str, Any]:
    """The file's configuration; what it leaves open of the product's components is as in config.yml.

    Raises StageFailed for a file that is none.
    """
    try:
        product = {item["name"]: item for item in _yaml(ROOT / "config.yml")["pipeline"]}
        found = _yaml(pipeline)
        found["pipeline"] = [{**product.get(item["name"], {}), **item} for item in found["pipeline"]]
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError) as error:
        raise StageFailed(" ".join(f"{type(error).__name__}: {error}".split())) from error
    for item in found["pipeline"]:
        if epochs is not None and "epochs" in item:
            item["epochs"] = epochs
    return found


def _yaml(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def run_stage(what: str, command: Sequence[str], job: Path, threads: int) -> Row:
    """Run a process that leaves its result beside the job. Raises StageFailed.

    This process imports nothing heavy: on Linux a child's peak memory starts from that of the process it came from.
    """
    result, log = job.with_name("result.json"), job.with_name("log")
    result.unlink(missing_ok=True)
    started = time.monotonic()
    _say(f"  {what}……")
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(threads), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        while process.poll() is None:
            try:
                process.wait(HEARTBEAT)
            except subprocess.TimeoutExpired:
                _say(f"  {what}，{time.monotonic() - started:.0f} 秒：{_last_line(log)}")
    finally:
        process.kill()  # nothing happens to one that has ended
        process.wait()
    found: Row = json.loads(result.read_text(encoding="utf-8")) if result.is_file() else {}
    if not found or "error" in found:
        _say("\n".join(_lines(log)[-12:]))
        raise StageFailed(f"{what}：{found.get('error') or f'退出码 {process.returncode} {_last_line(log)}'}")
    _say(f"  {what}完，连启动 {time.monotonic() - started:.0f} 秒")
    return found


def _environment(threads: int) -> dict[str, str]:
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    # Rasa's cache would give back yesterday's training in no time.
    return {**os.environ, **dict.fromkeys(names, str(threads)), "RASA_MAX_CACHE_SIZE": "0"}


def _lines(log: Path) -> list[str]:
    """What a process said; a progress bar's states end with carriage returns."""
    lines = log.read_text(encoding="utf-8", errors="replace").replace("\r", "\n").split("\n")
    return [line.rstrip()[:160] for line in lines if line.strip()]


def _last_line(log: Path) -> str:
    return next(reversed(_lines(log)), "").strip()


def _about(tables: Sequence[Table], options: argparse.Namespace) -> dict[str, Any]:
    return {"when": time.strftime("%Y-%m-%d %H:%M"), "data": str(options.data), "sample": options.sample,
            "threads": options.threads, "epochs": options.epochs,
            "cpus": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
            "messages": {table.name: len(table.texts) for table in tables}}


def markdown(rows: Sequence[Row], tables: Sequence[Table], about: dict[str, Any]) -> str:
    """The rows as one table, with what a reader must know of it; times are those of the first table's messages."""
    heads = [f"{table.name}（{len(table.texts)} 条）领域 / 诉求 / 服务" for table in tables]
    lines = [["流水线", *heads, *HEAD], ["---"] * (1 + len(heads) + len(HEAD))]
    for row in rows:
        if "error" in row:
            cells = ["失败：" + row["error"].replace("|", "\\|")] + [""] * (len(lines[0]) - 2)
        else:
            median, p95 = row["milliseconds"][tables[0].name].values()
            cells = [" / ".join(_share(row["accuracy"][table.name][label]) for label in LABELS) for table in tables]
            cells += [f"{row['train_seconds']:.1f}（{row['train_cpu_seconds']:.1f}）", f"{row['train_peak_mb']:.0f}",
                      f"{row['model_mb']:.1f}", f"{median:.1f} / {p95:.1f}", f"{row['serving_mb']:.0f}"]
        lines.append([row["pipeline"], *cells])
    epochs = "各流水线自己的" if about["epochs"] is None else about["epochs"]
    part = "" if about["sample"] is None else f" 中抽取的 {about['sample']} 条"
    note = (f"{about['when']}，训练数据 {about['data']}{part}，轮数 {epochs}，{about['threads']} 线程，"
            f"{about['cpus']} 核，开始时负载 {about['load']}。训练秒不含启动；毫秒按 {tables[0].name} 的消息。")
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + f"\n\n{note}\n"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
