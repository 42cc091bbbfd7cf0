"""An outside log as a table: CSV or JSONL, UTF-8 or GB18030. Pure: bad lines are named, never skipped silently."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hotline.errors import BadInput
from hotline.records import JSON
from hotline.store.datasets import DatasetRow

LONGEST_TEXT, LONGEST_LABEL = 20_000, 80  # characters
MOST_LABELS = 500
ENCODINGS = ("utf-8-sig", "gb18030")
SEPARATORS = ",\t;|"


@dataclass
class Sheet:
    """A file that was read: its columns, its rows by line, and what is wrong with it by line."""

    columns: list[str]
    encoding: str
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    problems: list[JSON] = field(default_factory=list)

    def bad(self, line: int, reason: str) -> None:
        """Note what is wrong with a line."""
        self.problems.append({"line": line, "reason": reason})


def read_sheet(raw: bytes) -> Sheet:
    """The table in a file. Raises BadInput where it is none at all."""
    text, encoding = _decoded(raw)
    if not text.strip():
        raise BadInput("文件是空的")
    sheet = _jsonl(text) if text.lstrip().startswith("{") else _csv(text)
    sheet.encoding = "GB18030" if encoding == "gb18030" else "UTF-8"
    return sheet


def labelled(sheet: Sheet, text: Sequence[str], label: str, skip_unlabelled: bool) -> list[DatasetRow]:
    """Rows with the texts of several columns joined by line breaks; every row that cannot be taken is a problem.

    A row without a label is passed over when the caller says so, and a problem else.
    """
    missing = [name for name in (*text, label) if name not in sheet.columns]
    if missing or not text:
        raise BadInput(f"文件没有这一列：{'、'.join(missing)}" if missing else "请选择至少一列正文", "text")
    if label in text:
        raise BadInput("标签列不能同时是正文列", "label")
    kept = []
    for line, row in sheet.rows:
        said = " ".join(row.get(label, "").split())
        body = "\n".join(part for name in text if (part := row.get(name, "").strip()))
        if not said and skip_unlabelled:
            continue
        reason = _wrong(body, said)
        if reason:
            sheet.bad(line, reason)
        else:
            kept.append(DatasetRow(line, body, said))
    kinds = {row.label for row in kept}
    if not sheet.problems and not 2 <= len(kinds) <= MOST_LABELS:
        raise BadInput(f"标签列“{label}”有 {len(kinds)} 种标签，要有 2 到 {MOST_LABELS} 种", "label")
    return kept


def _wrong(body: str, said: str) -> str:
    if not body:
        return "正文是空的"
    if len(body) > LONGEST_TEXT:
        return f"正文有 {len(body)} 个字，最多 {LONGEST_TEXT}"
    if not said:
        return "没有标签"
    return f"标签超过 {LONGEST_LABEL} 个字" if len(said) > LONGEST_LABEL else ""


def _decoded(raw: bytes) -> tuple[str, str]:
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError as error:
            last = error
    line = raw.count(b"\n", 0, last.start) + 1
    raise BadInput(f"第 {line} 行有既不是 UTF-8 也不是 GB18030 的字符；请另存为 UTF-8 再上传")


def _csv(text: str) -> Sheet:
    csv.field_size_limit(1 << 24)
    head = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [name.strip() for name in next(reader)]
    except (StopIteration, csv.Error) as error:
        raise BadInput("第一行要是列名") from error
    if len(set(columns)) < len(columns) or not all(columns):
        raise BadInput("第一行的列名不能为空，也不能重复")
    sheet = Sheet(columns, "")
    for line, cells in _records(reader, sheet):
        if len(cells) == len(columns):
            sheet.rows.append((line, dict(zip(columns, cells, strict=True))))
        elif cells:
            sheet.bad(line, f"有 {len(cells)} 列，表头是 {len(columns)} 列")
    return sheet


def _records(reader: Any, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Records with the line they begin on; a quote that is never closed ends the reading with a problem."""
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            sheet.bad(line, "引号没有成对，从这一行起读不下去")
            return


def _jsonl(text: str) -> Sheet:
    sheet = Sheet([], "")
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            sheet.bad(line, "不是一个 JSON 对象")
            continue
        sheet.rows.append((line, {str(name): _cell(value) for name, value in row.items()}))
        sheet.columns += [name for name in sheet.rows[-1][1] if name not in sheet.columns]
    return sheet


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
