"""How sure the detector's model must be; a candidate brings its own numbers and is gated with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hotline.errors import BadInput


@dataclass(frozen=True)
class Thresholds:
    """Chances between 0 and 1. The defaults were set on development data (docs/understanding.md).

    `alarm`, `gas_alarm`: the chance of any danger, and of gas alone, that raises the alarm. What the patterns found
    as well needs less: `heard` by kind, and `heard_short` in a message of up to `short` characters: there is nothing
    else in it. `sure`: what one piece of a long message needs.
    """

    alarm: float = 0.5
    gas_alarm: float = 0.4
    heard: Mapping[str, float] = field(default_factory=lambda: {"gas": 0.35, "life": 0.3})
    heard_short: Mapping[str, float] = field(default_factory=lambda: {"gas": 0.1, "life": 0.05})
    short: int = 20
    sure: float = 0.95

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Thresholds:
        """Those that `values` names, today's for the rest. Raises BadInput with the field's name."""
        usual = asdict(cls())
        given = {name: values.get(name, usual[name]) for name in usual}
        for name, value in given.items():
            numbers = list(value.values()) if isinstance(usual[name], dict) and isinstance(value, dict) else [value]
            if name == "short" and not (isinstance(value, int) and 0 <= value <= 200):
                raise BadInput("short must be a number of characters, 0 to 200", name)
            if name != "short" and not all(_is_chance(number) for number in numbers):
                raise BadInput(f"{name} must be between 0 and 1", name)
            if isinstance(usual[name], dict) and (not isinstance(value, dict) or set(value) != set(usual[name])):
                raise BadInput(f"{name} must have gas and life", name)
        return cls(**given)

    @classmethod
    def read(cls, path: Path) -> Thresholds:
        """From a JSON file; other keys in it are somebody else's. Raises BadInput, OSError."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise BadInput(f"{path.name} is no JSON") from error
        if not isinstance(values, dict):
            raise BadInput(f"{path.name} must hold an object")
        return cls.from_json(values)


def _is_chance(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
