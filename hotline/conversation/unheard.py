"""What the bot cannot take in: a voice that nobody has put into words, and what a channel could not bring here.

A connector says so in the message's metadata: `unheard` for a voice, `lost` with the kind of anything else.
"""

from __future__ import annotations

from collections.abc import Sequence

from hotline.records import Attachment, Reply, Turn

VOICE = "语音已转给坐席听。闻到燃气味的话：别开关电器、别点火，先到室外，再打119。"
LOST = {
    "image": "图片没有取到，请再发一次，或者用文字说。",
    "voice": "语音没有取到，请再发一次，或者打字说。",
    "video": "视频这里看不了。请打字说是什么事，也可以发图片。",
    "other": "这种消息这里看不了。请打字说，也可以发图片、语音和位置。",
}
NAMES = {"image": "图片", "voice": "语音", "video": "视频", "other": "其他消息"}


def lost(kind: str) -> Attachment:
    """What stands in the record for something that was sent and is not here."""
    return Attachment("file", title=f"{NAMES.get(kind, NAMES['other'])}（没有取到）")


def is_voice(turn: Turn) -> bool:
    """Whether somebody must listen to it."""
    return bool(turn.metadata.get("unheard"))


def concerns(turn: Turn) -> bool:
    """Whether the bot would answer past it: a voice, or something lost that no words stand beside."""
    return is_voice(turn) or (bool(turn.metadata.get("lost")) and not turn.text)


def beside(turn: Turn) -> Sequence[Reply]:
    """What is said of it, whoever has the conversation: one line each."""
    said = [VOICE] if is_voice(turn) else []
    kind = turn.metadata.get("lost")
    if kind:
        said.append(LOST.get(str(kind), LOST["other"]))
    return [Reply(author="house", text=text) for text in said]
