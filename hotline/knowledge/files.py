"""Article files: YAML in, `Article` records out; whatever cannot be used is named with file, entry and reason."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

from hotline.records import Article
from hotline.settings import ROOT

FOLDER = ROOT / "knowledge"
DOMAINS = ("gas_safety", "property_management", "signage", "courtyard_order", "public_facilities", "other")
FIELDS = (
    "id", "question", "similar", "answer", "source", "facts", "domain", "review_date", "as_of", "verify", "status",
    "expires",
)
CAVEAT = re.compile("核实|确认|为准")

_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
_FACT = re.compile(r"[A-Z]-\d{2,3}")
_LIMITS = {"question": 100, "answer": 600, "source": 300, "as_of": 20}


@dataclass(frozen=True)
class Problem:
    """Why an entry (or a whole file, then `entry` is '-') cannot be used."""

    file: str
    entry: str
    reason: str


@dataclass(frozen=True)
class ArticleFile:
    """One file as read: its good articles, its problems, and the ids a problem keeps from being withdrawn.

    `readable` is False when an entry could be any article, so that nothing of the file may be withdrawn.
    """

    name: str
    hash: str
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]
    protected: frozenset[str]
    readable: bool


class BadArticle(ValueError):
    """An entry's fault, in the operator's words; `field` is the part that is wrong, where it is one."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


def load_folder(folder: Path = FOLDER) -> list[ArticleFile]:
    """Read all `*.yml` of a folder in order of name; an id that an earlier file has is a problem of the later."""
    seen: dict[str, str] = {}
    return [load_file(path, seen) for path in sorted(folder.glob("*.yml"))]


def load_file(path: Path, seen: dict[str, str] | None = None) -> ArticleFile:
    """Read one file; `seen` (id to file) is filled and catches ids used twice."""
    seen = {} if seen is None else seen
    try:
        raw = path.read_bytes()
        document = yaml.load(raw, Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, BadArticle) as error:
        content = "" if isinstance(error, OSError) else hashlib.sha256(raw).hexdigest()
        return _unreadable(path.name, content, f"读不了: {_one_line(error)}")
    digest = hashlib.sha256(raw).hexdigest()
    entries, defaults, reason = _entries(document)
    if reason:
        return _unreadable(path.name, digest, reason)
    return _read_entries(path.name, digest, entries, defaults, seen)


def _read_entries(
    name: str, digest: str, entries: list[Any], defaults: dict[str, Any], seen: dict[str, str]
) -> ArticleFile:
    articles: list[Article] = []
    problems: list[Problem] = []
    protected: set[str] = set()
    readable = True
    for number, entry in enumerate(entries, 1):
        identity = entry.get("id") if isinstance(entry, dict) else None
        try:
            article = parse(entry, defaults)
            if article.id in seen:
                raise BadArticle(f"编号 {article.id} 在 {seen[article.id]} 里已经有了")
        except BadArticle as error:
            problems.append(Problem(name, str(identity or f"第{number}条"), str(error)))
            readable = readable and isinstance(identity, str) and bool(_ID.fullmatch(identity))
            protected.add(str(identity))
            continue
        seen[article.id] = name
        articles.append(article)
    return ArticleFile(name, digest, tuple(articles), tuple(problems), frozenset(protected), readable)


def parse(entry: Any, defaults: dict[str, Any] | None = None) -> Article:
    """Make an article of one entry, file-wide `defaults` below it; raises ValueError with the reason in Chinese."""
    if not isinstance(entry, dict):
        raise BadArticle("一条应是“字段: 内容”的形式")
    unknown = [str(key) for key in entry if key not in FIELDS]
    if unknown:
        raise BadArticle(f"不认识的字段 {'、'.join(unknown)}")
    values = {**(defaults or {}), **entry}
    verify, status = values.get("verify", False), values.get("status", "live")
    if not isinstance(verify, bool):
        raise BadArticle("verify 只能是 true 或 false", "verify")
    article = Article(
        id=_identity(values.get("id")), question=_text(values, "question"), answer=_text(values, "answer"),
        source=_text(values, "source"), similar=_texts(values, "similar"), facts=_facts(values),
        domain=_one_of(values.get("domain", "other"), DOMAINS, "domain"), review_date=_date(values, "review_date"),
        as_of=_text(values, "as_of") if values.get("as_of") is not None else None, verify=verify,
        status=_status(status), expires=_date(values, "expires"),
    )
    if verify and not CAVEAT.search(article.answer):
        raise BadArticle("verify: true 的答复要写明以责任单位核实、确认或公布的为准", "answer")
    return article


