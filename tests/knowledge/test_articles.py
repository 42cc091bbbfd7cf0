"""The articles that ship: checked against the notes they rest on, where those are at hand."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

import pytest

from hotline.knowledge.files import CAVEAT, FOLDER, load_folder, warnings
from hotline.settings import ROOT

NOTES = ROOT.parent / "shared" / "facts" / "facts.md"
ARTICLES = [article for file in load_folder(FOLDER) for article in file.articles]
EMERGENCY = {"110", "119", "120", "122", "12345", "12319"}
PHONE = re.compile(
    r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400\d{7}|\d{7,8}|1\d{2}|12\d{3}|96\d{3,4})(?![\d.%条亿元米日平])"
)
# A day after a month is part of a date, which the check of numbers covers.
AMOUNT = re.compile(r"(?<!月)(?<!\d)(\d+)(个?工作日|小时|分钟|日|天|年|个月|米|万元|元|公斤|条|户|处|%)")
# Other cities whose rules the notes cite: an article that speaks of them says so.
ELSEWHERE = re.compile("芜湖|合肥|潍坊|济南|深圳|北京")


class Note(NamedTuple):
    """A note of the facts file."""

    text: str
    high: bool
    level: int


@cache
def notes() -> dict[str, Note]:
    """All notes by id; skips the test when the file is not beside this checkout."""
    if not NOTES.exists():
        pytest.skip("the notes (../shared/facts/facts.md) are not beside this checkout")
    found = {}
    for block in re.split(r"\n### ", NOTES.read_text(encoding="utf-8")):
        if match := re.match(r"([A-Z]-\d{2})\n(.*)", block, re.DOTALL):
            level = re.search(r"源级:(\d)", block)
            assert level
            found[match[1]] = Note(match[2], "信度:high" in block, int(level[1]))
    return found


def test_the_files_are_clean() -> None:
    files = load_folder(FOLDER)
    assert [problem for file in files for problem in file.problems] == []
    # Past review dates are an operator's matter (doctor says so), not a broken build.
    assert warnings(files, date(2026, 1, 1)) == []


def test_articles_are_plain_and_short() -> None:
    for article in ARTICLES:
        assert len(article.answer) <= 170, article.id
        assert not re.search("亲|http|www|\\.com|\\.cn", article.answer + article.source), article.id
        assert article.review_date and article.facts, article.id


def test_every_high_note_has_an_article_and_no_other_note_is_used() -> None:
    used = {fact for article in ARTICLES for fact in article.facts}
    assert used <= notes().keys()
    assert sorted(fact for fact in used if not notes()[fact].high) == []
    assert sorted(fact for fact, note in notes().items() if note.high and fact not in used) == []


def test_notes_of_level_three_are_marked_and_say_so() -> None:
    for article in ARTICLES:
        doubtful = any(notes()[fact].level == 3 for fact in article.facts)
        assert article.verify == doubtful, article.id
        assert not doubtful or CAVEAT.search(article.answer), article.id


def test_every_number_stands_in_the_notes() -> None:
    for article in ARTICLES:
        known = _numbers(" ".join(notes()[fact].text for fact in article.facts))
        said = _numbers(f"{article.answer} {article.source} {article.as_of or ''}")
        assert said <= known, (article.id, said - known)


def test_every_amount_stands_in_the_notes_with_its_unit() -> None:
    for article in ARTICLES:
        text = " ".join(notes()[fact].text for fact in article.facts)
        for number, unit in AMOUNT.findall(article.answer):
            assert _beside(number, unit, text), (article.id, number, unit)


def test_no_phone_number_but_the_notes_own() -> None:
    for article in ARTICLES:
        text = " ".join(notes()[fact].text for fact in article.facts)
        for number in PHONE.findall(article.answer):
            assert number in text, (article.id, number)
            assert number in EMERGENCY or not re.search(f"(电话|拨打|打){number}", article.answer), article.id


def test_other_cities_rules_are_called_so() -> None:
    for article in ARTICLES:
        if ELSEWHERE.search(article.answer):
            assert re.search("参照|不代表|不是青岛|芜湖市政府的解读", article.answer), article.id


def test_the_public_security_law_is_never_cited_by_article() -> None:
    for article in ARTICLES:
        assert not re.search("治安管理处罚法》?第", article.answer + article.source), article.id


@pytest.mark.parametrize(("identity", "must", "must_not"), [
    ("gas-repair-border", "分界不是燃气表", "以燃气表为界"),
    ("gas-planned-stop", "48小时", "72"),
    ("gas-rubber-hose", "已不合新规", "每2年"),
    ("property-vote", "2/3以上的业主参与", "专有部分占建筑物总面积过半数"),
    ("property-add-lift", "已经过时", "单元全体一致即可"),
    ("water-projects", "64个", "五千十横"),
    ("thirteen-projects", "没有查到", "13项分别"),
])
def test_the_known_traps(identity: str, must: str, must_not: str) -> None:
    [article] = [article for article in ARTICLES if article.id == identity]
    assert must in article.answer and must_not not in article.answer


def _numbers(text: str) -> set[str]:
    return {number.lstrip("0") or "0" for number in re.findall(r"\d+", text)}


def _beside(number: str, unit: str, text: str) -> bool:
    """The number stands in the note near its unit, ranges such as 1万—10万元 and 500—2000元 included."""
    return re.search(rf"{re.escape(number)}[^。;；]{{0,14}}?{re.escape(unit)}", text) is not None or (
        re.search(rf"(?<!\d)0?{re.escape(number)}[-—‰%]", text) is not None)
