"""The knowledge errand: an answer with its source, up to three near questions, or an honest "not found"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.actions.base import Message, Outcome
from bot.dialogue import knowledge, matter
from bot.dialogue.hear import LETTER, menu_word
from bot.dialogue.say import NEITHER, NO_TICKET, PERSON, REPORT, TICKET, WAYS_OUT, ask, tell
from bot.dialogue.scene import Needs, Scene
from bot.dialogue.state import Topic
from hotline.text.normalise import squeezed
from hotline.text.words import is_cancel, is_no, is_yes

QUERY = 300
SHORT = 12
_FOLLOWS = re.compile(
    "^(?:那|它|这个?|要是|如果|还有|得|要|需要|多少|几|哪|怎么|在哪|什么时候|多久|多高|为什么)|呢[?？]?$"
)
_ORDINALS = {"1": 0, "一": 0, "第一个": 0, "第1个": 0, "2": 1, "二": 1, "第二个": 1, "第2个": 1, "3": 2, "三": 2,
             "第三个": 2, "第3个": 2}
_NOT_MEANT = re.compile("不是这个意思|不是问这个|不是我(?:要|想)问|问的不是|没有?回答")
_USEFUL = ("有用", "很有用", "有帮助", "有用谢谢")
_USELESS = ("没用", "没有用", "没帮助", "没有帮助", "不对题", "答得不对", "没什么用")


def feedback_word(text: str) -> bool | None:
    """Whether a text says that the last answer was of use; None when it says nothing of the kind."""
    words = squeezed(text)
    if words in _USEFUL:
        return True
    return False if words in _USELESS or (_NOT_MEANT.search(words) and len(words) <= 10) else None


def chosen(scene: Scene) -> str | None:
    """The offered question that the citizen takes, by its words or its number."""
    options = scene.topic.options
    words = squeezed(scene.text)
    for option in options:
        if squeezed(option) == words:
            return option
    number = _ORDINALS.get(words)
    return options[number] if number is not None and number < len(options) else None


def needs(scene: Scene) -> Needs:
    """What to look up: the question, and a short follow-up once more behind the last question."""
    if scene.errand == "choice" and chosen(scene):
        return Needs((str(chosen(scene)),))
    text = scene.text[:QUERY]
    if scene.topic.offer and _short_follow_up(text):
        # Alone it would fit any article ("要多长时间"): it goes on about the question that found nothing.
        return Needs((f"{scene.topic.asked[:QUERY]} {text}",))
    if _follows(scene):
        together = f"{scene.topic.question} {text}"
        return Needs((together, text) if re.match("那|它|这", text) or text.endswith("呢") else (text, together))
    return Needs((text,))


def start(scene: Scene) -> Outcome:
    """Answer a question, or say honestly that there is no answer."""
    if menu_word(scene.text) == "consult":
        return scene.to(ask("matter", "好的，请用一句话说您想问什么。"), errand="none")
    return tell_found(scene, scene.text)


def tell_found(scene: Scene, asked: str, taken: tuple[str, ...] = ()) -> Outcome:
    """What the searches mean for the citizen."""
    article = knowledge.best(scene.reads, taken)
    if article is not None and not taken and _follows(scene) and article.get("question") == scene.topic.question:
        # "那不够咋办" wants more than what was just said: what stands beside it is offered rather than said again.
        beside = knowledge.beside(scene.reads, scene.topic.question)
        if beside:
            return _offer(scene, asked, beside)
    if article is not None:
        return _answered(scene, asked, knowledge.bubble(article), str(article.get("question") or ""))
    if len(asked) > LETTER:
        return matter.start(scene)
    near = knowledge.near(scene.reads)
    if near:
        return _offer(scene, asked, near)
    return not_found(scene, asked)


def _offer(scene: Scene, asked: str, questions: tuple[str, ...]) -> Outcome:
    """Questions to choose from; who had reported something, and not asked, is one tap from the ticket."""
    question = ask("choice", "您是不是想问：", *questions, TICKET, NEITHER, knowledge="ask")
    return scene.to(question, errand="choice", topic=replace(_offering(scene, asked), options=questions))


def not_found(scene: Scene, asked: str) -> Outcome:
    """The honest sentence and two ways out; the question is kept for the ticket."""
    text, decision = "没有查到这个问题的答案。可以登记工单请责任单位答复，或转人工。", "none"
    if scene.reads.failed:
        text, decision = "资料库这会儿连不上，没法查。可以登记工单，或转人工。", "failed"
    question = ask("choice", text, TICKET, PERSON, knowledge=decision)
    return scene.to(question, errand="choice", topic=_offering(scene, asked))


def step(scene: Scene) -> Outcome | None:
    """One more message after choices were offered; None when it is about something else."""
    topic, words = scene.topic, squeezed(scene.text)
    option = chosen(scene)
    if option is not None:
        return tell_found(scene, option, (option,))
    if words in (squeezed(NEITHER), "都不对", "不是这些"):
        return not_found(scene, topic.offer or scene.text)
    if words == squeezed(REPORT) and topic.offer_act == "consult":
        # The menu's own button: something new is to be reported, and not the question that found no answer.
        return None
    if topic.offer and (menu_word(scene.text) == "report" or (is_yes(scene.text) and not topic.options)):
        return matter.start(scene, topic.offer, topic.offer_act or None, topic.offer_service or None)
    if _NOT_MEANT.search(words) and len(words) <= 10:
        question = ask("choice", "没有答对。请换个说法再问，或者登记工单、转人工。", TICKET, PERSON)
        return scene.to(question, errand="choice", topic=replace(topic, options=()))
    if words == NO_TICKET or is_no(scene.text) or is_cancel(scene.text):
        return scene.to(tell("好的。有事随时说。"), errand="none", topic=replace(topic, offer="", options=()))
    return None


def feedback(scene: Scene, useful: bool) -> Outcome | None:
    """The citizen's word on the last answer goes to its article."""
    topic = scene.topic
    if not topic.article:
        return None
    done = replace(topic, article="")
    command = {"kind": "feedback", "article": topic.article, "useful": useful}
    if useful:
        return scene.to(tell("谢谢，记下了。"), topic=done, commands=(command,))
    message = Message("记下了，会改进。要登记工单，还是转人工？", WAYS_OUT, custom={"type": "ask", "field": "choice"})
    topic = replace(done, offer=topic.asked, options=())
    return scene.to(message, errand="choice", topic=topic, commands=(command,))


def _answered(scene: Scene, asked: str, answer: Message, question: str) -> Outcome:
    custom = answer.custom or {}
    topic = Topic(article=str(custom.get("article") or ""), question=question[:100], asked=asked)
    if len(asked) <= LETTER:
        return scene.to(answer, errand="none", topic=topic)
    topic = replace(topic, offer=asked, offer_act="report", offer_service=scene.service)
    offer = ask("choice", "您说的情况，要登记工单请责任单位处理吗？", TICKET, NO_TICKET)
    return scene.to(answer, offer, errand="choice", topic=topic)


def _offering(scene: Scene, asked: str) -> Topic:
    kept = scene.topic
    service = scene.service if asked == scene.text else kept.offer_service
    return Topic(question=kept.question, asked=asked, offer=asked, offer_act="consult", offer_service=service)


def _follows(scene: Scene) -> bool:
    """Whether a short text goes on about the last article."""
    return bool(scene.topic.question) and _short_follow_up(scene.text)


def _short_follow_up(text: str) -> bool:
    return len(text) <= SHORT and _FOLLOWS.search(text) is not None
