"""A replay in shadow: what two models answer to the same citizens. Commands are thrown away, nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from hotline.errors import BotUnavailable
from hotline.records import JSON
from hotline.store.replays import Said, Talk
from hotline.text.masking import mask_text
from hotline.training.bot_process import BotProcess
from hotline.training.exam import Item

BOT = "bot"  # the outcome of turns that the bot answered: the house's own never reached it
SHOWN = 300  # characters of an answer
FAILED: JSON = {"messages": [{"text": "（机器人出错，没有答上来）"}], "commands": [], "parse": {}, "failed": True}

# What each command would do, as an admin reads it.
DOING = {"file_case": "登记工单", "add_to_case": "补充工单", "urge": "催办", "withdraw": "撤单", "hand_over": "转人工",
         "rate": "记下评价", "feedback": "记下有没有用"}

Answers = dict[str, JSON]  # by turn


async def take(bot: BotProcess, turn_id: str, text: str, state: JSON, attachments: Sequence[JSON] = ()) -> JSON:
    """One turn of a citizen whom nobody knows; a second try, and then an honest failure as the answer."""
    body: JSON = {"turn_id": turn_id, "message": {"text": text, "attachments": list(attachments)}, "state": state,
                  "context": {"conversation_id": "shadow", "citizen_id": "shadow", "channel": "rest",
                              "sender": "shadow"}}
    for _ in range(2):
        try:
            return await bot.call("turn", body)
        except BotUnavailable:
            continue
    return {**FAILED, "state": state}


async def replay(bot: BotProcess, talks: Sequence[Talk]) -> Answers:
    """What this bot answers to each turn; its own state goes from turn to turn."""
    answers: Answers = {}
    for talk in talks:
        state: JSON = {}
        for said in bots_turns(talk):
            answers[said.turn_id] = answer = await take(bot, said.turn_id, said.text, state, said.attachments)
            state = dict(answer.get("state") or {})
    return answers


def bots_turns(talk: Talk) -> list[Said]:
    """Those that went to the bot."""
    return [said for said in talk.turns if said.outcome == BOT]


def differences(talks: Sequence[Talk], before: Answers, after: Answers) -> JSON:
    """The first turn of each conversation that would go otherwise: what follows it is another conversation."""
    changed = []
    for talk in talks:
        for said in bots_turns(talk):
            old, new = before[said.turn_id], after[said.turn_id]
            if _gist(old) != _gist(new):
                changed.append(_told(talk, said, old, new))
                break
    return {"conversations": len(talks), "turns": sum(len(bots_turns(talk)) for talk in talks),
            "changed_count": len(changed), "changed": changed}


def dangers(talks: Sequence[Talk], harmless: set[str]) -> list[Item]:
    """Every message of the replay for the detectors; what a person has called harmless is known to be."""
    return [Item(said.text, "真实会话", emergency=None) if said.turn_id in harmless else Item(said.text, "真实会话")
            for talk in talks for said in talk.turns if said.text]


def _gist(answer: JSON) -> tuple[object, object]:
    """What a citizen would notice, and what would be done."""
    return ([(message.get("text"), message.get("buttons"), message.get("custom")) for message in answer["messages"]],
            [{key: value for key, value in command.items() if key != "key"} for command in answer["commands"]])


def _told(talk: Talk, said: Said, old: JSON, new: JSON) -> JSON:
    text = mask_text(said.text)
    sides = {"before": _shown(old), "after": _shown(new)}
    return {"conversation": talk.conversation_id, "text": text, **sides,
            "line": f"市民说「{text[:80]}」，原来答「{sides['before'][:80]}」，会变成「{sides['after'][:80]}」"}


def _shown(answer: JSON) -> str:
    texts = [str(message["text"]) for message in answer["messages"] if message.get("text")]
    doing = [DOING.get(str(command.get("kind")), "办理") for command in answer["commands"]]
    return mask_text(" ／ ".join(texts)[:SHOWN]) + (f"（{'、'.join(doing)}）" if doing else "")
