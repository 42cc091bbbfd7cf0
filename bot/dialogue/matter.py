"""A report's beginning and its way from question to question."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.actions.base import Message, Outcome, Turn, button
from bot.dialogue import readback, several, waiting
from bot.dialogue.fields import gather
from bot.dialogue.hear import LETTER, is_small_talk, matter_of, menu_word
from bot.dialogue.say import ONE_TICKET, ask, quote, tell
from bot.dialogue.scene import Scene
from bot.dialogue.state import Draft
from bot.dialogue.step import Step
from hotline.text.normalise import squeezed
from hotline.text.words import is_cancel, is_english, is_no, is_yes

CLOSE_CALL = 0.75  # the second service has this share of the first's confidence: worth one question
CLOSE_SUM = 0.6
SHORT = 40
BUBBLE = 60
ENOUGH = 300  # characters in which a letter has come to its matter
_ENGLISH_EMPTY = re.compile(
    r".{0,20}(?:report|complain\w*)(?: an?| about)?(?: problem| issue| something)?[.! ]*", re.IGNORECASE)
_ENGLISH_SERVICES = (
    ("street ?(?:light|lamp)", "facility_streetlight"), ("manhole|drain|sewer", "facility_manhole"),
    ("elevator|lift", "property_elevator"), ("garbage|trash|rubbish", "sanitation"), ("gas", "gas_hazard"),
    ("toilet", "facility_toilet"), ("parking", "property_parking"),
    ("renovation|drilling", "property_renovation_noise"), ("billboard|signboard", "signage_hazard"),
    ("pavement|sidewalk|pothole|guard ?rail", "facility_guardrail_pavement"),
)


def start(scene: Scene, text: str | None = None, act: str | None = None, service: str | None = None) -> Outcome:
    """Begin a report with this message, or with an earlier text whose ticket was offered."""
    words = scene.text if text is None else text.strip()
    kept = scene.draft if not scene.draft.text else Draft()
    found = several.matters(scene) if text is None else ()
    if found:
        return _begin_first(scene, waiting.first(scene, kept, found))
    draft = gather(replace(kept, stage="matter", english=is_english(words)), scene)
    if text is not None:
        draft = gather(draft, Scene(Turn(words, scene.turn.parse, {}, {})))
    if not has_matter(words):
        return ask_matter(scene, draft)
    service = _english_service(words) if draft.english else service or scene.service
    draft = replace(draft, text=words, act=act or _act(scene), service=service, tries=0)
    if text is None and several.one_firm(scene):
        draft = replace(draft, listed=True, service=several.firms_service(scene, draft.service))
    return _begin(scene, onward(replace(draft, choices=_doubtful(scene, draft))))


def _begin(scene: Scene, draft: Draft) -> Outcome:
    """The matter is known: say what was understood and ask the first missing thing."""
    question = readback.question(draft, scene.reads)
    if draft.stage == "confirm":
        return scene.to(question, errand="report", draft=draft)
    heard = readback.understood(draft, scene.reads)
    return scene.to(replace(question, text=f"{heard}{question.text}"), errand="report", draft=draft)


def _begin_first(scene: Scene, draft: Draft) -> Outcome:
    """Several matters: say what was understood, and begin with the first; all in one ticket is offered."""
    draft = onward(draft)
    question = readback.question(draft, scene.reads)
    question = replace(question, buttons=(*question.buttons, button(ONE_TICKET)))
    return scene.to(tell(waiting.announcement(draft)), question, errand="report", draft=draft)


def next_one(scene: Scene, draft: Draft) -> tuple[Draft, Message]:
    """The letter's next matter: its draft, and its first question with what was understood before it."""
    draft = onward(waiting.following(draft))
    question = readback.question(draft, scene.reads)
    heard = f"接着登记{waiting.nth(draft)}。"
    if draft.stage != "confirm":
        heard = f"接着登记{waiting.nth(draft)}：{quote(readback.title_of(draft), 20)}。"
    return draft, replace(question, text=f"{heard}{question.text}")


