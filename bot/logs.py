"""Logs of the bot's processes: one JSON line an event, never a citizen's word.

Rasa's debug and info lines hold messages and slots, and any exception's message may. So Rasa's loggers speak
from WARNING on, its structured events keep their name only, and of an exception only the types and the places
it passed are written.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
import warnings
from types import TracebackType
from typing import Any

import structlog

_Error = tuple[type[BaseException], BaseException, TracebackType | None]
_OURS = ("bot", "hotline")


def configure(level: str = "INFO") -> None:
    """Set up both logging and structlog; called once by `python -m bot`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in ("rasa", "rasa_sdk", "sanic", "sanic.root", "sanic.error", "asyncio", "apscheduler"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.WARNING)
    warnings.simplefilter("ignore")  # Rasa's warnings repeat slots' values
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _as_record],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's event, level, logger, its fields if the logger is ours, and an error's way."""
        line: dict[str, Any] = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
        }
        if record.name.split(".")[0] in _OURS:
            line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = way_of(record.exc_info)  # type: ignore[arg-type]
        return json.dumps(line, ensure_ascii=False, default=str)


def way_of(error: _Error) -> list[str]:
    """Types of an error and of what caused it, and the places they passed; no messages."""
    found: list[str] = []
    current: BaseException | None = error[1]
    while current is not None and len(found) < 20:
        frames = traceback.extract_tb(current.__traceback__)[-3:]
        places = " ".join(f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}" for frame in frames)
        found.append(f"{type(current).__name__} at {places}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return found


def _as_record(logger: Any, method: str, event: dict[str, Any]) -> tuple[tuple[str], dict[str, Any]]:
    """Hand a structured event to logging: its name as the message, the rest as fields."""
    error = event.pop("exc_info", None)
    return (str(event.pop("event", "")),), {"extra": {"fields": event}, "exc_info": error}
