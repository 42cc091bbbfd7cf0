"""What we mend in Rasa 3.6.21, each patch with its reason; tests/bot/test_patches.py shows each at work.

`apply` is called by `bot.components` (so Rasa's own commands get it too), by `bot.channel` and by `python -m bot`.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import tarfile
import warnings
from types import ModuleType
from typing import Any

from hotline.settings import Settings

Failures = list[tuple[str, str]]
_failures: contextvars.ContextVar[Failures | None] = contextvars.ContextVar("failures", default=None)
_applied: set[str] = set()
_PLAIN_EVENTS = {"slot": {"event", "timestamp", "name", "value"}, "followup": {"event", "timestamp", "name"}}


def apply() -> None:
    """Apply the patches that need no heavy import now; `apply_core` follows where actions are called."""
    if "base" in _applied:
        return
    _applied.add("base")
    telemetry_off()
    quiet_warnings()


def apply_core(action_timeout: float = Settings.action_timeout) -> None:
    """Apply the patches of Rasa's core: where messages are processed and actions called."""
    apply()
    set_action_timeout(action_timeout)
    if "core" in _applied:
        return
    _applied.add("core")
    compile_action_schema()
    keep_action_connections()
    keep_bodies_out_of_errors()
    record_failures()


def apply_training() -> None:
    """Apply the patches of training."""
    apply()
    if "training" in _applied:
        return
    _applied.add("training")
    read_examples_once()
    pack_quickly()


def read_examples_once() -> None:
    """Rasa reads and checks the example files anew for each of three askers: a quarter of a training."""
    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.shared.utils.common import cached_method

    # Whoever asks merges what it gets into data of its own: one reading may serve all.
    RasaFileImporter.get_nlu_data = cached_method(RasaFileImporter.get_nlu_data)


def pack_quickly() -> None:
    """The model's weights hardly shrink: the hardest compression, Rasa's choice, takes half a minute for nothing."""
    from rasa.engine.storage import local_model_storage as storage

    packing = ModuleType("tarfile", "tarfile with quick compression: see bot/patches.py.")
    packing.__dict__.update(vars(tarfile))

    def open_quickly(name: Any, mode: str = "r", **options: Any) -> tarfile.TarFile:
        return tarfile.open(name, mode, **options, **({"compresslevel": 1} if mode == "w:gz" else {}))

    packing.open = open_quickly  # type: ignore[attr-defined]
    storage.tarfile = packing


def telemetry_off() -> None:
    """Rasa reports its use to its maker unless told not to; a city's hotline does not."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    telemetry = sys.modules.get("rasa.telemetry")
    if telemetry is not None:
        telemetry.is_telemetry_enabled = lambda: False


def quiet_warnings() -> None:
    """Rasa's pins warn of SQLAlchemy 2, TensorFlow of the processor: nothing that an operator could act on."""
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message=".*SQLAlchemy 2.0.*")


def set_action_timeout(seconds: float) -> None:
    """An action's time limit is 300 s, hard-coded; a citizen waits for 3."""
    from rasa.core.actions import action

    action.DEFAULT_REQUEST_TIMEOUT = seconds


def compile_action_schema() -> None:
    """`jsonschema.validate` compiles the schema anew at each call: 77 % of a turn. Compile it once.

    Its `oneOf` over twenty kinds of events still takes 1.5 ms; the two kinds that actions of ours leave are
    looked at directly, whatever is not just so goes through the schema.
    """
    from jsonschema import Draft7Validator
    from rasa.core.actions.action import RemoteAction

    validator = Draft7Validator(RemoteAction.action_response_format_spec())

    def _validate_action_result(self: Any, result: Any) -> bool:
        if not _plainly_valid(result):
            validator.validate(result)
        return True

    RemoteAction._validate_action_result = _validate_action_result


def _plainly_valid(result: Any) -> bool:
    if not isinstance(result, dict) or result.keys() != {"events", "responses"}:
        return False
    events, responses = result["events"], result["responses"]
    return (
        isinstance(events, list) and all(map(_plain_event, events))
        and isinstance(responses, list) and all(isinstance(item, dict) for item in responses)
    )


def _plain_event(event: Any) -> bool:
    if not isinstance(event, dict) or event.get("timestamp", 0) is not None or not isinstance(event.get("name"), str):
        return False
    keys = _PLAIN_EVENTS.get(str(event.get("event")))
    return keys is not None and event.keys() == keys


def keep_action_connections() -> None:
    """A new HTTP session, and so a new connection, was made at each call of an action. Keep one per endpoint."""
    from aiohttp import ClientSession
    from rasa.utils.endpoints import EndpointConfig

    fresh = EndpointConfig.session

    def session(self: Any) -> Any:
        kept: ClientSession | None = self.__dict__.get("_kept_session")
        loop = asyncio.get_running_loop()
        if kept is None or kept.closed or kept._loop is not loop:
            kept = self.__dict__["_kept_session"] = fresh(self)
        return _Lent(kept)

    EndpointConfig.session = session


class _Lent:
    """A kept session in a `with` that must not close it."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def __aenter__(self) -> Any:
        return self._session

    async def __aexit__(self, *error: object) -> None:
        return None


def keep_bodies_out_of_errors() -> None:
    """The action server's 500 repeats the whole tracker, and Rasa logs it: citizens' words in a log."""
    from rasa.utils import endpoints

    def __init__(self: Any, status: int, message: str, text: str) -> None:
        self.status, self.message, self.text = status, message, text
        super(endpoints.ClientResponseError, self).__init__(f"{status}, {message}")

    endpoints.ClientResponseError.__init__ = __init__


def record_failures() -> None:
    """Rasa swallows what an action or a form's validator raises. Write it down for the channel, then let it go on.

    A form that rejects a turn to give way to another rule is Rasa's ordinary way and is not a failure.
    """
    from rasa.core.actions import action as actions
    from rasa.core.processor import MessageProcessor

    remote_run, run_action = actions.RemoteAction.run, MessageProcessor._run_action

    async def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await remote_run(self, *args, **kwargs)
        except Exception as error:
            _note(self.name(), error)
            raise

    async def _run_action(self: Any, action: Any, *args: Any, **kwargs: Any) -> Any:
        return await run_action(self, _Watched(action), *args, **kwargs)

    actions.RemoteAction.run = run
    MessageProcessor._run_action = _run_action


class _Watched:
    """An action that notes what it raises."""

    def __init__(self, action: Any) -> None:
        self._action = action

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run it; a rejection is noted by `RemoteAction.run` if it is a failure."""
        from rasa.core.actions.action import ActionExecutionRejection

        try:
            return await self._action.run(*args, **kwargs)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            _note(self._action.name(), error)
            raise


def watch() -> Failures:
    """Start a list of the failures of the turn that this task runs: (action, error's type)."""
    failures: Failures = []
    _failures.set(failures)
    return failures


def _note(action: str, error: Exception) -> None:
    failures = _failures.get()
    if failures is not None:
        failures.append((action, type(error).__name__))
