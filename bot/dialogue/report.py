"""The report errand: from the first words to the receipt, one question at a time, filed only after a yes."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.actions.base import Message, Outcome
from bot.dialogue import interrupt, readback
from bot.dialogue.corrections import find_correction
from bot.dialogue.fields import gather, take_attachments
from bot.dialogue.hear import asks, is_small_talk, matter_of, menu_word
from bot.dialogue.say import NO_TICKET, TICKET, ask, buttons, quote, tell
from bot.dialogue.scene import JSON, Scene
from bot.dialogue.stages import answer_change, answer_matter, answer_phone, answer_place, answer_service, correct, value_alone
from bot.dialogue.state import Draft, Topic
from hotline.text.normalise import squeezed
from hotline.text.words import is_blank, is_cancel, is_english, is_no, is_refusal, is_yes, wants_confidential

CLOSE_CALL = 0.75  # the second service has this share of the first's confidence: worth one question
CLOSE_SUM = 0.6
SHORT = 40
_AGREES = ("没有错", "没有错误", "都没错", "没有问题", "确认提交", "可以提交", "提交申请", "确定提交", "submit", "yessubmit", "yesplease")
_SECOND = re.compile("(?:另外|还有|再|顺便|还)(?:一件事|一个事|个事|一个问题|个问题|有一个|想反映|要反映|反映|投诉|想投诉|有件事)")
_ENGLISH_SERVICES = (
    ("street ?(?:light|lamp)", "facility_streetlight"), ("manhole|drain|sewer", "facility_manhole"),
    ("elevator|lift", "property_elevator"), ("garbage|trash|rubbish", "sanitation"), ("gas", "gas_hazard"),
    ("toilet", "facility_toilet"), ("parking", "property_parking"), ("renovation|drilling", "property_renovation_noise"),
    ("billboard|signboard", "signage_hazard"), ("pavement|sidewalk|pothole|guard ?rail", "facility_guardrail_pavement"),
)


def start(scene: Scene, text: str | None = None, act: str | None = None, service: str | None = None) -> Outcome:
    """Begin a report with this message, or with an earlier text whose ticket was offered."""
    kept = scene.draft if not scene.draft.text else Draft()
    words = scene.text if text is None else text
    draft = gather(replace(kept, stage="matter", english=is_english(words)), scene)
    if text is not None:
        draft = gather(draft, Scene(replace(scene.turn, text=text, attachments=())))
    if not has_matter(words):
        return ask_matter(scene, draft)
    return begin(scene, draft, words, act or _act(scene), service or scene.service)


def ask_matter(scene: Scene, draft: Draft) -> Outcome:
    """Everything but the matter may be known: say so and ask for it."""
    if draft.place and not draft.english:
        text = f"地点记下了：{quote(draft.place, 30)}。请用一句话说是什么问题。"
    elif draft.images and not draft.english:
        text = "图片收到了。请用一句话说是什么问题。"
    elif draft.phone and not draft.english:
        text = "电话记下了。请用一句话说是什么问题。"
    else:
        text = readback.question(draft, scene.reads).text or ""
        text = text if draft.english else "好的，请说是什么问题、在哪里。"
    return scene.to(ask("matter", text), errand="report", draft=replace(draft, stage="matter"))


def begin(scene: Scene, draft: Draft, words: str, act: str, service: str) -> Outcome:
    """The matter is known: say what was understood and ask the first missing thing."""
    draft = replace(draft, text=words.strip(), act=act, service=_english_service(words) if draft.english else service)
    draft = replace(draft, choices=_doubtful(scene, draft, words), tries=0)
    draft = onward(draft)
    question = readback.question(draft, scene.reads)
    heard = readback.understood(draft, scene.reads)
    if draft.stage == "confirm":
        return scene.to(question, errand="report", draft=draft)
    return scene.to(replace(question, text=f"{heard}{question.text}"), errand="report", draft=draft)


def onward(draft: Draft) -> Draft:
    """The draft at its next stage: what is missing first."""
    if not draft.text:
        stage = "matter"
    elif draft.choices and not draft.service_done:
        stage = "service"
    elif not draft.place_done:
        stage = "place"
    elif not draft.phone_done:
        stage = "phone"
    else:
        stage = "confirm"
    return replace(draft, stage=stage, changing="", tries=draft.tries if stage == draft.stage else 0)


def step(scene: Scene) -> Outcome | None:
    """One more message while a report is open; None when it is not about the report."""
    draft = take_attachments(scene.draft, scene)
    if is_blank(scene.text):
        return _without_words(scene, draft)
    if not draft.text:
        return answer_matter(scene, draft, start)
    correction = find_correction(scene.text, draft)
    if correction is not None and not (draft.stage == "change" and correction.field == "any"):
        return _go_on(scene, *correct(draft, correction, scene))
    if is_cancel(scene.text) and not _only_refuses(scene, draft):
        return cancel(scene, draft)
    if menu_word(scene.text) == "report":
        return _go_on(scene, draft, "这件还没提交，先把它办完。")
    return _by_stage(scene, draft)


def _by_stage(scene: Scene, draft: Draft) -> Outcome | None:
    if wants_confidential(scene.text) and len(squeezed(scene.text)) <= 24 and not is_yes(scene.text):
        said = "It will be kept confidential." if draft.english else "好的，会为您保密。"
        return _go_on(scene, replace(gather(draft, scene), confidential=True), said)
    aside = interrupt.answer(scene)
    if aside is not None:
        return scene.to(*aside[:1], readback.question(draft, scene.reads), draft=draft)
    if draft.stage == "confirm":
        return _confirm(scene, draft)
    answers = {"place": answer_place, "phone": answer_phone, "service": answer_service, "change": answer_change}
    return _go_on(scene, *answers.get(draft.stage, answer_place)(scene, draft))


def _go_on(scene: Scene, draft: Draft | None, said: str = "") -> Outcome:
    """Say it, ask the next question; a draft of None means that nothing was understood twice: a person takes it."""
    if draft is None:
        return interrupt.to_person(scene, "unclear", said)
    if draft.stage != "change" and not draft.tries:
        draft = onward(draft)
    question = readback.question(draft, scene.reads)
    if not said:
        return scene.to(question, errand="report", draft=draft)
    if draft.stage == "confirm" or len(said) + len(question.text or "") > 60:
        return scene.to(tell(said), question, errand="report", draft=draft)
    return scene.to(replace(question, text=f"{said}{question.text}"), errand="report", draft=draft)


def _confirm(scene: Scene, draft: Draft) -> Outcome:
    text = scene.text
    if agrees(text):
        return file(scene, draft)
    if is_no(text):
        return _go_on(scene, replace(draft, stage="change", changing="", tries=0))
    later = _second_matter(scene, draft)
    if later is not None:
        return _go_on(scene, later, "这是另一件事，先把这件办完，再登记那件。")
    alone = value_alone(draft, text)
    if alone is not None:
        return _go_on(scene, *correct(draft, alone, scene))
    if is_small_talk(scene) or len(squeezed(text)) < 3 or not has_matter(text):
        return _unclear(scene, draft)
    return _go_on(scene, append(draft, text), "Added." if draft.english else "这句也写进去了。")


def _unclear(scene: Scene, draft: Draft) -> Outcome:
    if draft.tries >= 1:
        return interrupt.to_person(scene, "unclear")
    said = "Please say yes, change or cancel." if draft.english else "请说「提交」「修改」或「算了」。"
    return _go_on(scene, replace(draft, tries=draft.tries + 1), said)


def agrees(text: str) -> bool:
    """Whether an answer to the read-back is a plain yes."""
    return is_yes(text) or squeezed(text) in _AGREES


def append(draft: Draft, text: str) -> Draft:
    """Further sentences go to the description's end; what was said already is not said twice."""
    if text.strip() in draft.text:
        return replace(draft, tries=0)
    return replace(draft, text=f"{draft.text}\n{text.strip()}", tries=0)


