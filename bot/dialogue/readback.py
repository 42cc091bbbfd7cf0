"""The report's questions and its confirmation, in Chinese and in short English."""

from __future__ import annotations

import textwrap
from typing import Any

from bot.actions.base import Message
from bot.dialogue.say import CHANGE, GIVE_UP, NO_PHONE, NO_PLACE, PERSON, SAME_PLACE, SUBMIT, ask, quote
from bot.dialogue.scene import Reads
from bot.dialogue.state import Draft
from hotline.text.letters import grievances, title
from hotline.text.phones import group_digits

JSON = dict[str, Any]
OTHER_SERVICE = "其他事项"
FIRST, SHOWN = 24, 6  # characters of a listed wrong, and how many of them the read-back shows
FIELDS = {"改事项": "matter", "改地点": "place", "改电话": "phone", "改时间": "time", "改保密": "confidential"}
_VERBS = {"suggestion": "您建议的是", "praise": "您要表扬的是", "consult": "您想问的是"}


def title_of(draft: Draft) -> str:
    """The ticket's title, in the citizen's own words."""
    if draft.english:
        return textwrap.shorten(draft.text, 60, placeholder=" ...")
    items = grievances(draft.text) if draft.listed else []
    if items:
        return " ".join(f"{title(items[0], FIRST)}等{len(items)}个问题".split())
    return " ".join((title(draft.text) or draft.text[:40]).split())


def question(draft: Draft, reads: Reads) -> Message:
    """The question of the draft's stage."""
    if draft.english:
        return _english(draft, reads)
    if draft.stage == "matter":
        return ask("matter", "请用一句话说是什么问题。", PERSON)
    if draft.stage == "service":
        return ask("service", "您反映的更接近哪一类？", *draft.choices)
    if draft.stage == "place":
        return ask("place", _where(draft), *([SAME_PLACE] if draft.last_place else []), NO_PLACE)
    if draft.stage == "phone":
        return ask("phone", "请留一个联系电话；不方便可以不留。", NO_PHONE)
    if draft.stage == "change":
        return which(draft)
    return confirmation(draft, reads)


def understood(draft: Draft, reads: Reads) -> str:
    """One sentence of what was understood, said before the first question."""
    if draft.english:
        return f"Your report: \"{title_of(draft)}\". "
    name = reads.name_of(draft.service)
    group = f"，归「{name}」。" if name and draft.service != "other" else "。"
    items = len(grievances(draft.text)) if draft.listed else 0
    if items:
        return f"您反映了{items}个问题，登记成一件{group}"
    return f"{_VERBS.get(draft.act, '您反映的是')}{quote(title_of(draft))}{group}"


def confirmation(draft: Draft, reads: Reads) -> Message:
    """The read-back with its three buttons; the fields also go to the widget's card."""
    name = reads.name_of(draft.service) or OTHER_SERVICE
    shown: JSON = {
        "matter": title_of(draft), "service_code": draft.service or "other", "service_name": name,
        "place": draft.place, "phone": draft.phone, "time": draft.time, "confidential": draft.confidential,
    }
    if draft.english:
        return ask("confirm", _list_english(draft), "Yes", "Change", "Cancel", fields=shown)
    items = grievances(draft.text)[:SHOWN] if draft.listed else []
    lines = [f"事项：{title_of(draft)}", *(f"{at}. {title(item, FIRST)}" for at, item in enumerate(items, 1))]
    lines += [f"类别：{name}", f"地点：{draft.place or '未提供'}", f"电话：{_phone(draft)}"]
    lines += [f"姓名：{draft.name}"] if draft.name and not draft.anonymous else []
    lines += [f"时间：{draft.time}"] if draft.time else []
    lines += ["保密：是，不向被反映方透露您的信息"] if draft.confidential else []
    text = "请您核对：\n" + "\n".join(lines) + "\n确认提交吗？"
    return ask("confirm", text, SUBMIT, CHANGE, GIVE_UP, fields=shown)


def which(draft: Draft) -> Message:
    """Which field is to be changed, or its new value."""
    if draft.english:
        text = "What should I change?" if not draft.changing else f"Please send the correct {draft.changing}."
        return ask("choice" if not draft.changing else _mark(draft.changing), text)
    if not draft.changing:
        return ask("choice", "要改哪一项？", *FIELDS, "不改了")
    wanted = {"matter": "请重新说一下是什么问题。", "place": "请说正确的地点。", "phone": "请发正确的电话。",
              "time": "请说是什么时候的事。"}
    return ask(_mark(draft.changing), wanted.get(draft.changing, "请说要改成什么。"))


def receipt(draft: Draft) -> Message:
    """The ticket's message; the house fills in the numbers. Without a phone a code opens the ticket."""
    if draft.english:
        text = "Filed. Your ticket number is {receipt}."
        text += " Query code: {code}, please keep it." if not draft.phone else ""
    else:
        text = "已登记，工单编号 {receipt}。"
        text += "查询码 {code}，请记好。" if not draft.phone else ""
    return Message(text, custom={"type": "ticket"})


def what_next(draft: Draft) -> str:
    """What happens now, without a time limit."""
    if draft.english:
        return "It goes to the responsible unit now. You can ask for its progress here at any time."
    if draft.act == "praise":
        return "您的心意会转给相关单位，谢谢您。"
    back = "有进展会在这里告诉您" if not draft.phone else "有进展会在这里告诉您，必要时打您的电话"
    return f"接下来转给责任单位办理，{back}。"


def _where(draft: Draft) -> str:
    if draft.act == "praise":
        return "在哪个地方？记不清可以不说。"
    if draft.act == "suggestion":
        return "说的是哪个地方？针对全市就说「全市」。"
    if draft.hint:
        return f"您说的{quote(draft.hint, 16)}，具体在几号，或者哪个小区、路口？"
    return "在什么地方？请说路名门牌、小区或路口。"


def _phone(draft: Draft) -> str:
    if draft.phone:
        return group_digits(draft.phone)
    return "不留（匿名）" if draft.anonymous else "未提供"


def _mark(field: str) -> str:
    return field if field in ("matter", "place", "phone") else "choice"


def _english(draft: Draft, reads: Reads) -> Message:
    if draft.stage == "matter":
        return ask("matter", "What is the problem? One sentence is enough.")
    if draft.stage == "place":
        return ask("place", "Where is it? Street and number, or the compound's name.")
    if draft.stage == "phone":
        return ask("phone", "Your phone number? You may say \"no phone\".", "No phone")
    if draft.stage == "change":
        return which(draft)
    return confirmation(draft, reads)


def _list_english(draft: Draft) -> str:
    phone = group_digits(draft.phone) if draft.phone else "none"
    lines = [f"Problem: {title_of(draft)}", f"Place: {draft.place or 'not given'}", f"Phone: {phone}"]
    lines += [f"Time: {draft.time}"] if draft.time else []
    lines += ["Confidential: yes"] if draft.confidential else []
    return "Please check:\n" + "\n".join(lines) + "\nShall I submit it?"
