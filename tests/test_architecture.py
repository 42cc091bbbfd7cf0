"""The floors of the design: imports go downward only, and the two environments stay apart."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "hotline.app": 5, "hotline.__main__": 5, "hotline.up": 5, "hotline.wechat_demo": 5,
    "connectors": 4, "hotline.desk": 4, "hotline.training": 4, "hotline.care": 4,
    "hotline.conversation": 3,
    "hotline.knowledge": 2, "hotline.cases": 2,
    "hotline.store": 1, "connectors.base": 1, "hotline.emergency": 1,
    "hotline.background": 0, "hotline.processes": 0, "hotline.records": 0, "hotline.errors": 0, "hotline.settings": 0,
    "hotline.text": 0,
}
FILES = [path for folder in ("hotline", "connectors", "bot") for path in (ROOT / folder).rglob("*.py")]


def module_of(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> list[str]:
    """Absolute names of what a file imports; `from a import b` counts as a.b when that is a module."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_module = (ROOT / whole.replace(".", "/")).with_suffix(".py").exists() or (
                    ROOT / whole.replace(".", "/")).is_dir()
                found.append(whole if is_module else str(node.module))
    return found


def floor(module: str) -> int | None:
    names = [name for name in FLOORS if module == name or module.startswith(name + ".")]
    return FLOORS[max(names, key=len)] if names else None


def room(module: str) -> str:
    """The room a module belongs to: two parts under hotline, each connector by itself."""
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downward_only(path: Path) -> None:
    module = module_of(path)
    own = floor(module)
    for name in imports(path):
        if name.split(".")[0] not in ("hotline", "connectors", "bot"):
            continue
        if module.startswith("bot"):
            assert name.startswith("bot") or floor(name) == 0, f"{module} imports {name}"
            continue
        assert not name.startswith("bot"), f"{module} imports {name}"
        other = floor(name)
        if room(name) == room(module) or own is None or other is None:
            continue
        assert other < own or (other == own and own in (0, 5)), f"{module} (floor {own}) imports {name} (floor {other})"
        if module.startswith("connectors.") and module != "connectors.base":
            assert not name.startswith("hotline.store"), f"{module} imports the store"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_two_environments_stay_apart(path: Path) -> None:
    module = module_of(path)
    foreign = {name.split(".")[0] for name in imports(path)} & {"rasa", "rasa_sdk", "sanic"}
    if not module.startswith("bot"):
        assert not foreign, f"{module} imports {foreign}"
    elif module != "bot.channel":
        assert "sanic" not in foreign, f"{module} imports sanic"


def test_floor_nought_runs_in_both_environments() -> None:
    """Python 3.10's grammar, checked by its own parser version."""
    for path in FILES:
        if floor(module_of(path)) == 0 or module_of(path).startswith("bot"):
            ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))


def test_every_setting_is_documented() -> None:
    from hotline.settings import names

    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in names() if f"`{name}`" not in page] == []


def test_a_house_starts_without_the_libraries_that_only_learning_needs() -> None:
    """They take a third of the way from a start to the open door; what learns imports them when it learns."""
    told = "import sys, hotline.app; print([name for name in ('sklearn', 'jieba', 'bm25s') if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", told], cwd=ROOT, text=True).strip() == "[]"
