"""Examples whose label may be wrong: found in the bot's environment (bot/doubts.py), read and shown here."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import web

from hotline.background import in_background
from hotline.records import JSON
from hotline.settings import ROOT, Settings
from hotline.store import labels
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.training.door import Door
from hotline.training.duplicates import words_of
from hotline.training.job_page import job_json
from hotline.training.jobs import Jobs, Plan
from hotline.training.overlay import live_folder

BOT_PYTHON = ROOT / ".venv-bot" / "bin" / "python"
EXAMPLES = ROOT / "bot" / "data" / "nlu"


def result_path(var: Path) -> Path:
    """Where the last look at the data left its result."""
    return var / "training" / "doubts.json"


def doubts_command(out: Path, *folders: Path) -> list[str]:
    """The command that looks for doubtful labels in folders of NLU files and writes them to `out`."""
    data = [part for folder in folders for part in ("--data", str(folder))]
    return [str(BOT_PYTHON), "-m", "bot", "doubts", *data, "--out", str(out)]


class Doubts:
    """HTTP: the last result, and a new look as a job of its own."""

    def __init__(self, database: Database, settings: Settings, jobs: Jobs) -> None:
        self._database = database
        self._out = result_path(settings.var)
        self._overlay = live_folder(settings.var) / "nlu"
        self._jobs = jobs

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [door.signed("GET", "/training/api/doubts", self._read),
                door.signed("POST", "/training/api/doubts", self._look)]

    async def _read(self, request: web.Request, session: Session) -> web.Response:
        found = await in_background(_result, self._out)
        async with self._database.read() as connection:
            answered = {words_of(label.text) for label in await labels.used(connection)}
        # What a person has said something about since then is no doubt any more.
        found["rows"] = [row for row in found["rows"] if words_of(row["text"]) not in answered]
        return web.json_response({**found, "more": None})

    async def _look(self, request: web.Request, session: Session) -> web.Response:
        folders = [folder for folder in (EXAMPLES, self._overlay) if folder.is_dir()]
        job = await self._jobs.start(
            "doubts", None, session.agent.id, Plan((doubts_command(self._out, *folders),)))
        return web.json_response({"job": job_json(job)}, status=202)


def _result(path: Path) -> JSON:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"rows": [], "at": None}
    return {"rows": found["rows"], "at": found["at"], "examples": found["examples"]}
