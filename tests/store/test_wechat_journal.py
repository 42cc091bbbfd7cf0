"""The journal of what has gone out: only for its owner, small, without words, and no torn line spoils another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.records import Parcel
from hotline.store import wechat_journal
from hotline.store.wechat_journal import Handed, Pushed, SentJournal, digest_of

DYING = """
import os, signal, sys
from pathlib import Path
from hotline.records import Parcel
from hotline.store.wechat_journal import SentJournal
journal = SentJournal(Path(sys.argv[1]))
journal.pushed(Parcel({"text": "words"}, ("m1",), ("m2", 3)))
journal.handed("oPerson", "77")
os.kill(os.getpid(), signal.SIGKILL)
"""


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_what_a_killed_process_noted_is_found_and_then_gone(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], check=False)
    [sheet] = _files(tmp_path)
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert b"words" not in sheet.read_bytes() and b"oPerson" not in sheet.read_bytes()
    with SentJournal(tmp_path).left() as left:
        pushed, handed = left.notes()
        assert pushed == Pushed(Parcel({}, ("m1",), ("m2", 3)))
        assert isinstance(handed, Handed) and handed.digest == digest_of("oPerson", "77")
    assert _files(tmp_path) == []


def test_what_could_not_be_settled_stays(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], check=False)
    journal = SentJournal(tmp_path)
    with pytest.raises(OSError, match="away"), journal.left() as left:
        assert left.dead
        raise OSError("the database is away")
    with journal.left() as left:
        assert len(left.notes()) == 2


def test_a_living_process_keeps_its_sheet_and_its_notes_can_be_read(tmp_path: Path) -> None:
    one, other = SentJournal(tmp_path), SentJournal(tmp_path)
    one.pushed(Parcel({}, ("m1",)))
    with other.left() as left:
        assert not left.dead and left.notes() == [Pushed(Parcel({}, ("m1",)))]
    assert len(_files(tmp_path)) == 1


def test_settled_notes_leave_an_empty_sheet_and_a_full_one_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wechat_journal, "MOST_BYTES", 100)
    journal = SentJournal(tmp_path)
    sheets = [journal.pushed(Parcel({}, (f"message-{number}",))) for number in range(20)]
    assert len(_files(tmp_path)) > 3
    for sheet in sheets:
        journal.settled(sheet)
    [last] = _files(tmp_path)
    assert last.stat().st_size == 0
    journal.close()
    assert _files(tmp_path) == []


@pytest.mark.parametrize("torn", [
    b'\n["pushed", ["m9"', b"\x00\x00\n\x00", b"\n[]\n", b"\n{}\n", b'\n["handed", "x"]\n'])
def test_a_torn_line_spoils_only_itself(tmp_path: Path, torn: bytes) -> None:
    journal = SentJournal(tmp_path)
    journal.pushed(Parcel({}, ("m1",)))
    [sheet] = _files(tmp_path)
    with sheet.open("ab") as file:
        file.write(torn)
    journal.pushed(Parcel({}, ("m2",)))
    journal.close()
    with SentJournal(tmp_path).left() as left:
        assert left.notes() == [Pushed(Parcel({}, ("m1",))), Pushed(Parcel({}, ("m2",)))]


def test_a_full_disk_costs_the_note_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError("no space")

    monkeypatch.setattr(os, "write", full)
    journal = SentJournal(tmp_path)
    assert journal.pushed(Parcel({}, ("m1",))) is None
    journal.settled(None)
    journal.close()
