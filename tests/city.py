"""The whole product as `make up` runs it, on free ports with data of its own; started once and shared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 300


@dataclass
class City:
    """A running house and how to talk to it."""

    url: str
    internal: str
    token: str
    key: str
    var: Path
    process: subprocess.Popen[bytes]
    bot_port: int
    action_port: int
    log: Path
    password: str = "Test-Password-12345"

    def request(
        self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None, timeout: float = 30
    ) -> tuple[int, Any]:
        """One HTTP request; (status, JSON or text)."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {
            "Content-Type": "application/json", "Authorization": f"Bearer {self.token}", **(headers or {})},
            method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return response.status, _read(response.read())
        except urllib.error.HTTPError as error:
            return error.code, _read(error.read())

    def say(self, sender: str, text: str, **metadata: Any) -> list[dict[str, Any]]:
        """One message over REST; the messages that came back."""
        status, messages = self.request("POST", f"{self.url}/webhooks/rest/webhook", {
            "sender": sender, "message": text, "metadata": {"message_id": uuid.uuid4().hex, **metadata}})
        assert status == 200, (status, messages)
        return list(messages)

    def later(self, sender: str, after: str) -> list[dict[str, Any]]:
        """What came after a message."""
        status, messages = self.request(
            "GET", f"{self.url}/webhooks/rest/messages?sender={sender}&after={after}")
        assert status == 200, (status, messages)
        return list(messages)

    def ready(self) -> dict[str, str]:
        """The state of the parts."""
        return dict(self.request("GET", f"{self.url}/readyz")[1])

    def requests(self, **query: str) -> list[dict[str, Any]]:
        """What the case backend has."""
        arguments = "&".join(f"{name}={value}" for name, value in {"api_key": self.key, **query}.items())
        status, found = self.request("GET", f"{self.url}/open311/v2/requests.json?{arguments}")
        assert status == 200, (status, found)
        return list(found)

    def child(self, word: str) -> int:
        """The pid of a child process whose command line has this word."""
        listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines()[1:]:
            pid, parent, command = line.split(None, 2)
            if int(parent) == self.process.pid and word in command:
                return int(pid)
        raise AssertionError(f"no child {word}")


def wait_for(check: Any, seconds: float = 20, pause: float = 0.1) -> Any:
    """Wait until `check()` is true and return what it gave."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = check()
        if found:
            return found
        time.sleep(pause)
    raise AssertionError(f"it did not happen within {seconds} s")


def customs(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The `custom` payloads of one type."""
    return [message["custom"] for message in messages if (message.get("custom") or {}).get("type") == kind]


@contextmanager
def running(**settings: str) -> Iterator[City]:
    """Start everything, wait until it is ready, stop it in the end."""
    with tempfile.TemporaryDirectory(prefix="hotline-city-", ignore_cleanup_errors=True) as folder:
        port, internal, bot, actions = (free_port() for _ in range(4))
        environment = {
            **os.environ, "HOTLINE_VAR": folder, "HOTLINE_PORT": str(port), "HOTLINE_INTERNAL_PORT": str(internal),
            "HOTLINE_BOT_PORT": str(bot), "HOTLINE_ACTION_PORT": str(actions), "HOTLINE_HOST": "127.0.0.1",
            "HOTLINE_SERVICE_TOKEN": "test-service-token", "HOTLINE_OPEN311_API_KEY": "test-api-key",
            "HOTLINE_ADMIN_PASSWORD": City.password, **settings}
        log = Path(folder) / "up.log"
        with log.open("wb") as file:
            process = subprocess.Popen([sys.executable, "-m", "hotline", "up"], cwd=ROOT, env=environment,
                                       stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        city = City(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{internal}", "test-service-token", "test-api-key",
                    Path(folder), process, bot, actions, log)
        try:
            try:
                wait_for(lambda: _is_ready(city), READY_SECONDS, 0.3)
            except AssertionError as error:
                raise AssertionError("not ready: " + log.read_text(errors="replace")[-3000:]) from error
            yield city
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _is_ready(city: City) -> bool:
    if city.process.poll() is not None:
        raise AssertionError("up ended: " + city.log.read_text(errors="replace")[-3000:])
    try:
        return city.request("GET", f"{city.url}/readyz", timeout=5)[0] == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
