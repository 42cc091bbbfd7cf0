"""The simulated platform's API: tokens, checks of what is sent, media, menu, notices, sign-in, trouble on demand."""

from __future__ import annotations

import aiohttp
import pytest

from tests.connectors.wechat.account_server import APP_ID, QUICK, SECRET, Lab, lab

SEND = "/cgi-bin/message/custom/send"


async def _token(here: Lab, **more: object) -> dict[str, object]:
    async with here.session.post(f"{here.url}/cgi-bin/stable_token", json={
        "grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, **more}) as response:
        return dict(await response.json())


async def _code(here: Lab, token: object) -> int:
    async with here.session.get(f"{here.url}/cgi-bin/getcallbackip", params={"access_token": str(token)}) as response:
        return int((await response.json()).get("errcode", 0))


async def test_the_stable_token_stays_and_is_apart_from_the_ordinary_one() -> None:
    async with lab() as here:
        first, again = await _token(here), await _token(here)
        assert first["access_token"] == again["access_token"]
        query = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
        async with here.session.get(f"{here.url}/cgi-bin/token", params=query) as response:
            ordinary = (await response.json())["access_token"]
        async with here.session.get(f"{here.url}/cgi-bin/token", params=query) as response:
            newer = (await response.json())["access_token"]
        assert len({first["access_token"], ordinary, newer}) == 3
        # The ordinary one before lives on for five minutes; the stable one does not know of either.
        assert [await _code(here, token) for token in (first["access_token"], ordinary, newer)] == [0, 0, 0]
        assert here.platform.tokens.issued == {"ordinary": 2, "stable": 1}


async def test_a_forced_refresh_kills_the_old_token_and_not_twice_in_thirty_seconds() -> None:
    async with lab() as here:
        first = await _token(here)
        second = await _token(here, force_refresh=True)
        assert second["access_token"] != first["access_token"]
        assert await _code(here, first["access_token"]) == 40001
        assert (await _token(here, force_refresh=True))["access_token"] == second["access_token"]


async def test_tokens_run_out_and_are_revoked() -> None:
    async with lab() as here:
        first = (await _token(here))["access_token"]
        here.platform.tokens.expire()
        assert await _code(here, first) == 42001
        second = (await _token(here))["access_token"]
        assert await _code(here, second) == 0
        here.platform.tokens.revoke()
        assert await _code(here, second) == 40001
        assert await _code(here, "") == 41001


@pytest.mark.parametrize(("change", "code"), [
    ({"secret": "x"}, 40125), ({"appid": "x"}, 40013), ({"grant_type": "x"}, 40002)])
async def test_wrong_secrets_get_no_token(change: dict[str, str], code: int) -> None:
    async with lab() as here:
        assert (await _token(here, **change))["errcode"] == code


@pytest.mark.parametrize(("part", "code"), [
    ({"msgtype": "text", "text": {"content": "字" * 683}}, 45002),
    ({"msgtype": "text", "text": {"content": "字" * 682}}, 0),
    ({"msgtype": "text", "text": {"content": ""}}, 44004),
    ({"msgtype": "dance", "dance": {}}, 40008),
    ({"msgtype": "image", "image": {"media_id": "nothing"}}, 40007),
    ({"msgtype": "news", "news": {"articles": [{"title": "一"}]}}, 0),
    ({"msgtype": "news", "news": {"articles": [{"title": "一"}, {"title": "二"}]}}, 45008),
    ({"msgtype": "msgmenu", "msgmenu": {"head_content": "选", "list": [{"id": "1", "content": "好"}]}}, 0),
    ({"msgtype": "msgmenu", "msgmenu": {"head_content": "选", "list": [{"id": "1"}]}}, 47001),
])
async def test_what_is_sent_is_checked(part: dict[str, object], code: int) -> None:
    async with lab(answer=None) as here:
        person = here.platform.people.new()
        here.platform.acts.text(person, "你好")
        assert (await here.api(SEND, {"touser": person.openid, **part}))["errcode"] == code
        assert len(person.heard) == (code == 0)
        assert person.allowances["message"].left == (4 if code == 0 else 5), "a refused message costs nothing"


async def test_escaped_characters_are_shown_as_they_came() -> None:
    """The platform does not undo them: a client must send UTF-8."""
    async with lab(answer=None) as here:
        person = here.platform.people.new()
        here.platform.acts.text(person, "你好")
        token, _ = here.platform.tokens.stable(False)
        async with here.session.post(f"{here.url}{SEND}", params={"access_token": token}, json={
            "touser": person.openid, "msgtype": "text", "text": {"content": "好"}}) as response:
            assert (await response.json())["errcode"] == 0
        assert person.heard[0].content["text"] == "\\u597d"


async def test_trouble_on_demand() -> None:
    async with lab(answer=None) as here:
        person = here.platform.people.new()
        here.platform.acts.text(person, "你好")
        for code in (45009, 48001, -1):
            await _trouble(here, code=code)
            assert await here.push(person.openid) == code
        await _trouble(here, breaks="before")
        with pytest.raises(aiohttp.ClientError):
            await here.push(person.openid)
        assert person.heard == []
        await _trouble(here, breaks="after")
        with pytest.raises(aiohttp.ClientError):
            await here.push(person.openid)
        assert len(person.heard) == 1, "it broke off after the user had it: the sender cannot know"
        await _trouble(here, delay=0.3)
        assert await here.push(person.openid) == 0
        assert here.platform.api.calls[-1]["seconds"] >= 0.3
        assert [call["code"] for call in here.platform.api.calls if call["path"] == SEND] == [
            45009, 48001, -1, None, 0, 0]


async def _trouble(here: Lab, **fault: object) -> None:
    async with here.session.post(f"{here.url}/sim/faults", json={"path": "custom/send", **fault}) as response:
        assert response.status == 200


async def test_media_come_and_go() -> None:
    async with lab(answer=None) as here:
        form = aiohttp.FormData()
        form.add_field("media", b"\xff\xd8\xffpicture", filename="a.jpg", content_type="image/jpeg")
        token, _ = here.platform.tokens.stable(False)
        async with here.session.post(f"{here.url}/cgi-bin/media/upload", data=form,
                                     params={"access_token": token, "type": "image"}) as response:
            media_id = (await response.json())["media_id"]
        person = here.platform.people.new()
        here.platform.acts.text(person, "你好")
        assert (await here.api(SEND, {"touser": person.openid, "msgtype": "image",
                                      "image": {"media_id": media_id}}))["errcode"] == 0
        query = {"access_token": token, "media_id": media_id}
        async with here.session.get(f"{here.url}/cgi-bin/media/get", params=query) as response:
            assert response.content_type == "image/jpeg" and await response.read() == b"\xff\xd8\xffpicture"
        here.platform.media.expire()
        assert (await here.api("/cgi-bin/media/get", media_id=media_id))["errcode"] == 40007


async def test_the_typing_sign_has_its_rules() -> None:
    async with lab(answer=None) as here:
        person, typing = here.platform.people.new(), "/cgi-bin/message/custom/typing"
        body = {"touser": person.openid, "command": "Typing"}
        assert (await here.api(typing, body))["errcode"] == 45080
        here.platform.acts.text(person, "你好")
        assert [(await here.api(typing, body))["errcode"] for _ in range(2)] == [0, 45081]
        assert (await here.api(typing, {**body, "command": "CancelTyping"}))["errcode"] == 0
        assert (await here.api(typing, {**body, "command": "Dance"}))["errcode"] == 45072


@pytest.mark.parametrize(("buttons", "code"), [
    ([{"type": "click", "name": "我要咨询", "key": "ASK"}], 0),
    ([{"type": "click", "name": "我要咨询", "key": "ASK"}] * 4, 40016),
    ([{"type": "click", "name": "名字太长了吧", "key": "ASK"}], 40018),
    ([{"type": "click", "name": "咨询"}], 40019),
    ([{"type": "view", "name": "网页", "url": "javascript:1"}], 40055),
    ([{"name": "更多", "sub_button": [{"type": "click", "name": "查进度", "key": "P"}] * 6}], 40023),
])
async def test_the_menu_is_checked(buttons: list[dict[str, object]], code: int) -> None:
    async with lab() as here:
        assert (await here.api("/cgi-bin/menu/create", {"button": buttons}))["errcode"] == code
        found = await here.api("/cgi-bin/menu/get")
        assert found == ({"menu": {"button": buttons}} if code == 0 else {**found, "errcode": 46003})


async def test_a_notice_needs_a_yes_for_each() -> None:
    async with lab(answer=None) as here:
        person, path = here.platform.people.new(), "/cgi-bin/message/subscribe/bizsend"
        body = {"touser": person.openid, "template_id": "T1", "data": {"thing1": {"value": "已办结"}}}
        assert (await here.api(path, body))["errcode"] == 43101
        here.platform.acts.subscribe(person, "T1")
        assert [(await here.api(path, body))["errcode"] for _ in range(2)] == [0, 43101]
        assert person.heard[0].content["data"] == {"thing1": "已办结"}
        assert (await here.api("/cgi-bin/message/template/send", body))["errcode"] == 0
        await here.platform.courier.settled()
        assert "TEMPLATESENDJOBFINISH" in here.server.bodies[-1]


async def test_sign_in_on_a_page_gives_the_openid_once() -> None:
    async with lab() as here:
        person = here.platform.people.new()
        query = {"appid": APP_ID, "redirect_uri": "https://example.com/back?a=1", "response_type": "code",
                 "scope": "snsapi_base", "state": "s1", "openid": person.openid}
        async with here.session.get(f"{here.url}/connect/oauth2/authorize", params=query,
                                    allow_redirects=False) as response:
            target = response.headers["Location"]
        assert target.startswith("https://example.com/back?a=1&code=") and target.endswith("&state=s1")
        code = target.partition("code=")[2].partition("&")[0]
        exchange = {"appid": APP_ID, "secret": SECRET, "code": code, "grant_type": "authorization_code"}
        answers = []
        for _ in range(2):
            async with here.session.get(f"{here.url}/sns/oauth2/access_token", params=exchange) as response:
                answers.append(await response.json())
        assert (answers[0]["openid"], answers[0]["unionid"]) == (person.openid, person.unionid)
        assert answers[1]["errcode"] == 40163


async def test_the_control_addresses_do_what_the_page_needs() -> None:
    async with lab() as here:
        async with here.session.post(f"{here.url}/sim/people", json={"nickname": "王"}) as response:
            openid = (await response.json())["openid"]
        async with here.session.post(f"{here.url}/sim/people/{openid}/text", json={"text": "你好"}) as response:
            assert response.status == 202
        await here.platform.courier.settled()
        async with here.session.get(f"{here.url}/sim/people/{openid}") as response:
            found = await response.json()
        assert [heard["content"]["text"] for heard in found["heard"]] == ["收到"]
        assert found["allowed"]["message"]["left"] == 5
        assert [attempt["result"] for attempt in found["postings"][0]["attempts"]] == ["replied"]
        async with here.session.post(f"{here.url}/sim/people/{openid}/text", json={"words": "?"}) as response:
            assert response.status == 400
        async with here.session.post(f"{here.url}/sim/people/{openid}/dance", json={}) as response:
            assert response.status == 404
        async with here.session.get(f"{here.url}/") as response:
            assert response.status == 200 and "市民" in await response.text()


def test_the_shortened_rules_keep_the_platforms_numbers() -> None:
    assert QUICK.quotas == {"message": (5, 172800.0), "menu": (3, 60.0), "follow": (3, 60.0), "scan": (3, 60.0)}
    assert QUICK.text_bytes == 2048
