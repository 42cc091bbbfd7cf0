"""What has gone out to the platform and is not in the database yet: a few lines in a file that outlives kill -9.

Between the platform's answer and the commit of "sent" a busy machine needs up to two seconds; a process that dies
in them would leave a send that nobody knows the end of, and what must arrive would go out a second time. One write
on a descriptor open for appending is in the kernel's hands at once. It is not synced: the crash of a machine is
rarer, costs a double and no loss. Other hosts cannot read these files: for them the lease decides, as without.

Each process has sheets of its own, locked while it lives. They hold ids and digests, never words or openids.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import structlog

from hotline.records import Parcel
from hotline.store.conversations import new_id

log = structlog.get_logger(__name__)
# Under var/.
FOLDER = "wechat-sent"
ENDING = ".sent"
MOST_BYTES = 65_536


@dataclass(frozen=True)
class Pushed:
    """A parcel that the platform has taken."""

    parcel: Parcel


@dataclass(frozen=True)
class Handed:
    """A passive reply that was written, and when; `digest` is that of the platform's message."""

    digest: str
    at: datetime


@dataclass
class Sheet:
    """One file; `waiting` of its notes are not in the database yet."""

    path: Path
    file: int
    size: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Left:
    """The sheets that lie there: those of dead processes may go when the database has their notes."""

    folder: Path
    dead: dict[Path, int] = field(default_factory=dict)

    def notes(self) -> list[Pushed | Handed]:
        """Everything noted on this machine, also by living processes."""
        found: list[Pushed | Handed] = []
        for path in sorted(self.folder.glob(f"*{ENDING}")):
            try:
                lines = path.read_bytes().splitlines()
            except FileNotFoundError:
                continue  # its process has just got rid of it: the database has what was in it
            found += [note for line in lines if line and (note := _read(line))]
        return found


def digest_of(sender: str, key: str) -> str:
    """Names a message of the platform without telling whose it is."""
    return hashlib.sha256(f"{sender}\n{key}".encode()).hexdigest()


class SentJournal:
    """Sheets in one folder that all front doors of a machine share; a sheet is made with the first note."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sheet: Sheet | None = None
        self._old: list[Sheet] = []

    def pushed(self, parcel: Parcel) -> Sheet | None:
        """Note what the platform has taken; give the result to `settled` when the database has it."""
        return self._note(["pushed", list(parcel.done), *(parcel.begun or ())])

    def handed(self, sender: str, key: str) -> Sheet | None:
        """Note a passive reply that was written."""
        return self._note(["handed", digest_of(sender, key), time.time()])

    def settled(self, sheet: Sheet | None) -> None:
        """One note of the sheet is in the database; an empty sheet starts anew or goes."""
        if sheet is None:
            return
        sheet.waiting -= 1
        if sheet.waiting:
            return
        if sheet is self._sheet:
            os.ftruncate(sheet.file, 0)
            sheet.size = 0
        else:
            self._old.remove(sheet)
            _drop(sheet.path, sheet.file)

    @contextmanager
    def left(self) -> Iterator[Left]:
        """What lies there; the sheets of dead processes are gone when the block ends well."""
        left = Left(self._folder)
        try:
            for path in self._folder.glob(f"*{ENDING}"):
                file = _locked(path)
                if file is not None:
                    left.dead[path] = file
            yield left
            while left.dead:
                _drop(*left.dead.popitem())
        finally:
            for file in left.dead.values():
                os.close(file)

    def close(self) -> None:
        """Leave what the database has not got to the next process."""
        for sheet in [*self._old, *([self._sheet] if self._sheet else [])]:
            if sheet.waiting:
                os.close(sheet.file)
            else:
                _drop(sheet.path, sheet.file)
        self._old, self._sheet = [], None

    def _note(self, note: list[object]) -> Sheet | None:
        # A line that was torn, by a full disk or a crash, spoils itself alone: the next begins on a line of its own.
        data = f"\n{json.dumps(note)}\n".encode()
        try:
            if self._sheet is None or self._sheet.size > MOST_BYTES:
                if self._sheet:
                    self._old.append(self._sheet)
                self._sheet = None
                self._sheet = _new(self._folder)
            os.write(self._sheet.file, data)
        except OSError:
            # The database still gets it; only a kill in this moment would double it.
            log.exception("wechat_journal_not_written")
            return None
        self._sheet.size += len(data)
        self._sheet.waiting += 1
        return self._sheet


def _new(folder: Path) -> Sheet:
    """A sheet gets its name when it is locked, so that nobody takes it for a dead process's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / new_id()
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    return Sheet(path.rename(path.with_suffix(ENDING)), file)


def _locked(path: Path) -> int | None:
    """The descriptor of a dead process's sheet, now ours; None for a living one's."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file


def _drop(path: Path, file: int) -> None:
    path.unlink(missing_ok=True)
    os.close(file)


def _read(line: bytes) -> Pushed | Handed | None:
    """A note; None for a torn line."""
    try:
        kind, what, *rest = json.loads(line)
        if kind == "handed":
            return Handed(str(what), datetime.fromtimestamp(rest[0], timezone.utc))
        return Pushed(Parcel({}, tuple(what), (str(rest[0]), int(rest[1])) if rest else None))
    except (ValueError, TypeError, IndexError):
        return None
