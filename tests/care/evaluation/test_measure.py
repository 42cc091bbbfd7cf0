"""A whole evaluation against an internal API of known answers, over real HTTP; reports that open without a network."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.care.evaluation.cli import evaluate
from hotline.care.evaluation.client import InternalClient
from hotline.errors import BadInput, BotUnavailable
from hotline.records import JSON

MESSAGES = """text,domain,act,service,emergency,place,phone
路灯坏了,public_facilities,report,facility_streetlight,,延吉路,
漏气了快来,gas_safety,report,gas_leak,gas,,13800138000
<b>你好</b>,,,,,,
"""
QUESTIONS = "question,facts\n软管多长,A-04\n表归谁修,A-15\n今天下雨吗,\n"
PARSES: dict[str, JSON] = {
    "路灯坏了": {"domain": "public_facilities", "act": "report", "service_code": "facility_streetlight",
                 "emergency": None, "place": "市北区延吉路", "phone": None, "confidence": 0.9},
    "漏气了快来": {"domain": "gas_safety", "act": "urge", "service_code": "gas_leak", "emergency": "gas",
                   "place": None, "phone": "13800138000", "confidence": 0.6},
    "<b>你好</b>": {"domain": "other", "act": None, "service_code": None, "emergency": "life", "place": "家",
                    "phone": None, "confidence": 0.8},
}
FOUND = {"软管多长": ("answer", ["A-04"]), "表归谁修": ("answer", ["A-99"]), "今天下雨吗": ("answer", ["S-01"])}


class Api:
    """Known answers behind the two addresses; the first calls of `failures` fail."""

    def __init__(self) -> None:
        self.failures = 0

    async def parse(self, request: web.Request) -> web.Response:
        if self.failures:
            self.failures -= 1
            return web.json_response({"error": "down"}, status=503)
        return web.json_response(PARSES[(await request.json())["text"]])

    async def search(self, request: web.Request) -> web.Response:
        decision, facts = FOUND[(await request.json())["query"]]
        return web.json_response({"decision": decision, "results": [{"article": "x", "facts": facts, "score": 1}]})


@pytest.fixture
async def api() -> AsyncIterator[tuple[Api, str]]:
    house = Api()
    app = web.Application()
    app.add_routes([web.post("/nlu/parse", house.parse), web.post("/knowledge/search", house.search)])
    async with TestServer(app) as server:
        yield house, str(server.make_url("/"))


def arguments(folder: Path, url: str, **more: object) -> argparse.Namespace:
    (folder / "messages.csv").write_text(MESSAGES, encoding="utf-8")
    (folder / "questions.csv").write_text(QUESTIONS, encoding="utf-8")
    return argparse.Namespace(**{
        "messages": folder / "messages.csv", "questions": folder / "questions.csv", "column": None, "model": None,
        "url": url, "out": folder / "out", **more})


async def test_every_figure_is_counted_from_the_answers(
    api: tuple[Api, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    assert await evaluate(arguments(tmp_path, api[1])) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    messages, questions = report["messages"], report["questions"]
    assert [messages["labels"][label]["accuracy"]["hits"] for label in ("domain", "act", "service")] == [2, 2, 3]
    assert messages["emergency"]["gas_recall"]["share"] == 1.0
    assert (messages["emergency"]["false_alarms"]["hits"], messages["emergency"]["false_alarms"]["total"]) == (1, 2)
    assert messages["spans"]["place"]["hits"] == 1 and messages["spans"]["place_invented"]["hits"] == 1
    assert messages["spans"]["phone"]["share"] == 1.0
    assert messages["labels"]["act"]["confusions"] == [["report", "urge", 1, ["3: 漏气了快来"]]]
    assert (questions["first"]["hits"], questions["wrong"]["hits"], questions["outside_answered"]["hits"]) == (1, 1, 1)
    said = capsys.readouterr().out
    assert "领域" in said and "0.667" in said


async def test_the_page_stands_alone_and_shows_words_as_words(
    api: tuple[Api, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    await evaluate(arguments(tmp_path, api[1]))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=|@import|url\(", page)
    assert page.count("<svg") >= 5 and "<b>你好" not in page and "&lt;b&gt;你好" in page


async def test_a_call_that_fails_is_tried_twice_more(api: tuple[Api, str]) -> None:
    house, url = api
    async with aiohttp.ClientSession() as session:
        client = InternalClient(session, url, "t")
        house.failures = 2
        assert (await client.parse("路灯坏了"))[0]["act"] == "report"
        house.failures = 3
        with pytest.raises(BotUnavailable, match="status 503"):
            await client.parse("路灯坏了")
        with pytest.raises(BotUnavailable, match="ClientConnector"):
            await InternalClient(session, "http://127.0.0.1:9", "t").parse("x")


async def test_nothing_asked_for_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        await evaluate(arguments(tmp_path, "http://127.0.0.1:9", messages=None, questions=None))
