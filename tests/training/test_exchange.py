"""Labels out and in: what goes out comes back the same, and a file with one bad row leaves everything as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from hotline.training import exchange_page
from tests.desk.conftest import Browser
from tests.training.conftest import School

LABELS = "/training/api/labels"
GOOD = "text,intent,service,emergency\n厨房有煤气味,report,gas_leak,gas:leak\n你好啊,greet,,\n"


async def sent(browser: Browser, raw: bytes, kind: str, length: int | None = None) -> tuple[int, Any]:
    async with browser.http.post(f"{browser.base}/training/api/import?format={kind}", data=raw,
                                 headers={"X-CSRF-Token": browser.csrf}) as answer:
        return answer.status, await answer.json()


async def fetched(browser: Browser, kind: str) -> str:
    async with browser.http.get(f"{browser.base}/training/api/export?format={kind}") as answer:
        assert answer.status == 200 and f"labels.{kind}" in answer.headers["Content-Disposition"]
        return (await answer.read()).decode("utf-8")


async def count(browser: Browser) -> int:
    return len((await browser.get(LABELS))[1]["rows"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_csv_comes_in(school: School, encoding: str) -> None:
    browser = await school.signed_in()
    status, answer = await sent(browser, GOOD.encode(encoding), "csv")
    assert (status, answer) == (200, {"imported": 2, "changed": 0, "same": 0})
    _, page = await browser.get(f"{LABELS}?source=import&q=煤气")
    [row] = page["rows"]
    assert [row[name] for name in ("intent", "service", "emergency", "state")] == [
        "report", "gas_leak", "gas:leak", "accepted"]
    assert (await sent(browser, GOOD.encode(encoding), "csv"))[1] == {"imported": 0, "changed": 0, "same": 2}


async def test_every_bad_row_is_named_and_nothing_is_kept(school: School) -> None:
    browser = await school.signed_in()
    raw = ("text,intent,service,emergency\n好的一行,greet,,\n\"两\n行\",nosuch,,\n,greet,,\n漏气,report,,\n"
           "怪,report,nosuch,\n好的一行,thanks,,\n多,greet,,,多\n险,greet,,flood\n")
    status, answer = await sent(browser, raw.encode(), "csv")
    assert status == 400 and [one["line"] for one in answer["problems"]] == [3, 5, 6, 7, 8, 9, 10]
    reasons = " ".join(one["reason"] for one in answer["problems"])
    for word in ("nosuch", "没有文字", "要有事项", "第 2 行", "5 格", "flood"):
        assert word in reasons, word
    assert await count(browser) == 0


@pytest.mark.parametrize(("kind", "raw", "line", "word"), [
    ("csv", "", None, "空"), ("csv", "a,b\n1,2\n", 1, "列名"), ("csv", "text,intent\n", 1, "没有一行"),
    ("csv", 'text,intent\n"没关上,greet\n', 2, "CSV"),
    ("jsonl", '{"text":"好","intent":"greet"}\n{bad\n', 2, "JSON"), ("jsonl", "[1]\n", 1, "对象"),
    ("jsonl", '{"text":1,"intent":"greet"}\n', 1, "text"),
    ("jsonl", '{"text":"\\ud800","intent":"greet"}\n', 1, "坏字符"),
    ("jsonl", '{"text":"a\\u0000b","intent":"greet"}\n', 1, "坏字符"), ("jsonl", '\n{"text":"好"}\n', 2, "意图"),
    ("yml", "version: '3.1'\n", 1, "nlu"), ("yml", "nlu: [\n", 2, "YAML"), ("yml", "a: &x [*x]\nnlu: 1\n", 1, "nlu"),
    ("yml", "nlu:\n- synonym: 灯\n  examples: |\n    - 路灯\n", 2, "intent"),
    ("yml", "nlu:\n- intent: greet\n  examples: |\n    - 你好\n    没横线\n", 5, "“- ”"),
    ("yml", "nlu:\n- intent: nosuch\n  examples: |\n    - 你好\n", 4, "nosuch"),
    ("yml", "nlu:\n- intent: greet\n  examples:\n  - text: 你好\n", 2, "examples: |"),
])
async def test_bad_files(school: School, kind: str, raw: str, line: int | None, word: str) -> None:
    browser = await school.signed_in()
    status, answer = await sent(browser, raw.encode(), kind)
    assert status == 400
    if line is None:
        assert word in answer["error"]
    else:
        assert answer["problems"][0]["line"] == line and word in answer["problems"][0]["reason"], answer
    assert await count(browser) == 0


async def test_bytes_of_no_encoding_and_a_file_too_large(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await school.signed_in()
    status, answer = await sent(browser, b"text,intent\nok,greet\n\xff\xff\xff,greet\n", "csv")
    assert status == 400 and answer["problems"][0]["line"] == 3
    # More than the application takes as JSON, which is no limit for a file.
    row = "第{}句问候，您辛苦了，谢谢您帮忙办好了这件事,thanks\n"
    many = "text,intent\n" + "".join(row.format(number) for number in range(6000))
    assert len(many.encode()) > school.house.settings.max_body
    assert (await sent(browser, many.encode(), "csv"))[0] == 200
    monkeypatch.setattr(exchange_page, "MOST", 1024)
    assert (await sent(browser, many.encode(), "csv"))[0] == 413
    assert (await sent(browser, b"x", ""))[0] == 400 and (await sent(browser, b"x", "exe"))[0] == 400


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
async def test_a_file_that_went_out_changes_labels_on_its_way_in(school: School, kind: str) -> None:
    browser = await school.signed_in()
    await sent(browser, (GOOD + "=1+1,nonsense,,\n-不好,deny,,\n").encode(), "csv")
    text = await fetched(browser, kind)
    if kind == "csv":
        assert "\n" in text and "'=1+1" in text  # no program runs it
    assert (await sent(browser, text.encode(), kind))[1] == {"imported": 0, "changed": 0, "same": 4}
    changed = text.replace("greet", "goodbye")
    assert (await sent(browser, changed.encode(), kind))[1] == {"imported": 0, "changed": 1, "same": 3}
    _, page = await browser.get(f"{LABELS}?q=你好啊")
    assert page["rows"][0]["intent"] == "goodbye"
    _, one = await browser.get(f"{LABELS}/{page['rows'][0]['id']}")
    assert one["changes"][0]["before"]["intent"] == "greet"
    # Without its id another meaning for the same words is no change but a contradiction.
    status, answer = await sent(browser, "text,intent\n你好啊,greet\n".encode(), "csv")
    assert status == 400 and "已有不同的标注" in answer["problems"][0]["reason"]
    row = json.dumps({"id": "nosuch", "text": "新的", "intent": "greet"}).encode()
    status, answer = await sent(browser, row, "jsonl")
    assert status == 400 and "编号" in answer["problems"][0]["reason"]


async def test_yaml_goes_out_as_rasa_reads_it_and_comes_in_again(school: School) -> None:
    browser = await school.signed_in()
    await sent(browser, GOOD.encode(), "csv")
    text = await fetched(browser, "yml")
    assert yaml.safe_load(text)["nlu"][1] == {
        "intent": "report", "metadata": {"service": "gas_leak"}, "examples": "- 厨房有煤气味\n"}
    fresh = text.replace("厨房有煤气味", "阳台有煤气味").replace("你好啊", "早上好啊")
    status, answer = await sent(browser, fresh.encode(), "yml")
    assert (status, answer) == (200, {"imported": 2, "changed": 0, "same": 0})


async def test_what_comes_in_is_masked(school: School) -> None:
    browser = await school.signed_in()
    await sent(browser, "text,intent\n我叫王建国，电话13864201234,inform\n".encode(), "csv")
    out = [await fetched(browser, kind) for kind in ("csv", "jsonl", "yml")]
    assert not any("13864201234" in text or "王建国" in text for text in out)
    assert all("138****1234" in text for text in out)
