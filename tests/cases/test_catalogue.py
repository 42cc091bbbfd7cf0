"""The catalogue: complete, changeable by the operator, and clear about what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.cases.catalogue import load_catalogue
from hotline.errors import NotFound, SettingsError

CODES = """gas_leak gas_hazard gas_outage gas_connection gas_meter_fee property_service property_fee property_elevator
property_parking property_repair property_committee property_renovation_noise signage_hazard signage_violation
signage_application courtyard_illegal_building courtyard_clutter courtyard_stickers facility_manhole
facility_guardrail_pavement facility_streetlight facility_toilet sanitation suggestion other""".split()
DISTRICTS = "市南区 市北区 李沧区 崂山区 城阳区 西海岸新区 即墨区 胶州市 平度市 莱西市".split()


def test_it_has_exactly_the_25_services() -> None:
    services = load_catalogue().all()
    assert [service.code for service in services] == CODES
    for service in services:
        assert service.name and service.description and service.department
        assert service.working_days == 5
        assert service.domain in {"gas_safety", "property_management", "signage", "courtyard_order",
                                  "public_facilities", "other"}
    assert len({service.name for service in services}) == 25


def test_dispatch_hours_by_urgency() -> None:
    catalogue = load_catalogue()
    assert catalogue.get("gas_leak").emergency and catalogue.get("gas_leak").dispatch_hours == 1
    assert [service.code for service in catalogue.all() if service.emergency] == ["gas_leak"]
    assert catalogue.get("gas_outage").dispatch_hours == 2
    assert catalogue.get("property_fee").dispatch_hours == 24


@pytest.mark.parametrize("district", DISTRICTS)
def test_every_district_has_its_department(district: str) -> None:
    catalogue = load_catalogue()
    for service in catalogue.all():
        department = catalogue.department(service.code, f"青岛市{district}某路1号")
        assert department.startswith(district) or service.code in ("suggestion", "other")


@pytest.mark.parametrize(("place", "district"), [
    ("青岛市市北区延吉路100号", "市北区"), ("黄岛长江中路", "西海岸新区"), ("四方区人民路", "市北区"),
    ("市北区胶州路12号", "市北区"), ("胶州湾隧道口", None),
    ("崂山区中韩街道", "崂山区"), ("胶州三里河", "胶州市"), ("", None), ("某处", None)])
def test_district_of_an_address(place: str, district: str | None) -> None:
    assert load_catalogue().district(place) == district


@pytest.mark.parametrize(("place", "wrong"), [
    ("胶州路12号", "胶州市"), ("即墨路小商品市场", "即墨区"), ("平度路", "平度市")])
def test_a_road_named_after_a_county_is_not_there(place: str, wrong: str) -> None:
    assert load_catalogue().district(place) != wrong


def test_an_unknown_place_goes_to_the_default_and_an_unknown_code_is_an_error() -> None:
    catalogue = load_catalogue()
    assert catalogue.department("sanitation", "某处") == "青岛市城市管理局"
    with pytest.raises(NotFound):
        catalogue.get("no_such_code")


def test_the_operator_changes_only_what_he_writes(tmp_path: Path) -> None:
    (tmp_path / "catalogue.yml").write_text(
        "departments:\n  城管:\n    市南区: 市南区改名后的局\ndistricts:\n  市南区: [台湾路]\n"
        "services:\n  - code: sanitation\n    dispatch_hours: 6\n", encoding="utf-8")
    catalogue = load_catalogue(var=tmp_path)
    assert catalogue.department("sanitation", "市南区") == "市南区改名后的局"
    assert catalogue.department("sanitation", "市北区") == "市北区城市管理局"
    assert catalogue.get("sanitation").dispatch_hours == 6
    assert catalogue.get("sanitation").name == "环境卫生"
    assert len(catalogue.all()) == 25


@pytest.mark.parametrize(("text", "named"), [
    ("services: [\n", "catalogue.yml"),
    ("services:\n  - code: x\n    name: 甲\n", "第2行（x）: 缺少 domain"),
    ("services:\n  - name: 甲\n", "第2行"),
    ("colour: red\n", "colour"),
    ("working_days: soon\n", "working_days"),
    ("services:\n  - code: sanitation\n    dispatch_hours: 0\n", "第2行（sanitation）"),
    ("services:\n  - code: sanitation\n    emergency: maybe\n", "emergency"),
    ("services:\n  - code: sanitation\n    emergancy: true\n", "emergancy"),
    ("services:\n  - code: sanitation\n    code: other\n", "第3行"),
    ("departments:\n  新组: {市南区: 某局}\n", "departments.新组"),
    ("districts: {市南区: 台湾路}\n", "districts.市南区"),
    ("just words\n", "第1行"),
])
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "catalogue.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"catalogue\.yml") as caught:
        load_catalogue(var=tmp_path)
    assert named in str(caught.value)
