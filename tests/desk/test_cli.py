"""`python -m hotline user`: accounts from the command line."""

from __future__ import annotations

import argparse
import io
from dataclasses import replace

import pytest

from hotline.desk import cli
from hotline.settings import Settings
from tests.desk.conftest import Office


async def user(office: Office, *words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    url = office.database.url.render_as_string(hide_password=False)
    settings: Settings = replace(office.house.settings, database_url=url)
    return await cli.run(parser.parse_args(words), settings)


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


async def test_add_reset_disable_enable_list(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert await user(office, "add", "wang", "--name", "王", "--role", "supervisor") == 0
    first = shown(capsys).split("一次性密码 ")[1].split("（")[0]
    browser = office.browser()
    status, answer = await browser.login("wang", first)
    assert status == 200 and answer["user"]["must_change"] and answer["user"]["roles"] == ["supervisor"]
    assert await user(office, "passwd", "wang") == 0
    second = shown(capsys).split("一次性密码 ")[1].split("（")[0]
    assert (await browser.get("/desk/api/session"))[0] == 401
    assert (await browser.login("wang", first))[0] == 401
    assert (await browser.login("wang", second))[0] == 200
    assert await user(office, "disable", "wang") == 0
    assert (await browser.get("/desk/api/session"))[0] == 401
    assert await user(office, "list") == 0
    assert "wang\t王\t班长\t已停用 须改密码" in shown(capsys)
    assert await user(office, "enable", "wang") == 0
    assert (await browser.login("wang", second))[0] == 200


async def test_a_password_may_be_typed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a good long pass\n"))
    assert await user(office, "add", "wang", "--ask") == 0
    status, answer = await office.browser().login("wang", "a good long pass")
    assert status == 200 and not answer["user"]["must_change"]
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert await user(office, "passwd", "wang", "--ask") == 1


async def test_several_roles_but_not_every_pair(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert await user(office, "add", "wang", "--role", "agent", "--role", "editor") == 0
    assert "坐席、知识编辑" in shown(capsys)
    assert await user(office, "add", "li", "--role", "admin", "--role", "auditor") == 1
    assert "不能是同一个人" in capsys.readouterr().err


async def test_an_account_of_the_outside_sign_in_has_no_password_to_reset(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    await office.accounts.add("wang", "王", ["agent"], "x" * 30, must_change=False, subject="s-wang")
    assert await user(office, "passwd", "wang") == 1
    assert "统一身份" in capsys.readouterr().err


async def test_mistakes_are_told(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert await user(office, "add", "wang") == 0
    assert await user(office, "add", "wang") == 1
    assert await user(office, "add", "a b") == 1
    assert await user(office, "passwd", "nobody") == 1
    assert await user(office, "disable", "nobody") == 1
    error = capsys.readouterr().err
    assert "用户名已被使用" in error and "没有账号 nobody" in error
