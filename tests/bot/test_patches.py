"""Each patch of Rasa at work, and that Rasa still has what the patch mends."""

from __future__ import annotations

import asyncio
import inspect
import os
import tarfile
from pathlib import Path

import pytest
from aiohttp import web
from jsonschema import ValidationError
from rasa.core.actions import action as actions
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot import patches

patches.apply_core()


@pytest.fixture
def remote() -> actions.RemoteAction:
    """An action that stands for any."""
    return actions.RemoteAction("action_x", None)


def test_it_is_the_rasa_that_the_patches_were_written_for() -> None:
    import rasa

    assert rasa.__version__ == "3.6.21"
    assert "timeout=DEFAULT_REQUEST_TIMEOUT" in inspect.getsource(actions)


SLOT = {"event": "slot", "timestamp": None, "name": "errand", "value": "report"}
FOLLOW = {"event": "followup", "timestamp": None, "name": "action_listen"}


@pytest.mark.parametrize("result", [
    {"events": [], "responses": []},
    {"events": [SLOT, FOLLOW], "responses": [{"text": "x"}]},
    {"events": [{"event": "slot", "name": "x", "value": {"deep": [1]}}], "responses": []},
    {"events": [{"event": "active_loop", "name": "form", "timestamp": None}]},
    {},
])
def test_a_valid_result_of_an_action_passes(remote: actions.RemoteAction, result: dict[str, object]) -> None:
    assert remote._validate_action_result(result) is True


@pytest.mark.parametrize("result", [
    [], None, "text", {"events": {}}, {"events": [{}]}, {"events": [{"event": "no such event"}]},
    {"events": [{"event": "slot", "timestamp": None, "value": 1}]}, {"events": ["slot"]},
    {"events": [], "responses": {}}, {"events": [], "responses": [1]},
    {"events": [{"event": "slot", "timestamp": None, "name": 5, "value": 1}], "responses": []},
    {"events": [{"event": [], "timestamp": None, "name": "x"}], "responses": []},
])
def test_an_invalid_result_of_an_action_is_refused(remote: actions.RemoteAction, result: object) -> None:
    with pytest.raises(ValidationError):
        remote._validate_action_result(result)  # type: ignore[arg-type]


def test_the_schema_is_compiled_once(remote: actions.RemoteAction, monkeypatch: pytest.MonkeyPatch) -> None:
    import jsonschema

    def fail(*args: object, **kwargs: object) -> None:
        raise AssertionError("compiled anew")

    monkeypatch.setattr(jsonschema, "validate", fail)
    assert remote._validate_action_result({"events": [{"event": "restart", "timestamp": None}], "responses": []})


async def _server(handler: object) -> tuple[web.AppRunner, int]:
    app = web.Application()
    app.router.add_post("/webhook", handler)  # type: ignore[arg-type]
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]


async def test_the_time_of_an_action_ends_when_the_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    released = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await released.wait()
        return web.json_response({})

    runner, port = await _server(slow)
    monkeypatch.setattr(actions, "DEFAULT_REQUEST_TIMEOUT", actions.DEFAULT_REQUEST_TIMEOUT)
    patches.set_action_timeout(0.1)
    endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook", enable_selective_domain=True)
    failures = patches.watch()
    try:
        with pytest.raises(asyncio.TimeoutError):
            await _run(actions.RemoteAction("action_x", endpoint))
    finally:
        released.set()
        await runner.cleanup()
    assert failures == [("action_x", "TimeoutError")]


async def test_calls_share_a_connection_and_errors_hold_no_body() -> None:
    peers = set()

    async def crash(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"request_body": "市民的话"}, status=500)

    runner, port = await _server(crash)
    endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook")
    try:
        for _ in range(5):
            with pytest.raises(ClientResponseError) as raised:
                await endpoint.request("post", json={})
            assert str(raised.value) == "500, Internal Server Error"
            assert b"request_body" in raised.value.text  # still there for a 400, which Rasa reads
    finally:
        await endpoint.__dict__["_kept_session"].close()
        await runner.cleanup()
    assert len(peers) == 1


async def test_failures_of_turns_side_by_side_are_kept_apart() -> None:
    async def one(number: int) -> list[tuple[str, str]]:
        failures = patches.watch()
        await asyncio.sleep(0)
        with pytest.raises(Exception, match="no endpoint is configured"):
            await _run(actions.RemoteAction(f"action_{number}", None))
        return failures

    results = await asyncio.gather(*(one(number) for number in range(5)))
    assert results == [[(f"action_{number}", "RasaException")] for number in range(5)]


def test_a_training_reads_its_examples_once_and_packs_quickly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rasa.engine.storage import local_model_storage as storage
    from rasa.shared.importers import utils
    from rasa.shared.importers.importer import TrainingDataImporter

    patches.apply_training()
    read: list[object] = []
    real = utils.training_data_from_paths
    monkeypatch.setattr(utils, "training_data_from_paths", lambda *args: read.append(args) or real(*args))
    project = Path(__file__).parent / "fixtures" / "project"
    importer = TrainingDataImporter.load_from_config(
        str(project / "config.yml"), str(project / "domain.yml"), [str(project / "data")])
    first, second = importer.get_nlu_data(), importer.get_nlu_data()
    importer.get_domain()
    assert len(read) == 1 and len(first.intent_examples) == len(second.intent_examples) > 10
    (tmp_path / "weights").write_bytes(b"12345" * 100_000)
    with storage.tarfile.open(tmp_path / "m.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "weights", "weights")
    with tarfile.open(tmp_path / "m.tar.gz") as archive:
        assert archive.getnames() == ["weights"]
    assert (tmp_path / "m.tar.gz").read_bytes()[8] == 4  # gzip's mark of the quickest compression


def test_telemetry_is_off() -> None:
    from rasa import telemetry

    patches.telemetry_off()
    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"
    assert telemetry.is_telemetry_enabled() is False


def test_patches_are_applied_once() -> None:
    before = actions.RemoteAction.run
    patches.apply_core()
    assert actions.RemoteAction.run is before


async def _run(action: actions.RemoteAction) -> None:
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.core.nlg import TemplatedNaturalLanguageGenerator
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.trackers import DialogueStateTracker

    nlg = TemplatedNaturalLanguageGenerator({})
    await action.run(CollectingOutputChannel(), nlg, DialogueStateTracker("t", []), Domain.empty())