def file(scene: Scene, draft: Draft) -> Outcome:
    """File it, give the receipt, say what comes next, and offer what else was told."""
    topic = Topic(said="filed")
    after = tell(readback.what_next(draft))
    errand = "none"
    if draft.later:
        topic = replace(topic, offer=draft.later, offer_act="report", offer_service=draft.later_service)
        after = ask("choice", f"刚才说的{quote(draft.later, 18)}，也要登记吗？", TICKET, NO_TICKET)
        errand = "choice"
    return scene.to(readback.receipt(draft), after, errand=errand, drop=True, topic=topic, commands=(command(draft),))


def command(draft: Draft) -> JSON:
    """The ticket as the house files it."""
    attributes: JSON = {"images": list(draft.images)} if draft.images else {}
    if draft.latitude is not None and draft.longitude is not None:
        attributes.update(latitude=draft.latitude, longitude=draft.longitude)
    return {
        "kind": "file_case", "service_code": draft.service or "other", "act": draft.act,
        "title": readback.title_of(draft), "description": draft.text, "address": draft.place,
        "phone": draft.phone or None, "name": None, "confidential": draft.confidential, "anonymous": draft.anonymous,
        "occurred": draft.time or None, "attributes": attributes,
    }


def cancel(scene: Scene, draft: Draft) -> Outcome:
    """A short word, and nothing is filed."""
    text = "OK, nothing was filed." if draft.english else "好的，这件不登记了。有事随时说。"
    return scene.to(tell(text), errand="none", drop=True)


