"""What was not understood: look it up all the same, ask once, then give it to a person."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.base import Outcome
from bot.dialogue import answer, knowledge, matter
from bot.dialogue.hear import LETTER, matter_of
from bot.dialogue.person import for_failure
from bot.dialogue.say import CONSULT, PERSON, REPORT, ask
from bot.dialogue.scene import Scene
from bot.dialogue.state import Topic
from hotline.text.places import find_place

BESIDE = 3
TELLING = 30  # characters: so many words are a matter, whatever the model thinks


def start(scene: Scene) -> Outcome:
    """Not understood: an article may still fit, a long text is a matter, else one honest sentence."""
    if knowledge.best(scene.reads) is not None or (knowledge.near(scene.reads) and len(scene.text) <= LETTER):
        return answer.tell_found(scene, scene.text)
    if matter.has_matter(scene.text) and (len(scene.text) > TELLING or _tells_where(scene.text)):
        return matter.start(scene)
    if scene.topic.fails >= 1:
        return for_failure(scene)
    topic = replace(Topic(question=scene.topic.question), fails=scene.topic.fails + 1)
    question = ask("matter", "没有听懂。请换一句话说是什么事，或者选一样。", REPORT, CONSULT, PERSON,
                   knowledge="failed" if scene.reads.failed else "none")
    return scene.to(question, errand="none", topic=topic)


def _tells_where(text: str) -> bool:
    """Whether a text names a place and something beside it: nobody does that for fun."""
    found = find_place(text)
    return found is not None and found.precise and len(matter_of(text)) >= BESIDE
