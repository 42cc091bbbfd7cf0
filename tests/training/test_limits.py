"""Thresholds: every one is offered with its words, and a wrong one is named at its field in Chinese."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

import pytest

from hotline.emergency.thresholds import Thresholds
from hotline.errors import BadInput
from hotline.store import models as store
from hotline.store import publications
from hotline.store.models import TrainedModel
from hotline.training.limits import FIELDS, Limits, number_of
from tests.training.conftest import School
from tests.training.test_models import SLOW, quickly

NOW = datetime.now(timezone.utc)


def leaves(values: dict[str, Any], before: str = "") -> list[str]:
    return [name for key, value in values.items() for name in (
        leaves(value, f"{before}{key}.") if isinstance(value, dict) else [f"{before}{key}"])]


def test_every_threshold_has_a_name_and_one_sentence() -> None:
    assert [field.name for field in FIELDS] == leaves(Limits.read({}).as_json())
    assert len({field.title for field in FIELDS}) == len(FIELDS)
    for field in FIELDS:
        assert field.words.endswith("。") and field.words.count("。") == 1, field.name


def test_what_is_set_is_kept_and_the_rest_is_the_checkouts() -> None:
    limits = Limits.read({"heard": {"gas": 0.2, "life": 0.25}, "short": 12})
    assert limits.emergency == Thresholds(heard={"gas": 0.2, "life": 0.25}, short=12)
    assert Limits.read(limits.as_json()) == limits
    assert asdict(Limits.read({}).emergency) == asdict(Thresholds())


@pytest.mark.parametrize(("given", "field", "words"), [
    ({"sure_enough": 2}, "sure_enough", "0 到 1"), ({"service_floor": True}, "service_floor", "0 到 1"),
    ({"alarm": "x"}, "alarm", "0 到 1"), ({"gas_alarm": None}, "gas_alarm", "0 到 1"),
    ({"heard": {"gas": -0.1, "life": 0.3}}, "heard.gas", "有燃气字眼"),
    ({"heard_short": {"gas": 0.1, "life": 9}}, "heard_short.life", "短句里有人身危险"),
    ({"heard": {"gas": 0.1}}, "heard", "gas 和 life"), ({"heard": 3}, "heard", "gas 和 life"),
    ({"short": 20.5}, "short", "整数"), ({"short": 201}, "short", "0 到 200"),
    ({"sure": float("nan")}, "sure", "0 到 1"),
    ({"nosuch": 1}, "nosuch", "没有这个门槛")])
def test_a_threshold_that_makes_no_sense_is_named(given: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        Limits.read(given)
    assert caught.value.field == field


async def test_the_serving_models_numbers_are_the_present_ones(school: School) -> None:
    browser = await school.signed_in()
    status, answer = await browser.get("/training/api/limits")
    assert status == 200 and answer["model"] is None
    assert all(row["present"] == row["default"] == number_of(Limits.read({}).as_json(), row["name"])
               for row in answer["rows"])
    async with school.database.write() as connection:
        await store.add_model(connection, TrainedModel(
            "m1", "ready", "", {"alarm": 0.8, "heard": {"gas": 0.2}}, None, None, None, "", "a", NOW, NOW))
        seq = await publications.add(connection, "m1", "publish", "a", NOW)
        await publications.serve(connection, seq, "http://127.0.0.1:1", NOW)
    _, answer = await browser.get("/training/api/limits")
    rows = {row["name"]: row for row in answer["rows"]}
    assert answer["model"] == "m1" and rows["alarm"]["present"] == 0.8 and rows["alarm"]["default"] == 0.5
    assert rows["heard.gas"]["present"] == 0.2 and rows["heard.life"]["present"] == 0.3  # an old row had not all
    assert (rows["short"]["whole"], rows["short"]["least"], rows["short"]["most"]) == (True, 0, 200)


async def test_a_wrong_threshold_is_refused_at_its_field_and_nothing_is_trained(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickly(monkeypatch, SLOW)
    browser = await school.signed_in()
    status, answer = await browser.post(
        "/training/api/models", {"thresholds": {"heard": {"gas": 35, "life": 0.3}}})
    assert (status, answer["field"]) == (400, "heard.gas") and "有燃气字眼时报警" in answer["error"]
    assert (await browser.get("/training/api/models"))[1]["rows"] == []
    status, answer = await browser.post("/training/api/models", {"thresholds": Limits.read({"sure": 0.8}).as_json()})
    assert status == 202 and answer["model"]["thresholds"]["sure"] == 0.8
    await browser.post(f"/training/api/jobs/{answer['job']}/cancel")
