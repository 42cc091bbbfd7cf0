"""Rasa's own server without any model: the channel says so with a 503 instead of Rasa's 200 and []."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "test-token"


def call(port: int, path: str, body: Any = None) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/webhooks/hotline/{path}", None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def rasa_without_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("no-model")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "models").mkdir()
    # Rasa ends at once without any model unless it waits for a model server: this one never answers.
    endpoints = folder / "endpoints.yml"
    endpoints.write_text("models:\n  url: http://127.0.0.1:9/models/none\n  wait_time_between_pulls: 60\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "rasa", "run", "-m", str(folder / "models"), "-i", "127.0.0.1", "-p", str(port),
         "--credentials", "credentials.yml", "--endpoints", str(endpoints)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "HOTLINE_SERVICE_TOKEN": TOKEN, "HOTLINE_VAR": str(folder),
             "RASA_TELEMETRY_ENABLED": "false"})
    try:
        for _ in range(240):
            try:
                call(port, "status")
                break
            except OSError:
                assert process.poll() is None, "Rasa ended"
                time.sleep(0.5)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def test_the_status_names_no_model(rasa_without_model: int) -> None:
    status, body = call(rasa_without_model, "status")
    assert status == 200 and body["model"] is None


@pytest.mark.parametrize(("path", "body"), [
    ("turn", {"turn_id": "t1", "message": {"text": "路灯坏了"}, "state": {}, "context": {}}),
    ("parse", {"text": "路灯坏了"})])
def test_a_turn_and_a_parse_are_a_503(rasa_without_model: int, path: str, body: Any) -> None:
    assert call(rasa_without_model, path, body) == (503, {"error": "no_model"})
