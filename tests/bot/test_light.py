"""The serving process goes without TensorFlow, but only for a model that can do without."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from bot.light import is_light
from tests.bot.servers import Bot


def archive(path: Path, uses: list[str]) -> Path:
    """A model archive whose graph has these components."""
    metadata = {"predict_schema": {"nodes": {str(number): {"uses": name} for number, name in enumerate(uses)}}}
    content = json.dumps(metadata).encode()
    with tarfile.open(path, "w:gz") as file:
        member = tarfile.TarInfo("metadata.json")
        member.size = len(content)
        file.addfile(member, io.BytesIO(content))
    return path


def test_a_running_server_has_no_tensorflow(bot: Bot) -> None:
    maps = Path(f"/proc/{bot.rasa.popen.pid}/maps").read_text()
    assert "numpy" in maps
    assert "tensorflow" not in maps


def test_the_test_model_is_light(model: Path) -> None:
    assert is_light(model)


def test_a_model_with_rasas_neural_components_is_not(tmp_path: Path) -> None:
    ours = "bot.components.understanding.Understanding"
    assert is_light(archive(tmp_path / "a.tar.gz", [ours]))
    assert not is_light(archive(tmp_path / "b.tar.gz", [ours, "rasa.nlu.classifiers.diet_classifier.DIETClassifier"]))
    assert not is_light(archive(tmp_path / "c.tar.gz", [ours, "rasa.core.policies.ted_policy.TEDPolicy"]))


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b broken"])
def test_what_is_no_model_is_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no model"):
        is_light(path)


def test_an_archive_without_metadata_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "x.tar.gz"
    with tarfile.open(path, "w:gz"):
        pass
    with pytest.raises(ValueError, match="no model"):
        is_light(path)
