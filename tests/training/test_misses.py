"""Questions that found nothing: from real turns, alike ones together, nobody's data shown."""

from __future__ import annotations

from hotline.knowledge.importer import import_articles
from hotline.records import JSON, Reply
from hotline.text.embedding import encoder
from hotline.training.alike import alike
from tests.training.conftest import School


def script(text: str, state: JSON) -> tuple[list[Reply], list[JSON], JSON]:
    """Knows nothing of hens and bus cards, and is not sure of heating."""
    decision = "ask" if text.startswith("供暖") else "answer" if text == "软管" else "none"
    if decision == "answer":
        return [Reply(text="两米。", custom={"type": "answer", "article": "hose"})], [], {}
    return [Reply(text="…", custom={"type": "ask", "field": "choice", "knowledge": decision})], [], {}


async def test_alike_questions_are_one_row_and_masked(school: School) -> None:
    school.house.bot.script = script
    said = ["公交卡丢了怎么补办", "公交卡丢了，怎么补办？", "小区能养鸡吗", "软管", "公交卡丢了怎么补办",
            "我叫张伟，电话13800138000，飞机能不能晚一点飞"]
    for number, text in enumerate(said):
        await school.house.ask(text, sender=f"s{number}")
    await school.house.ask("供暖收费不对", sender="heat")
    await school.house.ask("都不是", sender="heat")
    browser = await school.signed_in("li", "editor")
    status, answer = await browser.get("/training/api/misses?days=1")
    assert status == 200 and answer["total"] == 6 and answer["groups"] == 4
    first = answer["rows"][0]
    assert (first["count"], first["conversations"], first["nearest"]) == (3, 3, None)
    assert {example["text"] for example in first["examples"]} == {"公交卡丢了怎么补办", "公交卡丢了，怎么补办？"}
    questions = [row["question"] for row in answer["rows"]]
    assert "供暖收费不对" in questions and "都不是" not in questions
    assert not any("13800138000" in question or "张伟" in question for question in questions)
    assert any("138****8000" in question for question in questions)
    assert (await browser.get("/training/api/misses?days=0"))[0] == 400


async def test_the_nearest_article_stands_beside(school: School) -> None:
    school.house.bot.script = script
    await import_articles(school.database)
    await school.house.ask("燃气软管能拉到阳台上用吗", sender="a")
    browser = await school.signed_in("li", "editor")
    _, answer = await browser.get("/training/api/misses")
    assert answer["rows"][0]["nearest"]["article"] and answer["rows"][0]["nearest"]["question"]


def test_what_is_near_in_meaning_is_one_group() -> None:
    texts = ["怎么交燃气费", "小区能养鸡吗", "燃气费怎么交", "居住证怎么办", "小区里可以养鸡吗", "身份证怎么办"]
    assert alike(texts, encoder()) == [[0, 2], [1, 4], [3], [5]]
    assert alike([], None) == [] and alike(["甲", "甲。", "？"], None) == [[0, 1], [2]]
