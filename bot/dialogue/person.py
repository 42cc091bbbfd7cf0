"""The hand-over: on wish, in anger at the bot, when it fails twice, and for who cannot hear or speak."""

from __future__ import annotations

from bot.actions.base import Outcome
from bot.dialogue.interrupt import to_person
from bot.dialogue.scene import Scene


def start(scene: Scene) -> Outcome:
    """The citizen asked for a person."""
    return to_person(scene, "asked")


def for_anger(scene: Scene) -> Outcome:
    """The citizen is angry at the bot: no talk, a person."""
    return to_person(scene, "angry", "没帮上您的忙，马上给您转人工。")


def for_deaf(scene: Scene) -> Outcome:
    """Whoever cannot hear or speak gets an agent who writes, and calls for them."""
    if scene.english:
        return to_person(scene, "cannot_speak", "An agent will write with you here and can make calls for you.")
    return to_person(scene, "cannot_speak", "好的，坐席会在这里用文字和您沟通，需要时替您打电话。")


def for_failure(scene: Scene) -> Outcome:
    """Twice in a row nothing was understood."""
    return to_person(scene, "unclear")
