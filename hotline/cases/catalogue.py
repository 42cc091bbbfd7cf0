"""The catalogue of services: data from catalogue.yml, with the operator's changes from var/catalogue.yml on top."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotline.cases.yaml_lines import LINE, read_yaml
from hotline.errors import NotFound, SettingsError
from hotline.records import Service
from hotline.text.places import district_of

SHIPPED = Path(__file__).with_name("catalogue.yml")
OVERRIDE = "catalogue.yml"
# 胶州路, 即墨路, 平度路 and 黄岛路 are roads in the middle of the city, 胶州湾 is a bay.
_NOT_A_ROAD = "(?!支?路|大?街(?!道)|湾)"
URGENCIES = ("emergency", "utility", "normal")
_FIELDS = {"code", "name", "domain", "description", "department", "emergency", "utility", "dispatch_hours",
           "working_days", "attributes"}


@dataclass(frozen=True)
class Catalogue:
    """All services by code, and the words by which an address tells its district."""

    services: Mapping[str, Service]
    districts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    emergency_hours: int = 1

    def __contains__(self, code: object) -> bool:
        return code in self.services

    def get(self, code: str) -> Service:
        """One service. Raises NotFound."""
        try:
            return self.services[code]
        except KeyError as error:
            raise NotFound("no such service") from error

    def all(self) -> list[Service]:
        """Every service in the file's order."""
        return list(self.services.values())

    def district(self, place: str) -> str | None:
        """The district that an address names (the longest word wins, then the first), else what its road tells."""
        found = [(-len(word), match.start(), name) for name, words in self.districts.items()
                 for word in (name, *words) if (match := re.search(re.escape(word) + _NOT_A_ROAD, place))]
        if found:
            return min(found)[2]
        known = district_of(place) if place else None
        return next((name for name, words in self.districts.items()
                     if known and any(word in known for word in (name, *words))), None)

    def department(self, code: str, place: str = "") -> str:
        """Who leads: by the district that `place` names, else the service's default. Raises NotFound."""
        service = self.get(code)
        return service.departments.get(self.district(place) or "", service.department)


def load_catalogue(path: Path | None = None, *, var: Path | None = None) -> Catalogue:
    """The shipped catalogue (or `path`), changed by var/catalogue.yml if there is one.

    Raises SettingsError that names the file and the line or entry.
    """
    source = path or SHIPPED
    data = _strip(_checked(read_yaml(source), source.name))
    override = var / OVERRIDE if var else None
    if override and override.exists():
        data = _merged(data, _checked(read_yaml(override), f"var/{OVERRIDE}"))
    return _catalogue(data, source.name)


def _checked(data: dict[str, Any], file: str) -> dict[str, Any]:
    """The right kinds at the top, and a source line in each service for later messages."""
    kinds: dict[str, type] = {"services": list, "departments": dict, "districts": dict, "dispatch_hours": dict,
                              "working_days": int}
    for name, value in data.items():
        if name == LINE:
            continue
        if name not in kinds:
            raise SettingsError(f"{file}: 不认识“{name}”")
        if not isinstance(value, kinds[name]) or isinstance(value, bool):
            raise SettingsError(f"{file}: “{name}”的写法不对")
    for entry in data.get("services", ()):
        if not isinstance(entry, dict) or not isinstance(entry.get("code"), str):
            line = f"第{entry[LINE]}行：" if isinstance(entry, dict) else ""
            raise SettingsError(f"{file}: {line}services 的每一条都要有 code")
        entry[LINE] = f"{file}: 第{entry[LINE]}行（{entry['code']}）"
    return data


def _strip(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != LINE}


def _merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name in ("departments", "districts", "dispatch_hours"):
        merged[name] = {**base.get(name, {}), **change.get(name, {})}
    for group, names in change.get("departments", {}).items():
        if isinstance(names, dict):
            merged["departments"][group] = {**(base.get("departments", {}).get(group) or {}), **names}
    services = {entry["code"]: entry for entry in base.get("services", ())}
    for entry in change.get("services", ()):
        services[entry["code"]] = {**services.get(entry["code"], {}), **entry}
    merged["services"] = list(services.values())
    merged["working_days"] = change.get("working_days", base.get("working_days", 5))
    return merged


def _catalogue(data: dict[str, Any], file: str) -> Catalogue:
    hours = {name: _whole(data.get("dispatch_hours", {}).get(name, default), 1, f"{file}: dispatch_hours.{name}")
             for name, default in zip(URGENCIES, (1, 2, 24), strict=True)}
    days = _whole(data.get("working_days", 5), 1, f"{file}: working_days")
    groups = {name: _group(names, f"{file}: departments.{name}")
              for name, names in _strip(data.get("departments", {})).items()}
    districts = {name: _words(words, f"{file}: districts.{name}")
                 for name, words in _strip(data.get("districts", {})).items()}
    services: dict[str, Service] = {}
    for entry in data.get("services", ()):
        service = _service(entry, groups, hours, days)
        if service.code in services:
            raise SettingsError(f"{entry[LINE]}: 同一个 code 写了两遍")
        services[service.code] = service
    if not services:
        raise SettingsError(f"{file}: 一个服务都没有")
    return Catalogue(services, districts, hours["emergency"])


def _service(entry: dict[str, Any], groups: dict[str, dict[str, str]], hours: dict[str, int], days: int) -> Service:
    where = str(entry[LINE])
    unknown = set(entry) - _FIELDS - {LINE}
    if unknown:
        raise SettingsError(f"{where}: 不认识“{sorted(unknown)[0]}”")
    texts = {name: _text(entry, name, where) for name in ("code", "name", "domain", "description", "department")}
    flags = {name: entry.get(name, False) for name in ("emergency", "utility")}
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            raise SettingsError(f"{where}: {name} 只能是 true 或 false")
    group = groups.get(texts["department"]) or {"default": texts["department"]}
    urgency = next((name for name in URGENCIES if flags.get(name)), "normal")
    return Service(
        code=texts["code"], name=texts["name"], domain=texts["domain"], description=texts["description"],
        department=group["default"], emergency=flags["emergency"],
        departments={name: unit for name, unit in group.items() if name != "default"},
        dispatch_hours=_whole(entry.get("dispatch_hours", hours[urgency]), 1, f"{where}: dispatch_hours"),
        working_days=_whole(entry.get("working_days", days), 1, f"{where}: working_days"),
        attributes=_attributes(entry.get("attributes", []), where))


def _attributes(value: Any, where: str) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list):
        raise SettingsError(f"{where}: attributes 应是列表")
    for item in value:
        if not isinstance(item, dict) or not all(isinstance(item.get(name), str) for name in ("code", "description")):
            raise SettingsError(f"{where}: 附加项要有 code 和 description")
    return tuple(_strip(item) for item in value)


def _group(value: Any, where: str) -> dict[str, str]:
    names = _strip(value) if isinstance(value, dict) else {}
    if not names.get("default") or not all(isinstance(unit, str) and unit.strip() for unit in names.values()):
        raise SettingsError(f"{where}: 要有 default，每个区市对应一个单位名称")
    return names


def _words(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) and len(word) > 1 for word in value):
        raise SettingsError(f"{where}: 应是两个字以上字样的列表")
    return tuple(value)


def _text(entry: dict[str, Any], name: str, where: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{where}: 缺少 {name}")
    return value.strip()


def _whole(value: Any, least: int, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SettingsError(f"{where}: 应是不小于{least}的整数")
    return value
