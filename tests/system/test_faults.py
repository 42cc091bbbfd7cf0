"""Parts die or stall while citizens write: nobody is left without a word, and the supervisor brings them back."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator

import pytest

from tests.city import City, customs, running, wait_for


@pytest.fixture(scope="module")
def house() -> Iterator[City]:
    """A city of its own: these tests stop its parts."""
    with running(HOTLINE_RETRY_SECONDS="0.5", HOTLINE_BOT_TIMEOUT="1.5") as city:
        yield city


def sender() -> str:
    return f"f-{uuid.uuid4().hex[:12]}"


def ready(city: City) -> bool:
    return all(city.ready().get(part) == "ok" for part in ("database", "bot", "actions"))


@pytest.mark.parametrize("part", ["bot serve", "bot actions"])
def test_a_stalled_part_is_said_and_a_person_takes_over_emergencies_go_on(house: City, part: str) -> None:
    pid = house.child(part)
    os.kill(pid, signal.SIGSTOP)
    try:
        me, urgent = sender(), sender()
        first = house.say(me, "市北区延吉路117号的路灯坏了")
        assert "正在重试" in first[0]["text"]
        advice = house.say(urgent, "家里一股煤气味")
        assert [message["custom"]["type"] for message in advice] == ["emergency", "ticket", "handover"]
        wait_for(lambda: customs(house.later(me, first[0]["message_id"]), "handover"), 30)
        assert house.request("GET", f"{house.url}/readyz")[0] == 503
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: ready(house), 60)


@pytest.mark.parametrize("part", ["bot serve", "bot actions", "hotline serve"])
def test_a_dead_part_is_started_again(house: City, part: str) -> None:
    pid = house.child(part)
    os.kill(pid, signal.SIGKILL)

    def back() -> bool:
        try:
            return house.child(part) != pid and ready(house)
        except (AssertionError, OSError):
            return False

    wait_for(back, 90, 0.5)
    assert house.say(sender(), "你好")


def test_the_doctor_says_what_is_not_set(house: City) -> None:
    import subprocess
    import sys

    from tests.city import ROOT

    port, internal = house.url.rsplit(":", 1)[1], house.internal.rsplit(":", 1)[1]
    done = subprocess.run([sys.executable, "-m", "hotline", "doctor"], cwd=ROOT, capture_output=True, text=True, env={
        **os.environ, "HOTLINE_VAR": str(house.var), "HOTLINE_PORT": port, "HOTLINE_INTERNAL_PORT": internal})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "燃气公司抢修电话没有设" in done.stdout and "待核实的知识条目正在对外展示" in done.stdout
    assert "机器人正常" in done.stdout
