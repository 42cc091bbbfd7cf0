"""A small real internal API for the bot's conversations: an HTTP server over lists, and the real bot beside it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.bot.dialogue.citizen import SERVICES, search
from tests.bot.servers import ROOT, TOKEN, Answer, Bot, Process, environment, free_port, wait_until

JSON = dict[str, Any]


class City:
    """The front door's reads: a catalogue, a few articles, the tickets in `own` and `foreign`."""

    def __init__(self) -> None:
        self.own: list[JSON] = []
        self.foreign: dict[str, JSON] = {}
        self.down = False
        city = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._send({"services": list(SERVICES.values())})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._send(search(body["query"]) if self.path == "/knowledge/search" else city.lookup(body))

            def _send(self, answer: JSON) -> None:
                allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
                data = json.dumps(answer).encode()
                self.send_response((503 if city.down else 200) if allowed else 401)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def lookup(self, body: JSON) -> JSON:
        """What the house answers to a lookup."""
        receipt = body.get("receipt")
        found = [case for case in self.own if receipt in (None, case["receipt"])]
        other = self.foreign.get(str(receipt))
        if not found and other is not None and other["secret"] in (body.get("last4"), body.get("code")):
            found = [other]
        return {"cases": found, "limited": False}

    def close(self) -> None:
        """End the server."""
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Talk:
    """One citizen's conversation over the wire: the state goes out and comes in as the house carries it."""

    bot: Bot
    state: JSON = field(default_factory=dict)
    body: JSON = field(default_factory=dict)

    def say(self, text: str, attachments: list[JSON] | None = None) -> JSON:
        """One turn that must end well."""
        answer: Answer = self.bot.turn(text, self.state, attachments=attachments or [])
        assert answer.status == 200, answer.body
        self.state, self.body = answer.body["state"], answer.body
        return self.body

    @property
    def said(self) -> str:
        """All that the bot said in the last turn."""
        return "\n".join(message.get("text", "") for message in self.body["messages"])

    @property
    def asked(self) -> str | None:
        """The field of the last question."""
        custom = self.body["messages"][-1].get("custom") or {}
        return custom.get("field") if custom.get("type") == "ask" else None

    @property
    def kinds(self) -> list[str]:
        """The kinds of the last turn's commands."""
        return [command["kind"] for command in self.body["commands"]]

    @property
    def types(self) -> list[str]:
        """What the last turn's messages are."""
        return [(message.get("custom") or {}).get("type", "text") for message in self.body["messages"]]


def train(folder: Path) -> Path:
    """The product's own model from the product's own examples."""
    command = [sys.executable, "-m", "bot", "train", "--out", str(folder), "--fixed-model-name", "city"]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder / "var"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "city.tar.gz"


def start_bot(folder: Path, model: Path, city: City) -> Bot:
    """Rasa and the product's actions, which read from the city."""
    actions = _start(folder, city, "actions")
    wait_until(actions, "/health")
    rasa = _start(folder, city, "serve", "--model", str(model), "--action-port", str(actions.port))
    wait_until(rasa, "/webhooks/hotline/status", TOKEN)
    return Bot(rasa, actions)


def _start(folder: Path, city: City, *arguments: str) -> Process:
    port = free_port()
    log = folder / f"{arguments[0]}-{port}.log"
    env = {**environment(folder / "var"), "HOTLINE_INTERNAL_PORT": str(city.port), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        popen = subprocess.Popen([sys.executable, "-m", "bot", *arguments, "--port", str(port)],
                                 cwd=ROOT, env=env, stdout=out, stderr=out)
    return Process(popen, port, log)
