"""The gate: an emergency lost refuses, small losses of a service do not, what was not compared is no pass."""

from __future__ import annotations

from typing import Any

import pytest

from hotline.training.gate import judge


def comparison(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "emergency": {"size": 500, "before": 480, "after": 482, "lost": [], "gained": []},
        "services": [{"code": "gas_leak", "size": 200, "before": 190, "after": 195}],
        "knowledge": {"size": 300, "before": 280, "after": 279}, "outside": {"size": 100, "before": 98, "after": 99}}
    return {**whole, **changes}


def service(size: int, before: int, after: int) -> dict[str, Any]:
    return comparison(services=[{"code": "gas_leak", "size": size, "before": before, "after": after}])


def test_a_candidate_that_loses_nothing_passes() -> None:
    assert judge(comparison()).passed and judge(comparison()).reasons == ()


def test_one_emergency_lost_refuses_whatever_was_gained() -> None:
    lost = [{"text": "厨房一股臭鸡蛋味"}]
    verdict = judge(comparison(emergency={"size": 500, "before": 480, "after": 499, "lost": lost}))
    assert not verdict.passed
    assert verdict.to_json() == {
        "passed": False, "reasons": ["有 1 条原来能识别的紧急情况会漏掉：「厨房一股臭鸡蛋味」"]}


@pytest.mark.parametrize(("size", "before", "after", "passed"), [
    (20, 20, 18, True),     # ten points, but two examples
    (20, 20, 17, False),
    (200, 190, 186, True),  # four examples, but two points
    (200, 190, 185, False),
    (200, 150, 190, True),
])
def test_a_service_may_lose_two_points_or_two_examples(size: int, before: int, after: int, passed: bool) -> None:
    verdict = judge(service(size, before, after), {"gas_leak": "燃气泄漏"})
    assert verdict.passed == passed
    assert passed or verdict.reasons == (f"服务「燃气泄漏」变差：{size} 条里答对的从 {before} 条降到 {after} 条",)


@pytest.mark.parametrize("part", ["knowledge", "outside"])
def test_knowledge_and_what_is_out_of_scope_must_hold(part: str) -> None:
    assert not judge(comparison(**{part: {"size": 100, "before": 98, "after": 90}})).passed


@pytest.mark.parametrize("part", ["emergency", "services", "knowledge", "outside"])
def test_what_was_not_compared_is_no_pass(part: str) -> None:
    whole = comparison()
    del whole[part]
    assert not judge(whole).passed


def test_every_reason_is_told_at_once() -> None:
    verdict = judge(comparison(emergency=None, services=None, knowledge=None, outside=None))
    assert len(verdict.reasons) == 4
