"""Bubbles as few messages of the platform as fit: bytes, sentence ends, numbers for buttons, articles."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from connectors.wechat.parcels import as_text, for_push, for_reply
from connectors.wechat.pieces import MOST_BYTES, pieces, split
from connectors.wechat.xml import fields
from hotline.records import Message, Parcel, Unsent

NOW = datetime.now(timezone.utc)


def address(url: str) -> str:
    return f"https://12345.example{url}" if url.startswith("/") else url


def said(text: str | None, seq: int = 1, pieces: int = 0, **values: Any) -> Unsent:
    return Unsent(Message(seq=seq, id=f"m{seq}", conversation_id="k", citizen_id="c", direction="out", author="bot",
                          text=text, created_at=NOW, **values), pieces)


def reply(*items: Unsent, **words: str) -> tuple[dict[str, Any], Parcel]:
    parcel = for_reply(items, "oPerson", "gh_x", address, **words)
    assert parcel is not None
    return fields(parcel.body["xml"]), parcel


def test_bubbles_are_merged_in_order() -> None:
    xml, parcel = reply(said("一", 1), said("二", 2))
    assert (xml["ToUserName"], xml["FromUserName"], xml["Content"]) == ("oPerson", "gh_x", "一\n\n二")
    assert parcel.done == ("m1", "m2")


def test_what_does_not_fit_stays_for_the_next() -> None:
    long = "这是一句话。" * 60
    _, parcel = reply(said(long, 1), said(long, 2), said("短", 3))
    assert parcel.done == ("m1",) and parcel.begun is None
    assert len(parcel.body["xml"].encode()) < MOST_BYTES + 500


def test_a_text_over_the_limit_is_cut_at_sentence_ends_and_nothing_is_lost() -> None:
    text = "".join(f"第{number}条规定要求物业公司及时维修。" for number in range(200))
    parts = split(text, MOST_BYTES)
    assert "".join(parts) == text and all(len(part.encode()) <= MOST_BYTES and part.endswith("。") for part in parts)
    first, begun = reply(said(text))
    assert begun.done == () and begun.begun == ("m1", 1) and first["Content"] == parts[0]
    second = for_push([said(text, pieces=1)], address)
    assert second and second.body["text"]["content"] == parts[1] and second.begun == ("m1", 2)


def test_signs_of_several_characters_are_never_cut() -> None:
    for text in ("😀" * 1500, "👨‍👩‍👧" * 300, "字" * 3000, "a" * 5000, "1️⃣" * 900):
        parts = split(text, MOST_BYTES)
        assert "".join(parts) == text
        assert all(len(part.encode()) <= MOST_BYTES for part in parts)
        assert not any(part[0] in "\u200d\ufe0f\u20e3" for part in parts)


def test_buttons_are_numbered_lines_in_a_reply_and_a_menu_in_a_push() -> None:
    item = said("现在登记吗？", 42, buttons=tuple({"title": word, "payload": word} for word in ("登记", "算了")))
    xml, _ = reply(item)
    assert xml["Content"] == "现在登记吗？\n1. 登记\n2. 算了\n（回复数字就行）"
    pushed = for_push([item], address)
    assert pushed and pushed.body["msgtype"] == "msgmenu"
    assert [(one["id"], one["content"]) for one in pushed.body["msgmenu"]["list"]] == [
        ("4201", "1. 登记"), ("4202", "2. 算了")]
    assert as_text(pushed.body)["text"]["content"].splitlines() == [
        "现在登记吗？", "1. 登记", "2. 算了", "（回复数字就行）"]


def test_advice_is_a_list_and_a_ticket_names_its_page() -> None:
    steps = said("1. 不要开电器，不要点火。2. 离开。3. 打119。", custom={"type": "emergency", "kind": "gas"})
    ticket = said("已登记，编号 QD20260101000001。", 2, custom={"type": "ticket", "receipt": "QD20260101000001"})
    xml, _ = reply(steps, ticket)
    assert xml["Content"] == ("1. 不要开电器，不要点火。\n2. 离开。\n3. 打119。\n\n已登记，编号 QD20260101000001。\n"
                              "看进度：https://12345.example/t/QD20260101000001")


def test_a_picture_with_few_words_is_an_article_one_alone_is_pushed() -> None:
    xml, parcel = reply(said("办事流程图\n三步办好", image="/media/" + "a" * 40))
    (article,) = [xml["Articles"]["item"]]
    assert (xml["MsgType"], xml["ArticleCount"], article["Title"]) == ("news", "1", "办事流程图")
    assert article["PicUrl"] == "https://12345.example/media/" + "a" * 40 and parcel.done == ("m1",)
    alone = said(None, 2, image="/media/" + "b" * 40)
    assert for_reply([alone], "o", "g", address) is None
    pushed = for_push([alone], address)
    assert pushed and pushed.body == {"msgtype": "image", "image": {"url": "/media/" + "b" * 40}}


def test_words_then_a_picture_are_two_messages_in_order() -> None:
    items = [said("请看", 1), said(None, 2, image="/media/" + "b" * 40), said("好了", 3)]
    first = for_push(items, address)
    second = for_push(items[1:], address)
    assert first and first.done == ("m1",) and second and second.done == ("m2",)


def test_lead_and_tail_stand_around_what_waits() -> None:
    assert reply(said("一"), lead="您好")[0]["Content"] == "您好\n\n一"
    assert reply(said("一"), tail="请打字")[0]["Content"] == "一\n\n请打字"
    assert for_reply([], "o", "g", address, tail="请打字") is not None


def test_every_message_has_pieces_or_is_done_with() -> None:
    empty = said(None)
    assert pieces(empty.message, address) == []
    parcel = for_push([empty], address)
    assert parcel and parcel.body == {} and parcel.done == ("m1",)
