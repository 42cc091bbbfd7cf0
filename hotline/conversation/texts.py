"""Sentences of the house itself (not the bot's): queue, faults, emergencies, hand-over."""

from __future__ import annotations

from hotline.conversation.commands import ticket
from hotline.records import Case, Conversation, Reply

LATE = Reply(author="house", text="抱歉，这条我处理得有点慢，正在重试，结果马上发给您。急事请直接说「转人工」。",
             buttons=({"title": "转人工", "payload": "转人工"},))
RATINGS = ("很满意", "满意", "一般", "不满意", "很不满意")
CHANNELS = {"web": "在网页上", "wechat": "在微信上", "voice": "电话里", "sms": "短信里"}
LATE_EN = Reply(author="house", text="Sorry, this is taking longer than usual. I am trying again.")


def queued(position: int, english: bool = False) -> Reply:
    """Where the citizen stands in the queue."""
    text = (f"You are number {position} in the queue. An agent will write to you here."
            if english else f"正在为您转接人工坐席，前面还有{position - 1}位。您可以继续留言，坐席会看到。"
            if position > 1 else "正在为您转接人工坐席，您排在第1位。您可以继续留言，坐席会看到。")
    return _handover(position, text)


def with_agent(english: bool = False) -> Reply:
    """An agent has the conversation; what the citizen wrote has reached them."""
    return _handover(0, "Your message has reached our agent." if english else "坐席已收到您的留言。")


def bot_failed(position: int) -> Reply:
    """The bot could not end the turn: a person takes it."""
    return _handover(position, "很抱歉，智能助手出了问题，没能答复您。"
                               f"已为您转人工，您排在第{position}位，您的话坐席都能看到。")


def emergency_queue(position: int, english: bool, cannot_speak: bool) -> Reply:
    """After emergency advice: a person comes."""
    if position == 0:
        text = "An agent is with you now." if english else "人工坐席就在这里，请继续告诉我们情况。"
    elif english:
        text = "An agent is being called to this chat now."
    elif cannot_speak:
        text = "人工坐席马上用文字联系您，并替您拨打救援电话。"
    else:
        text = "人工坐席马上联系您。"
    return _handover(position, text)


def urgent_ticket(place_known: bool, english: bool) -> Reply:
    """The urgent ticket that was filed without a yes; asks once for the place."""
    if english:
        text = "Urgent ticket filed: {receipt}." + ("" if place_known else " When you are safe, tell us the address.")
    else:
        text = "已登记紧急工单，编号 {receipt}。" + ("" if place_known else "到安全处后请告诉我们地址。")
    return Reply(author="house", text=text, custom={"type": "ticket"})


def taken(name: str) -> Reply:
    """An agent has taken the conversation."""
    return _handover(0, f"坐席{name}为您服务，请讲。")


def given_back() -> Reply:
    """The agent gave the conversation back to the bot."""
    return Reply(author="house", text="坐席已处理完，接下来由智能助手继续为您服务。需要人工随时说「转人工」。")


def closed(rate: bool = False) -> Reply:
    """The agent closed the conversation; `rate` asks how it was."""
    text = "本次人工服务已结束，感谢您的来访。有新的问题，直接发消息就行。"
    if not rate:
        return Reply(author="house", text=text)
    return Reply(author="house", text=text + "\n请您为这次人工服务打个分：", custom={"type": "ask", "field": "rating"},
                 buttons=tuple({"title": word, "payload": word} for word in RATINGS))


def rated(score: int) -> Reply:
    """The citizen's score has arrived."""
    if score > 2:
        return Reply(author="house", text="谢谢您的评价，我们记下了。")
    return Reply(author="house", text="抱歉没能让您满意，您的评价已记下。还没解决的，可以直接说，或转人工。",
                 buttons=({"title": "转人工", "payload": "转人工"},))


def passed_on(name: str) -> Reply:
    """The agent handed the conversation to another one."""
    return _handover(0, f"已为您转给坐席{name}，您前面说的话都能看到，不用重复。")


def queued_again(position: int) -> Reply:
    """The agent handed the conversation to those who know more about the matter."""
    return _handover(position, f"正在为您转给更熟悉这类问题的坐席，您排在第{position}位，前面说的话不用重复。")


def filed(case: Case) -> Reply:
    """The agent filed a ticket for the citizen."""
    rest = f"查询码 {case.code}，凭编号和查询码可以查进度。" if case.code else "有进展会在这里告诉您。"
    return Reply(author="house", text=f"已为您登记工单，编号 {case.receipt}。{rest}", custom=ticket(case))


def merged_here(channel: str) -> Reply:
    """Another conversation of the citizen goes on in this one; the agent who merged them still has it."""
    where = CHANNELS.get(channel, "其他渠道")
    return _handover(0, f"您{where}的咨询已并到这里一起办理，之前登记的工单都有效。")


def merged_there(channel: str) -> Reply:
    """This conversation goes on in another one of the citizen's."""
    where = CHANNELS.get(channel, "其他渠道")
    return Reply(author="house", text=f"这里的咨询已并到您{where}的会话里一起办理，请在那边看回复。工单都有效。")


def merge_note(other: Conversation) -> str:
    """What agents read about a conversation that was closed into this one."""
    return f"合并了会话 {other.id}，全文：/desk/api/conversations/{other.id}/transcript?format=html"


def _handover(position: int, text: str) -> Reply:
    return Reply(author="house", text=text, custom={"type": "handover", "position": position})
