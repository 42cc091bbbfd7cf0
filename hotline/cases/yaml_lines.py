"""YAML that remembers the line of each mapping and refuses a key written twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from hotline.errors import SettingsError

LINE = "__line__"


# The C parser, where it was built, is ten times as fast.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain data only."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"“{key.value}”写了两遍", key.start_mark)
        seen.add(key.value)
    loader.flatten_mapping(node)
    return {**loader.construct_mapping(node, deep=True), LINE: node.start_mark.line + 1}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> dict[str, Any]:
    """A file's mapping, each mapping in it with its line under `LINE`. Raises SettingsError naming the line."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise SettingsError(f"{path.name}: 读不到这个文件") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name}: 不是 UTF-8 编码") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第{mark.line + 1}行" if mark else "某处"
        raise SettingsError(f"{path.name}: {where}写法有误：{getattr(error, 'problem', error)}") from error
    if data is None:
        return {LINE: 1}
    if not isinstance(data, dict):
        raise SettingsError(f"{path.name}: 第1行起应是“名称: 内容”的形式")
    return data
