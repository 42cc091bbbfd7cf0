"""What the house says to those who wait: another way, its answers, the hours, a lost agent."""

from __future__ import annotations

from collections.abc import Sequence

from hotline.records import Conversation, Reply

STAY, CALL_BACK, TO_BOT = "继续排队", "留个回电工单", "回到智能助手"
STAY_EN, CALL_BACK_EN, TO_BOT_EN = "Keep waiting", "Call me back", "Back to the assistant"
# What counts as each answer, in lower case.
WORDS = {
    "stay": {STAY, STAY_EN.lower(), "继续等", "继续等待", "排队", "我等", "等着"},
    "callback": {CALL_BACK, CALL_BACK_EN.lower(), "回电", "回电工单", "留回电", "留个回电", "给我回电", "给我回电话"},
    "to_bot": {TO_BOT, TO_BOT_EN.lower(), "智能助手", "回智能助手", "机器人", "不等了"},
}
ASK_PHONE = "好的。请发一下您的电话号码，登记好就把编号告诉您。"
ASK_PHONE_EN = "Sure. Please send your phone number, and I will give you a ticket number."


def offer(position: int, english: bool) -> Reply:
    """Nobody has answered in time: three ways."""
    if english:
        text = "Sorry for the wait: no agent is free yet. You may keep waiting, be called back, or ask the assistant."
    else:
        place = f"您排在第{position}位。" if position else ""
        text = f"让您久等了，坐席还没忙完。{place}您可以继续等，也可以留个电话由我们回电，或先问智能助手。"
    return _handover(position, text, _buttons(english, STAY, CALL_BACK, TO_BOT))


def still_coming(position: int, english: bool) -> Reply:
    """Nobody has answered an emergency in time: the numbers that help at once."""
    text = ("An agent is still being called. In danger, dial 119, 120 or 110 now." if english else
            "还在为您呼叫坐席。情况危急，请马上拨打 119、120 或 110。")
    return _handover(position, text)


def stayed(position: int, english: bool) -> Reply:
    """The citizen keeps waiting; the other ways stay open."""
    place = f"您排在第{position}位，" if position else ""
    text = ("All right, we keep your place. An agent will write to you here." if english else
            f"好的，继续为您排队。{place}坐席一有空就回您。")
    return _handover(position, text, _buttons(english, CALL_BACK, TO_BOT))


def ask_phone(conversation: Conversation, position: int, english: bool) -> Reply:
    """The call-back needs a number; while the citizen waits the other ways stay open."""
    text = ASK_PHONE_EN if english else ASK_PHONE
    if conversation.owner == "bot":
        return Reply(author="house", text=text, custom={"type": "ask", "field": "phone"})
    return _handover(position, text, _buttons(english, STAY, TO_BOT))


def callback_filed(phone: str, english: bool) -> Reply:
    """The call-back ticket; `{receipt}` is filled in."""
    text = (f"Call-back filed, number {{receipt}}. We will call {grouped(phone)} in working hours." if english else
            f"已登记回电请求，编号 {{receipt}}。我们会在工作时间拨打 {grouped(phone)} 联系您。")
    return Reply(author="house", text=text, custom={"type": "ticket"})


def to_bot(english: bool) -> Reply:
    """The citizen no longer waits. Plain words: the widget ends the hand-over with them."""
    return Reply(author="house", text="The assistant is with you again. Say \"agent\" for a person." if english else
                 "现在由智能助手继续为您服务。需要人工随时说「转人工」。")


def abandoned(english: bool) -> Reply:
    """The citizen has been silent for long; the place in the queue is given up."""
    return Reply(author="house", text="We have not heard from you for a while, so the assistant is with you again. "
                 "Say \"agent\" for a person." if english else
                 "您有一会儿没说话，先不占排队了，现在由智能助手为您服务。需要人工随时说「转人工」。")


def closed_now(hours: str, failed: bool, english: bool) -> Reply:
    """Outside the hours: a call-back instead of the queue; `failed` when it was the bot that could not go on."""
    if english:
        sorry = "Sorry, the assistant has failed. " if failed else ""
        text = f"{sorry}No agent is here now. Shall we call you back in working hours?"
    else:
        sorry = "很抱歉，智能助手出了问题。" if failed else ""
        text = f"{sorry}现在没有坐席值班（人工服务时间：{hours}）。我可以登记回电，上班后给您打电话，要吗？"
    return Reply(author="house", text=text, buttons=_buttons(english, CALL_BACK, TO_BOT))


def agent_lost(position: int) -> Reply:
    """The agent's connection is gone: somebody else comes first."""
    return _handover(position, f"坐席那边断线了，正在为您换一位坐席，您排在第{position}位。前面说的话都在，不用重复。")


def grouped(phone: str) -> str:
    """A number as one reads it aloud."""
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if len(phone) == 11 and phone.startswith("1") else phone


def _buttons(english: bool, *titles: str) -> tuple[dict[str, str], ...]:
    names = {STAY: STAY_EN, CALL_BACK: CALL_BACK_EN, TO_BOT: TO_BOT_EN} if english else {}
    return tuple({"title": names.get(title, title), "payload": names.get(title, title)} for title in titles)


def _handover(position: int, text: str, buttons: Sequence[dict[str, str]] = ()) -> Reply:
    return Reply(author="house", text=text, buttons=tuple(buttons), custom={"type": "handover", "position": position})
