"""The run of all tests: a failure that comes again is one, and one that does not is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.run import FEW, Part, two_at_a_time


def part(folder: Path, name: str, body: str) -> Part:
    """A part of one file of tests, run as the real ones are."""
    (folder / name).mkdir()
    (folder / name / f"test_{name}.py").write_text(body, encoding="utf-8")
    return Part(name, [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", f"--rootdir={folder}", name], folder)


def failing(times: int, tests: int = 1) -> str:
    """Tests that fail so many times and pass from then on."""
    return "from pathlib import Path\n" + "".join(f"""
def test_{at}():
    kept = Path(__file__).with_suffix(".{at}")
    runs = len(kept.read_text()) if kept.exists() else 0
    kept.write_text("x" * (runs + 1))
    assert runs >= {times}
""" for at in range(tests))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the plugins, which take seconds to load."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_only_a_few_that_pass_alone_are_let_through(tmp_path: Path) -> None:
    unsteady, failed = two_at_a_time([
        part(tmp_path, "good", failing(0)),
        part(tmp_path, "once", failing(1, tests=2)),
        part(tmp_path, "always", failing(2)),
        part(tmp_path, "many", failing(1, tests=FEW + 1)),
    ])
    assert unsteady == {"once": ["once/test_once.py::test_0", "once/test_once.py::test_1"]}
    assert {name: len(tests) for name, tests in failed.items()} == {"always": 1, "many": FEW + 1}


def test_what_no_test_failed_has_failed_at_once(tmp_path: Path) -> None:
    """A file that cannot be read, or no test at all, is not tried again."""
    broken, empty = part(tmp_path, "broken", "import nowhere_at_all"), part(tmp_path, "empty", "")
    assert set(two_at_a_time([broken, empty])[1]) == {"broken", "empty"}
