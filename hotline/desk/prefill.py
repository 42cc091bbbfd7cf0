"""What a form or a wrap-up can be filled with before the agent has typed anything: pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hotline.conversation.matters import likely_service
from hotline.records import JSON, Case, Conversation, Message
from hotline.store.desk import Understood
from hotline.text.masking import mask_phone, mask_phones
from hotline.text.phones import own_phone
from hotline.text.places import find_place
from hotline.text.scores import only_score
from hotline.text.titles import make_title
from hotline.text.words import is_cancel, is_no, is_yes

CITY = ZoneInfo("Asia/Shanghai")
LONGEST_DESCRIPTION = 4000
# A guess from a long conversation is read by a person, who is not helped by all of it.
LONGEST_GUESS = 1000
PHONE_LINES = 40
# The number has a field of its own; a title is read by everybody.
_CONTACT = re.compile(r"[，,。；; ]*(?:我的?|本人的?)?(?:联系)?(?:电话|手机|联系方式)[号码是为：:， ]*\d[\d -]{6,}\d")
_WISH = re.compile(
    "[，,。；; ]*(?:请|麻烦|帮我|给我|我想|我)*(?:转|找|要|接)(?:一下|个)?人工(?:客服|坐席|座席|服务|(?!湖))[！!。 ]*")


def matter(messages: Sequence[Message]) -> list[str]:
    """The citizen's lines that say something: no greeting by itself, no yes or no, no wish for a person."""
    lines = [_WISH.sub("", row.text) for row in messages if row.direction == "in" and row.text]
    return [line for line in lines if len(line) >= 3 and not _empty(line)]


def ticket_form(
    row: Conversation, messages: Sequence[Message], heard: Sequence[Understood], tickets: Sequence[Case],
) -> JSON:
    """The form of a ticket as far as the conversation fills it; the phone is masked (see `known_phone`)."""
    draft = _draft(row)
    description = str(draft.get("text") or "\n".join(matter(messages))[:LONGEST_GUESS])[:LONGEST_DESCRIPTION]
    parse: Mapping[str, Any] = next((one.parse for one in heard if likely_service(one.parse)), {})
    place = find_place(description)
    phone = known_phone(row, messages, tickets)
    return {
        "service_code": draft.get("service") or likely_service(parse),
        "title": mask_phones(make_title(_CONTACT.sub("", description), 40)),
        "description": description, "act": draft.get("act") or parse.get("act") or "report",
        "address": draft.get("place") or parse.get("place") or (place.text if place else "") or draft.get("hint") or "",
        "phone": mask_phone(phone) if phone else "", "name": draft.get("name") or _known_name(tickets),
        "confidential": draft.get("confidential") is True,
    }


def known_phone(row: Conversation, messages: Sequence[Message], tickets: Sequence[Case]) -> str | None:
    """The citizen's number: told to the bot, written in this conversation, or of an earlier ticket; digits only."""
    told = _draft(row).get("phone")
    if isinstance(told, str) and told.isdigit():
        return told
    lines = [message.text for message in messages if message.direction == "in" and message.text][-PHONE_LINES:]
    written = (own_phone(line) for line in reversed(lines))
    return next((phone.digits for phone in written if phone), None) or next(
        (case.phone for case in tickets if case.phone), None)


def summary(row: Conversation, messages: Sequence[Message], tickets: Sequence[Case]) -> str:
    """What was asked and what was done, in up to three lines."""
    asked = make_title(str(_draft(row).get("text") or "\n".join(matter(messages))[:LONGEST_GUESS]), 60)
    answers = [message.text for message in messages if message.author == "agent" and message.text]
    filed = [case for case in tickets if case.conversation_id == row.id]
    lines = [f"市民反映：{mask_phones(asked)}"] if asked else []
    if answers:
        said = " ".join(max(answers[-3:], key=len).split())
        lines.append(f"已答复：{mask_phones(said[:80])}")
    if filed:
        lines.append("已登记工单：" + "、".join(f"{case.receipt}（{case.title[:16]}）" for case in filed))
    return "\n".join(lines)


def fill(text: str, *, agent: str, tickets: Sequence[Case], conversation_id: str, now: datetime) -> str:
    """A canned reply with its variables {市民} {坐席} {工单} {时间} filled in; unknown ones stay to be seen."""
    own = [case for case in tickets if case.conversation_id == conversation_id] or list(tickets)
    local = now.astimezone(CITY)
    values = {"{市民}": _known_name(tickets) or "您", "{坐席}": agent, "{工单}": own[0].receipt if own else "{工单}",
              "{时间}": f"{local.month}月{local.day}日{local:%H:%M}"}
    return re.sub("|".join(map(re.escape, values)), lambda found: values[found.group()], text)


def _draft(row: Conversation) -> Mapping[str, Any]:
    slots = row.state.get("slots") or {}
    draft = slots.get("draft") if isinstance(slots, dict) else None
    return draft if isinstance(draft, dict) else {}


def _known_name(tickets: Sequence[Case]) -> str:
    return next((case.name for case in tickets if case.name and not case.anonymous), "")


def _empty(line: str) -> bool:
    return is_yes(line) or is_no(line) or is_cancel(line) or only_score(line) is not None or bool(
        re.fullmatch("(?:您好|你好|在吗|在不在|谢谢|人工客服|有人吗|喂|好的?|嗯|哦)[呀啊吗！!。？? ]*", line))
