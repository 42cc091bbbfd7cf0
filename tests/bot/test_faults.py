"""Faults through real servers: each ends in a plain error for the house, never in silence or half an answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.servers import TOKEN, Bot, free_port, start, start_actions, start_rasa, wait_until

SECRET = "青岛市南区某路九号王某某"


@pytest.fixture(scope="module")
def lone(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A Rasa server whose action server is not there."""
    rasa = start_rasa(tmp_path_factory.mktemp("lone"), model, free_port())
    yield Bot(rasa, None)
    rasa.stop()


@pytest.mark.parametrize("text, reason", [
    ("催一下上次的工单", "action_failed"),   # raises
    ("不对", "action_failed"),               # another action spoke well before
    ("给个四分", "action_failed"),           # spoke but did not close
    ("谢谢", "no_message"),
    ("转人工", "circuit_breaker"),
])
def test_a_turn_that_did_not_end_well_is_502(bot: Bot, text: str, reason: str) -> None:
    answer = bot.turn(text)
    assert answer.status == 502
    assert answer.body["error"] == reason
    assert answer.body["parse"]["text"] == text
    assert "messages" not in answer.body
    assert "commands" not in answer.body


def test_a_validator_that_raises_is_502_with_or_without_other_text(bot: Bot) -> None:
    state = {"slots": {"requested_slot": "letter"}, "active_loop": "letter_form"}
    for text in ("这封信坏了", "说了再坏"):
        answer = bot.turn(text, state)
        assert (answer.status, answer.body["error"]) == (502, "action_failed"), text


def test_an_action_over_its_time_is_502_in_two_seconds(bot: Bot) -> None:
    started = time.monotonic()
    answer = bot.turn("我的工单办到哪一步了")
    assert (answer.status, answer.body["error"]) == (502, "action_failed")
    assert 1.5 < time.monotonic() - started < 3.0


def test_a_slow_action_does_not_hold_up_others(bot: Bot) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(bot.turn, "我的工单办到哪一步了")
        time.sleep(0.2)
        started = time.monotonic()
        assert bot.turn("您好").status == 200
        assert time.monotonic() - started < 1.2
        assert slow.result().status == 502


def test_a_good_turn_follows_a_bad_one(bot: Bot) -> None:
    assert bot.turn("催一下上次的工单").status == 502
    assert bot.turn("您好").status == 200


def test_without_an_action_server_turns_fail_and_understanding_works(lone: Bot) -> None:
    answer = lone.turn("您好")
    assert (answer.status, answer.body["error"]) == (502, "action_failed")
    assert answer.body["parse"]["intent"] == "greet"
    assert lone.call("parse", {"text": "您好"}).status == 200
    assert lone.call("status").body["actions"] == "down"


def test_an_action_server_that_dies_and_comes_back(model: Path, tmp_path: Path) -> None:
    actions = start_actions(tmp_path)
    rasa = start_rasa(tmp_path, model, actions.port)
    talk = Bot(rasa, actions)
    try:
        assert talk.turn("您好").status == 200
        actions.popen.kill()
        actions.popen.wait()
        assert talk.turn("您好").status == 502
        port = actions.port
        again = start(tmp_path, "actions", "--package", "tests.bot.fixtures.actions", port=port)
        wait_until(again, "/health")
        assert talk.turn("您好").status == 200
        assert again.stop() == 0
    finally:
        rasa.stop()


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "令牌".encode().decode("latin-1")])
def test_a_wrong_token_is_401_everywhere(bot: Bot, token: str | None) -> None:
    for path, body in (("turn", {"turn_id": "t"}), ("parse", {"text": "x"}), ("status", None)):
        assert bot.call(path, body, token).status == 401


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b'"text"', b"[" * 100_000, b"\xff\xfe",
    b"{}", b'{"turn_id": 1, "message": {"text": "x"}}', b'{"turn_id": "", "message": {"text": "x"}}',
    b'{"turn_id": "t"}', b'{"turn_id": "t", "message": "x"}', b'{"turn_id": "t", "message": {}}',
    b'{"turn_id": "t", "message": {"text": 5}}', b'{"turn_id": "t", "message": {"text": "x", "attachments": {}}}',
    b'{"turn_id": "t", "message": {"text": "x", "attachments": [1]}}',
    b'{"turn_id": "t", "message": {"text": "x"}, "state": []}',
    b'{"turn_id": "t", "message": {"text": "x"}, "state": {"slots": []}}',
    b'{"turn_id": "t", "message": {"text": "x"}, "state": {"active_loop": 1}}',
    b'{"turn_id": "t", "message": {"text": "x"}, "context": "c"}',
    b'{"turn_id": "t", "message": {"text": "\\ud800"}}',
])
def test_a_body_that_makes_no_sense_is_400(bot: Bot, body: bytes) -> None:
    answer = bot.call("turn", raw=body)
    assert answer.status == 400
    assert set(answer.body) == {"error"}


def test_a_text_over_the_limit_is_400(bot: Bot) -> None:
    assert bot.turn("长" * 20_001).status == 400
    assert bot.call("parse", {"text": "长" * 20_001}).status == 400
    assert bot.call("parse", {"text": None}).status == 400


def test_a_missing_or_broken_model_ends_the_process(tmp_path: Path, model: Path) -> None:
    (model.parent / "broken.tar.gz").write_bytes(b"no archive")
    for name in ("missing.tar.gz", "broken.tar.gz"):  # a good model lies beside them: it must not be served instead
        process = start(tmp_path, "serve", "--model", str(model.parent / name))
        assert process.popen.wait(60) == 3, process.log.read_text()
    (model.parent / "broken.tar.gz").unlink()


def test_no_citizens_word_in_any_log(bot: Bot) -> None:
    assert bot.actions is not None
    for text in (f"催一下上次的工单 {SECRET}", f"您好 {SECRET}", f"我的工单办到哪一步了 {SECRET}"):
        bot.turn(text)
    state = {"slots": {"requested_slot": "letter", "draft": SECRET, "errand": SECRET}, "active_loop": "letter_form"}
    assert bot.turn(f"这封信坏了 {SECRET}", state).status == 502
    bot.call("parse", {"text": SECRET})
    bot.call("turn", raw=f'{{"turn_id": "t", "message": "{SECRET}"'.encode())
    for process in (bot.rasa, bot.actions):
        log = process.log.read_text()
        assert "action_failed" in log or "turn_failed" in log
        for part in (SECRET, SECRET[:6], "王某某", "您好", "\\u9752\\u5c9b"):
            assert part not in log


def test_both_listen_on_this_machine_only(bot: Bot) -> None:
    assert bot.actions is not None
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            host, port = address.split(":")
            if state == "0A" and int(port, 16) in (bot.rasa.port, bot.actions.port):
                listening.add(host)
    assert listening == {"0100007F"}