def answer(scene: Scene, draft: Draft) -> Outcome | None:
    """What is the matter? Everything but a question, an order or small talk is taken for it."""
    text = scene.text
    if is_cancel(text):
        return scene.to(tell("OK." if draft.english else "好的。有事随时说。"), errand="none", drop=True)
    if menu_word(text) in ("progress", "consult") or is_small_talk(scene) or is_yes(text) or is_no(text):
        return None
    if scene.intent in ("consult", "status", "withdraw", "human", "rate") and len(squeezed(text)) <= LETTER:
        return None
    return start(scene)


def ask_matter(scene: Scene, draft: Draft) -> Outcome:
    """Everything but the matter may be known: say so and ask for it."""
    draft = replace(draft, stage="matter")
    question = readback.question(draft, scene.reads)
    if not draft.english:
        heard = f"地点记下了：{quote(draft.place, 30)}。" if draft.place else "图片收到了。" if draft.images else ""
        heard = heard or ("电话记下了。" if draft.phone else "")
        question = ask("matter", f"{heard}请用一句话说是什么问题。" if heard else "好的，请说是什么问题、在哪里。")
    return scene.to(question, errand="report", draft=draft)


def onward(draft: Draft) -> Draft:
    """The draft at its next stage: what is missing first."""
    if draft.choices and not draft.service_done:
        stage = "service"
    elif not draft.place_done:
        stage = "place"
    elif not draft.phone_done:
        stage = "phone"
    else:
        stage = "confirm"
    return replace(draft, stage=stage, changing="")


def go_on(scene: Scene, step: Step) -> Outcome:
    """Say what there is to say and ask the next question."""
    draft, said, whole = step
    if draft.stage != "change" and not draft.tries:
        draft = onward(draft)
    question = readback.question(draft, scene.reads)
    if whole:
        return scene.to(replace(question, text=said), errand="report", draft=draft)
    if not said:
        return scene.to(question, errand="report", draft=draft)
    if draft.stage == "confirm" or len(said) + len(question.text or "") > BUBBLE:
        return scene.to(tell(said.strip()), question, errand="report", draft=draft)
    return scene.to(replace(question, text=f"{said}{question.text}"), errand="report", draft=draft)


def has_matter(text: str) -> bool:
    """Whether a text says what is the matter, and not only where or who."""
    if is_english(text):
        return len(text.split()) >= 3 and _ENGLISH_EMPTY.fullmatch(text) is None
    return menu_word(text) is None and len(matter_of(text[:ENOUGH])) >= 2


def _act(scene: Scene) -> str:
    """The model's act; a question that became a ticket at once is a report."""
    act = scene.turn.parse.get("act")
    return str(act) if act in ("report", "suggestion", "urge", "praise") else "report"


def _english_service(text: str) -> str:
    """The model knows no English: a few plain words, else `other`."""
    found = (code for pattern, code in _ENGLISH_SERVICES if re.search(pattern, text, re.IGNORECASE))
    return next(found, "other")


def _doubtful(scene: Scene, draft: Draft) -> tuple[str, ...]:
    """Names of two services between which a short text leaves a real doubt, else nothing to ask."""
    ranking = scene.turn.parse.get("service_ranking") or []
    if len(draft.text) > SHORT or len(ranking) < 2 or draft.english or draft.text != scene.text:
        return ()
    first, second = ranking[0], ranking[1]
    chances = first["confidence"], second["confidence"]
    if chances[1] < CLOSE_CALL * chances[0] or sum(chances) < CLOSE_SUM:
        return ()
    codes = (str(first["name"]), str(second["name"]))
    domains = {str((scene.reads.services.get(code) or {}).get("domain")) for code in codes}
    names = tuple(name for name in map(scene.reads.name_of, codes) if name)
    if len(domains) < 2 or {"other", "suggestion"} & set(codes) or len(names) < 2:
        return ()
    return (*names, readback.OTHER_SERVICE)
