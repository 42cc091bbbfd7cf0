"""All thresholds of a candidate, with the words an admin reads beside each and the range that it must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import yaml

from hotline.emergency.thresholds import Thresholds
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.settings import ROOT

CONFIG = ROOT / "config.yml"
UNDERSTANDING = "bot.components.understanding.Understanding"
OF_THE_BOT = ("sure_enough", "service_floor")


@dataclass(frozen=True)
class Field:
    """One number; `name` has a dot where the number is a part of another, `whole` numbers are counts of letters."""

    name: str
    title: str
    words: str
    most: int = 1
    whole: bool = False


FIELDS = (
    Field("sure_enough", "听懂意图要几成把握", "把握低于它就算没听懂，会请市民再说一遍：调高问得多，调低猜得多。"),
    Field("service_floor", "听懂事项要几成把握", "把握低于它就不定是哪一类事项，由机器人再问一句。"),
    Field("alarm", "没有危险字眼也报警",
          "话里没有现成的危险字眼时，任何一种危险的把握达到它就报警：调低报得多，误报也多。"),
    Field("gas_alarm", "没有燃气字眼也报警", "同上，只看燃气：燃气的把握达到它就报警，应当比上一项低。"),
    Field("heard.gas", "有燃气字眼时报警", "话里有“煤气味”一类的字眼时，危险的把握达到它就报警。"),
    Field("heard.life", "有人身危险字眼时报警", "话里有“着火”“晕倒”一类的字眼时，危险的把握达到它就报警。"),
    Field("heard_short.gas", "短句里有燃气字眼时报警", "短句里有燃气字眼时，危险的把握达到它就报警，应当很低。"),
    Field("heard_short.life", "短句里有人身危险字眼时报警",
          "短句里有人身危险字眼时，危险的把握达到它就报警，应当很低。"),
    Field("short", "多少字以内算短句", "字数不超过它的消息按短句对待。", 200, True),
    Field("sure", "长信里一段话要几成把握", "长消息分段来听，一段话的危险把握达到它，这一段才算数。"),
)


@dataclass(frozen=True)
class Limits:
    """All thresholds of a candidate: the bot's, and those of the emergency detector."""

    sure_enough: float
    service_floor: float
    emergency: Thresholds

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Limits:
        """What an admin set, and the checkout's numbers for the rest. Raises BadInput with the field's name."""
        usual = _usual()
        for name, value in given.items():
            if name not in usual:
                raise BadInput(f"没有这个门槛：{name}", name)
            if isinstance(usual[name], dict) and (not isinstance(value, dict) or set(value) != set(usual[name])):
                raise BadInput(f"{name} 要有 {' 和 '.join(usual[name])}", name)
        values = {**usual, **given}
        for field in FIELDS:
            _check(field, number_of(values, field.name))
        bot = {name: float(values[name]) for name in OF_THE_BOT}
        return cls(**bot, emergency=Thresholds.from_json({
            name: value for name, value in values.items() if name not in OF_THE_BOT}))

    def as_json(self) -> JSON:
        """As the file and the API have it: the bot's and the detector's side by side."""
        emergency = asdict(self.emergency)
        return {"sure_enough": self.sure_enough, "service_floor": self.service_floor,
                **{name: dict(value) if isinstance(value, dict) else value for name, value in emergency.items()}}


def number_of(values: Mapping[str, Any], name: str) -> Any:
    """The number under a field's name; None where there is none."""
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def component(config: Any) -> dict[str, Any]:
    """The part of Rasa's configuration that has the bot's thresholds."""
    found: dict[str, Any] = next(part for part in config["pipeline"] if part["name"] == UNDERSTANDING)
    return found


def _usual() -> JSON:
    config = component(yaml.safe_load(CONFIG.read_text(encoding="utf-8")))
    return {**{name: config[name] for name in OF_THE_BOT}, **asdict(Thresholds())}


def _check(field: Field, value: object) -> None:
    right = isinstance(value, int) if field.whole else isinstance(value, int | float)
    if isinstance(value, bool) or not right or not 0 <= value <= field.most:  # type: ignore[operator]
        raise BadInput(f"“{field.title}”要填 0 到 {field.most} 之间的{'整数' if field.whole else '数'}", field.name)
