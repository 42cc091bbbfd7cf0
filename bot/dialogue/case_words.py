"""What the words of a message say about an earlier ticket: what is wanted, which one, what is to be added."""

from __future__ import annotations

import re

from bot.dialogue.hear import menu_word
from bot.dialogue.scene import Scene
from hotline.text.normalise import normalise, squeezed
from hotline.text.phones import parse_phone

CODE_LENGTH = 8  # of the house's query codes: digits and capitals
_KINDS = (
    ("withdraw", "撤销|撤回|撤掉|撤了|撤单|作废|取消"),
    ("add", "补充|追加|加一[句条点]|再加|漏说|忘了说"),
    ("urge", "催|怎么还没|还没(?:人|有人|来|处理|解决|修|办)|抓紧|尽快|快点|这么久|多少天了|没有?下文"),
)
_ADD_LEAD = re.compile(
    r"^.{0,6}?(?:补充|追加|加一[句条点]|再加|漏说|忘了说)"
    r"(?:一下|说明|一[点条句]|个?情况|了|到工单|工单|到.{0,4}工单里)*[,，。:： ]*"
)
_PLAIN = re.compile(
    "(?:请|我要|我想|想|帮我|麻烦)*(?:催一?催|催一?下|催单|催办|补充(?:一下|说明|一点|一条|个情况|情况|到工单|[:,])|"
    "(?:撤销|撤回|撤掉|取消)(?:掉)?(?:我的|我|上次的?|刚才的?|之前的?|那个|这个)*(?:工单|投诉|诉求|反映|举报|单子|QD))"
)
LAST_ONE = re.compile("最近|最新|最后|刚才|上一[件个]|上次|第一[件个]|^1$|^一$")
_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{4,12}(?![A-Za-z0-9])")


def kind_of(scene: Scene) -> str:
    """What is wanted of a ticket: status, urge, add or withdraw; the words come before the model."""
    text = normalise(scene.text).text
    by_intent = {"urge": "urge", "withdraw": "withdraw", "add_to_case": "add", "correct": "add", "status": "status"}
    if menu_word(text) == "progress":
        return "status"
    if scene.intent == "withdraw" and re.search(_KINDS[0][1], text):
        return "withdraw"
    if len(text) <= 40:
        for kind, pattern in _KINDS:
            plain = kind != "withdraw" or re.search("工单|投诉|诉求|反映|举报|单子|QD|撤", text)
            if re.search(pattern, text, re.IGNORECASE) and plain:
                return kind
    return by_intent.get(scene.intent, "status")


def plainly(text: str) -> bool:
    """Whether the words alone are about an earlier ticket, whatever the model thinks."""
    return len(text) <= 40 and _PLAIN.match(normalise(text).text) is not None


def addition_in(text: str) -> str:
    """What is to be added, without the words that only announce it."""
    receipt = re.compile(r"[Qq][Dd]\s?(?:\d[\s\-]?){14}")
    return _ADD_LEAD.sub("", receipt.sub("", text).strip(" ,，。:：")).strip()


def taken(scene: Scene) -> str | None:
    """The ticket that the citizen takes from the list."""
    receipts = scene.topic.receipts if scene.errand == "case" else ()
    words = squeezed(scene.text)
    if receipts and len(words) <= 8:
        for number, pattern in enumerate(("最近|最新|第一|^1$|^一$", "第二|^2$|^二$|中间", "第三|最后|^3$|^三$")):
            if re.search(pattern, words) and number < len(receipts):
                return receipts[number]
    return None


def secrets_in(text: str) -> tuple[str | None, str | None]:
    """(last four digits of a phone, query code) in an answer; four digits alone may be either."""
    plain = normalise(text).text
    phone = parse_phone(plain).phone
    if phone is not None and len(phone.digits) >= 7:
        return phone.digits[-4:], None
    match = _CODE.search(plain)
    if match is None or len(plain) > 40:
        return None, None
    word = match.group()
    if re.fullmatch(r"\d{4}", word):
        return word, word
    coded = re.search(r"\d", word) is not None or (len(word) == CODE_LENGTH and word.isupper())
    return (None, word) if coded else (None, None)