def has_matter(text: str) -> bool:
    """Whether a text says what is the matter, and not only where or who."""
    if is_english(text):
        return len(text.split()) >= 3 and not re.fullmatch("(?i).{0,20}(report|complain\\w*)( a| an| about)?( problem| issue| something)?[.! ]*", text)
    return menu_word(text) is None and len(matter_of(text)) >= 2


def _act(scene: Scene) -> str:
    """The model's act; a question that became a ticket is a report."""
    act = scene.turn.parse.get("act")
    return act if act in ("report", "suggestion", "urge", "praise") else "report"


def _english_service(text: str) -> str:
    """The model knows no English: a few plain words, else `other`."""
    found = (code for pattern, code in _ENGLISH_SERVICES if re.search(pattern, text, re.IGNORECASE))
    return next(found, "other")


def _doubtful(scene: Scene, draft: Draft, words: str) -> tuple[str, ...]:
    """Names of two services between which a short text leaves a real doubt, else nothing to ask."""
    ranking = scene.turn.parse.get("service_ranking") or []
    if len(words) > SHORT or len(ranking) < 2 or draft.english or words != scene.text:
        return ()
    first, second = ranking[0], ranking[1]
    codes = (str(first["name"]), str(second["name"]))
    domains = {str((scene.reads.services.get(code) or {}).get("domain")) for code in codes}
    close = second["confidence"] >= CLOSE_CALL * first["confidence"] and first["confidence"] + second["confidence"] >= CLOSE_SUM
    names = tuple(name for name in map(scene.reads.name_of, codes) if name)
    if not close or len(domains) < 2 or "other" in codes or "suggestion" in codes or len(names) < 2:
        return ()
    return (*names, readback.OTHER_SERVICE)


def _only_refuses(scene: Scene, draft: Draft) -> bool:
    """"不用了" to a question for the phone refuses the phone and does not cancel the report."""
    given_up = any(word in scene.text for word in ("算了", "取消", "不报", "不投诉", "不反映", "不登记", "不办"))
    return draft.stage in ("phone", "place") and is_refusal(scene.text) and not given_up


def _second_matter(scene: Scene, draft: Draft) -> Draft | None:
    """A second matter, told while the first waits for its yes."""
    service = scene.service
    sure = float(scene.turn.parse.get("service_confidence") or 0.0) >= 0.5 and scene.intent in ("report", "suggestion")
    if not _SECOND.search(scene.text) or not sure or service in (draft.service, "other") or asks(scene.text):
        return None
    return replace(draft, later=scene.text, later_service=service, tries=0)


def _without_words(scene: Scene, draft: Draft) -> Outcome:
    """An image or a location in the middle is kept; a lone sign or nothing gets the question again."""
    if draft == scene.draft:
        return scene.to(readback.question(draft, scene.reads), errand="report")
    if not draft.text:
        return ask_matter(scene, draft)
    said = "地点记下了。" if draft.place != scene.draft.place else "图片收到了，会附在工单里。"
    return _go_on(scene, replace(draft, tries=0), "Received. " if draft.english else said)


def offered(scene: Scene, message: Message) -> Message:
    """A message with the two buttons that take or leave an offered ticket."""
    return replace(message, buttons=buttons(TICKET, NO_TICKET))
