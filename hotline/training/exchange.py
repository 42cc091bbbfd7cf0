"""Labels as files, out and in: CSV, JSONL and Rasa NLU YAML. Pure: no database, nothing half read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from hotline.records import JSON
from hotline.store.labels import Label
from hotline.training.overlay import example, nlu_text

COLUMNS = ("id", "text", "intent", "service", "emergency")
# A cell that starts so would be run as a formula by the program that opens the file.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 20_000  # characters of a text


@dataclass(frozen=True)
class Row:
    """One example of a file."""

    line: int
    text: str
    intent: str | None
    service: str | None
    emergency: str | None
    id: str | None = None


@dataclass
class Read:
    """What a file holds: its rows, and what is wrong with it, by line."""

    rows: list[Row] = field(default_factory=list)
    problems: list[JSON] = field(default_factory=list)

    def bad(self, line: int, reason: str) -> None:
        """Note a problem."""
        self.problems.append({"line": line, "reason": reason})


def written(labels: Sequence[Label], kind: str) -> str:
    """The labels as a file of this kind."""
    if kind == "yml":
        return nlu_text(labels)
    rows = [{name: getattr(label, name) or "" for name in COLUMNS} for label in labels]
    if kind == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(row[name]) for name in COLUMNS] for row in rows)
    return "\ufeff" + out.getvalue()


def harmless(text: str) -> str:
    """A cell that no program takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def read(raw: bytes, kind: str) -> Read:
    """The rows of a file, and every line that cannot be used."""
    found = Read()
    try:
        text = decoded(raw)
    except UnicodeDecodeError as error:
        found.bad(raw[:error.start].count(b"\n") + 1, "既不是 UTF-8 也不是 GB18030 编码")
        return found
    READERS[kind](text, found)
    if not found.rows and not found.problems:
        found.bad(1, "文件里没有一行数据")
    return found


def decoded(raw: bytes) -> str:
    """UTF-8, or GB18030 as Excel writes in China. Raises UnicodeDecodeError."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _csv(text: str, found: Read) -> None:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        if "text" not in head or "intent" not in head:
            return found.bad(1, "第一行应是列名，至少要有 text 和 intent")
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > len(head):
                    found.bad(start, f"有 {len(cells)} 格，列名只有 {len(head)} 个")
                else:
                    _add(found, start, {name: _unmarked(cell) for name, cell in zip(head, cells, strict=False)})
            start = reader.line_num + 1
    except csv.Error as error:
        found.bad(start, f"CSV 写法有误：{error}")


def _unmarked(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def _jsonl(text: str, found: Read) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            found.bad(number, "不是 JSON")
            continue
        if isinstance(values, dict):
            _add(found, number, values)
        else:
            found.bad(number, "应是一个 JSON 对象")


def _yml(text: str, found: Read) -> None:
    try:
        root = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return found.bad(mark.line + 1 if mark else 1, f"YAML 写法有误：{getattr(error, 'problem', '')}")
    except RecursionError:
        return found.bad(1, "YAML 套得太深")
    nlu = _fields(root).get("nlu")
    if not isinstance(nlu, yaml.SequenceNode):
        return found.bad(1, "没有 nlu: 列表")
    for block in nlu.value:
        _block(block, found)


def _block(block: yaml.Node, found: Read) -> None:
    """One intent's examples; the lines of a literal block begin under its mark."""
    fields, line = _fields(block), block.start_mark.line + 1
    intent, examples = fields.get("intent"), fields.get("examples")
    if not isinstance(intent, yaml.ScalarNode):
        return found.bad(line, "只收 intent 的例句，这一段不是")
    if not isinstance(examples, yaml.ScalarNode) or examples.style != "|":
        return found.bad(line, "examples 应写成“examples: |”，下面一行一句")
    service = _fields(fields.get("metadata")).get("service")
    for number, text in enumerate(examples.value.split("\n"), examples.start_mark.line + 2):
        if text.strip():
            if not text.lstrip().startswith("- "):
                found.bad(number, "例句要以“- ”开头")
                continue
            _add(found, number, {"text": text.lstrip()[2:], "intent": intent.value,
                                 "service": service.value if isinstance(service, yaml.ScalarNode) else None})


def _fields(node: Any) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _add(found: Read, line: int, values: JSON) -> None:
    """Take a row whose fields are texts; what they mean is checked by whoever knows the bot's labels."""
    texts: dict[str, str | None] = {}
    for name in COLUMNS:
        value = values.get(name)
        if value is not None and not isinstance(value, str):
            return found.bad(line, f"{name} 应是文字")
        if not _storable(value or ""):
            return found.bad(line, f"{name} 里有坏字符")
        texts[name] = (value or "").strip() or None
    text = texts["text"]
    if text is None or not example(text):
        return found.bad(line, "没有文字")
    if len(text) > LONGEST:
        return found.bad(line, f"文字超过 {LONGEST} 字")
    found.rows.append(Row(line, text, texts["intent"], texts["service"], texts["emergency"], texts["id"]))


def _storable(text: str) -> bool:
    """No half characters, which JSON can spell, and no NUL, which a database refuses."""
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


READERS: dict[str, Callable[[str, Read], None]] = {"csv": _csv, "jsonl": _jsonl, "yml": _yml}
KINDS = tuple(READERS)
