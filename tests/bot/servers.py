"""Real processes of the bot on free ports, and how to call them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "tests/bot/fixtures/project"
TOKEN = "a-token-for-tests"


@dataclass
class Answer:
    """An HTTP answer with its JSON."""

    status: int
    body: Any


@dataclass
class Process:
    """One process of the bot, its port and its log."""

    popen: subprocess.Popen[bytes]
    port: int
    log: Path

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, wait, and return its exit code."""
        self.popen.send_signal(number)
        return self.popen.wait(20)


@dataclass
class Bot:
    """A Rasa server and its action server."""

    rasa: Process
    actions: Process | None

    def call(self, path: str, body: Any = None, token: str | None = TOKEN, raw: bytes | None = None) -> Answer:
        """Call a route of the channel."""
        return http(self.rasa.port, f"/webhooks/hotline/{path}", body, token, raw)

    def turn(self, text: str, state: dict[str, Any] | None = None, **more: Any) -> Answer:
        """One turn."""
        message = {"text": text, "attachments": more.pop("attachments", [])}
        context = {"conversation_id": "c1", "citizen_id": "z1", "channel": "rest", "sender": "s1"}
        body = {"turn_id": "t1", "message": message, "state": state or {}, "context": context}
        return self.call("turn", body | more)


def http(port: int, path: str, body: Any = None, token: str | None = None, raw: bytes | None = None) -> Answer:
    """GET without a body, POST with one."""
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, json.load(answer))
    except urllib.error.HTTPError as error:
        text = error.read()
        try:
            return Answer(error.code, json.loads(text))
        except ValueError:
            return Answer(error.code, text.decode())


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(var: Path) -> dict[str, str]:
    """The environment of the processes under test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return {**kept, "HOTLINE_VAR": str(var), "HOTLINE_SERVICE_TOKEN": TOKEN, "RASA_TELEMETRY_ENABLED": "false"}


def start(folder: Path, *arguments: str, port: int | None = None) -> Process:
    """Start `python -m bot ...` with its log in the folder."""
    port = port or free_port()
    log = folder / f"{arguments[0]}-{port}.log"
    command = [sys.executable, "-m", "bot", *arguments, "--port", str(port)]
    with log.open("wb") as out:
        popen = subprocess.Popen(command, cwd=ROOT, env=environment(folder / "var"), stdout=out, stderr=out)
    return Process(popen, port, log)


def wait_until(process: Process, path: str, token: str | None = None, seconds: float = 90.0) -> None:
    """Wait until a route answers 200."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.popen.poll() is None, process.log.read_text()[-3000:]
        try:
            if http(process.port, path, token=token).status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"not ready in {seconds} s: {process.log.read_text()[-3000:]}")


def start_actions(folder: Path) -> Process:
    """An action server with the test project's actions, ready."""
    process = start(folder, "actions", "--package", "tests.bot.fixtures.actions")
    wait_until(process, "/health")
    return process


def start_rasa(folder: Path, model: Path, action_port: int) -> Process:
    """A Rasa server with this model, ready."""
    process = start(folder, "serve", "--model", str(model), "--action-port", str(action_port))
    wait_until(process, "/webhooks/hotline/status", TOKEN)
    return process