def warnings(files: Iterable[ArticleFile], today: date) -> list[Problem]:
    """What is usable but should be looked at: few similar questions, a past review date, one question twice."""
    found: list[Problem] = []
    asked: dict[str, str] = {}
    for file in files:
        for article in file.articles:
            if len(article.similar) < 6:
                found.append(Problem(file.name, article.id, f"相似问法只有 {len(article.similar)} 条, 至少要 6 条"))
            if article.review_date and article.review_date < today.isoformat():
                found.append(Problem(file.name, article.id, f"复核日期 {article.review_date} 已过"))
            for question in (article.question, *article.similar):
                other = asked.setdefault(question, article.id)
                if other != article.id:
                    found.append(Problem(file.name, article.id, f"“{question}”与 {other} 重复"))
    return found


class _Loader(yaml.SafeLoader):
    """A YAML loader that refuses a key written twice, which would silently lose the first."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise BadArticle(f"第{node.start_mark.line + 1}行起, 字段 {'、'.join(sorted(map(str, twice)))} 写了两次")
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _entries(document: Any) -> tuple[list[Any], dict[str, Any], str]:
    if not isinstance(document, dict) or not isinstance(document.get("articles"), list):
        return [], {}, "文件里要有 articles: 和下面的条目"
    defaults = {key: value for key, value in document.items() if key != "articles"}
    unknown = [str(key) for key in defaults if key not in ("domain", "review_date")]
    if unknown:
        return [], {}, f"文件开头不认识的字段 {'、'.join(unknown)}"
    return document["articles"], defaults, ""


def _unreadable(name: str, digest: str, reason: str) -> ArticleFile:
    return ArticleFile(name, digest, (), (Problem(name, "-", reason),), frozenset(), False)


def _identity(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadArticle("id 要用小写字母、数字和短横, 2 到 60 个字", "id")
    return value


def _text(values: dict[str, Any], name: str, value: Any = None) -> str:
    value = values.get(name) if value is None else value
    if not isinstance(value, str) or not value.strip():
        raise BadArticle(f"缺 {name}, 或它不是文字", name)
    value = value.strip()
    limit = _LIMITS.get(name, 100)
    if len(value) > limit:
        raise BadArticle(f"{name} 有 {len(value)} 个字, 最多 {limit} 个", name)
    return str(value)


def _texts(values: dict[str, Any], name: str) -> tuple[str, ...]:
    items = values.get(name) or []
    if not isinstance(items, list):
        raise BadArticle(f"{name} 应是一列", name)
    return tuple(_text(values, name, item if item is not None else "") for item in items)


def _facts(values: dict[str, Any]) -> tuple[str, ...]:
    facts = values.get("facts") or []
    if not isinstance(facts, list):
        raise BadArticle("facts 应是一列", "facts")
    for fact in facts:
        if not _FACT.fullmatch(str(fact)):
            raise BadArticle(f"facts 里的 {fact} 不像事实编号(如 A-15)", "facts")
    return tuple(map(str, facts))


def _date(values: dict[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise BadArticle(f"{name} 要写成 2027-05-31 的样子", name) from error


def _status(value: Any) -> Literal["live", "withdrawn"]:
    return "withdrawn" if _one_of(value, ("live", "withdrawn"), "status") == "withdrawn" else "live"


def _one_of(value: Any, allowed: tuple[str, ...], name: str) -> str:
    if value not in allowed:
        raise BadArticle(f"{name} 只能是 {'、'.join(allowed)}", name)
    return str(value)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
