"""Who is let in, and what XML is read: signatures, timestamps, envelopes, entities."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

import pytest
from wechatpy.crypto import WeChatCrypto

from connectors.wechat.connector import WechatConnector
from connectors.wechat.coordinates import _shifted, to_wgs84
from connectors.wechat.received import receive
from connectors.wechat.signing import Gate, sign
from connectors.wechat.xml import fields, wrap
from hotline.errors import BadInput, NotAllowed
from hotline.settings import Settings
from hotline.store.database import Database
from tests.connectors.wechat.front import APP_ID, KEY, TOKEN, Front, front

TEXT = ("<xml><ToUserName><![CDATA[gh_x]]></ToUserName><FromUserName><![CDATA[oPerson]]></FromUserName>"
        "<CreateTime>1760000000</CreateTime>{}</xml>")


def query(**changes: str) -> dict[str, str]:
    made = {"timestamp": str(int(time.time())), "nonce": secrets.token_hex(8), **changes}
    made.setdefault("signature", sign(TOKEN, made["timestamp"], made["nonce"]))
    return made


def safe(xml: str, app_id: str = APP_ID, token: str = TOKEN) -> tuple[dict[str, str], bytes]:
    """A request as the platform seals it, by the library's own crypto."""
    made = query()
    body = WeChatCrypto(token, KEY, app_id).encrypt_message(xml, made["nonce"], made["timestamp"])
    return {**made, "encrypt_type": "aes", "msg_signature": str(fields(body)["MsgSignature"])}, body.encode()


@pytest.mark.parametrize("changes", [
    {"signature": "0" * 40}, {"signature": ""}, {"timestamp": "1409735669"}, {"timestamp": "x"},
    {"timestamp": str(int(time.time()) + 4000)}, {"nonce": "other", "signature": sign(TOKEN, "1", "2")}])
def test_wrong_and_old_signatures_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(NotAllowed):
        Gate(TOKEN).check(query(**changes))


def test_both_plain_and_sealed_requests_are_read_by_what_they_say() -> None:
    gate = Gate(TOKEN, APP_ID, KEY)
    opened = gate.open(query(), b"<xml><A>1</A></xml>")
    assert (opened.xml, opened.safe) == ("<xml><A>1</A></xml>", False)
    given, body = safe("<xml><A>2</A></xml>")
    opened = gate.open(given, body)
    assert (opened.xml, opened.safe) == ("<xml><A>2</A></xml>", True)
    answer = gate.seal("<xml><B>3</B></xml>")
    held = fields(answer)
    assert WeChatCrypto(TOKEN, KEY, APP_ID).decrypt_message(
        answer, held["MsgSignature"], held["TimeStamp"], held["Nonce"]) == "<xml><B>3</B></xml>"


def test_an_envelope_for_somebody_else_or_changed_on_its_way_is_refused() -> None:
    gate = Gate(TOKEN, APP_ID, KEY)
    given, body = safe("<xml/>", app_id="wx0000000000other1")
    with pytest.raises(NotAllowed):
        gate.open(given, body)
    given, body = safe("<xml/>")
    with pytest.raises(NotAllowed):
        gate.open({**given, "msg_signature": "0" * 40}, body)
    with pytest.raises(NotAllowed):
        gate.open(given, body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A"))
    with pytest.raises(NotAllowed):
        Gate(TOKEN).open(given, body)


@pytest.mark.parametrize("xml", [
    '<!DOCTYPE xml [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
    '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>', "<xml>", "", "text", "<other/>", "<xml>x</xml>",
    "<xml><Content>&nbsp;</Content></xml>"])
def test_entities_types_and_what_is_no_message_are_refused(xml: str) -> None:
    with pytest.raises(BadInput):
        fields(xml)


def test_words_about_entities_inside_a_text_are_words() -> None:
    xml = wrap({"Content": "我写了 <!DOCTYPE x> 和 ]]> 还有 <b>"})
    assert fields(xml)["Content"] == "我写了 <!DOCTYPE x> 和 ]]> 还有 <b>"


def test_signs_that_xml_cannot_carry_are_left_out() -> None:
    assert fields(wrap({"Content": "好\x0b的\x00😀"}))["Content"] == "好的😀"


def test_messages_and_events_are_told_apart_with_their_key_and_allowance() -> None:
    typed = receive(TEXT.format("<MsgType>text</MsgType><Content>你好</Content><MsgId>77</MsgId>"))
    assert (typed.kind, typed.key, typed.text, typed.opens) == ("text", "wx:77", "你好", "message")
    clicked = receive(TEXT.format(
        "<MsgType>text</MsgType><Content>1. 好</Content><MsgId>78</MsgId><bizmsgmenuid>501</bizmsgmenuid>"))
    assert (clicked.menu_id, clicked.opens) == ("501", "click")
    event = "<MsgType>event</MsgType><Event>{}</Event><EventKey>{}</EventKey>"
    followed = receive(TEXT.format(event.format("subscribe", "qrscene_hall7")))
    assert (followed.kind, followed.event_key, followed.opens) == ("event:subscribe_scan", "hall7", "click")
    assert receive(TEXT.format(event.format("VIEW", "https://x"))).opens is None
    assert receive(TEXT.format(event.format("CLICK", "K"))).opens == "click"
    assert receive(TEXT.format(event.format("unsubscribe", ""))).opens is None
    assert followed.key != receive(TEXT.format(event.format("SCAN", "hall7"))).key


def test_a_place_is_wgs84_and_has_its_address() -> None:
    place = receive(TEXT.format("<MsgType>location</MsgType><Location_X>36.093500</Location_X>"
                                "<Location_Y>120.378000</Location_Y><Label>延吉路117号</Label><MsgId>9</MsgId>"))
    assert place.address == "延吉路117号"
    assert place.latitude == pytest.approx(36.0931, abs=0.0015)
    assert place.longitude == pytest.approx(120.3728, abs=0.0015)
    with pytest.raises(BadInput):
        receive(TEXT.format("<MsgType>location</MsgType><Location_X>nan</Location_X><Location_Y>1</Location_Y>"))


def test_gcj_and_back_is_exact_and_points_abroad_stay() -> None:
    for north, east in ((36.0671, 120.3826), (39.9087, 116.3975), (31.2304, 121.4737)):
        back = to_wgs84(*_shifted(north, east))
        assert back == (pytest.approx(north, abs=2e-6), pytest.approx(east, abs=2e-6))
        assert max(abs(one - two) for one, two in zip(_shifted(north, east), (north, east), strict=True)) > 0.001
    assert to_wgs84(48.8566, 2.3522) == (48.8566, 2.3522)


async def post(wechat: Front, given: dict[str, str], body: bytes) -> tuple[int, str]:
    wechat.platform.people.triggered(wechat.citizen, "message")
    async with wechat.session.post(f"{wechat.url}/webhooks/wechat", params=given, data=body) as response:
        return response.status, await response.text()


async def test_a_signature_is_good_for_one_message_and_its_retries(wechat: Front) -> None:
    body = "<MsgType>text</MsgType><Content>{}</Content><MsgId>{}</MsgId>"
    given, one = query(), TEXT.format(body.format("甲", 1)).encode()
    assert (await post(wechat, given, one))[0] == 200
    assert (await post(wechat, given, one))[0] == 200, "the platform's retry"
    assert (await post(wechat, given, TEXT.format(body.format("乙", 2)).encode()))[0] == 403
    sealed, inner = safe(TEXT.format(body.format("丙", 3)))
    assert (await post(wechat, sealed, inner))[0] == 200
    plain = {name: sealed[name] for name in ("signature", "timestamp", "nonce")}
    assert (await post(wechat, plain, TEXT.format(body.format("丁", 4)).encode()))[0] == 403, "no way down to plain"
    assert wechat.bot.calls == ["甲", "丙"]


async def test_the_console_gets_its_echo_and_others_do_not(wechat: Front) -> None:
    assert await wechat.platform.courier.verify()
    async with wechat.session.get(f"{wechat.url}/webhooks/wechat", params={"echostr": "x"}) as response:
        assert response.status == 403
    for body in (b"", b"\xff\xfe", b"<xml/>", b"<!DOCTYPE x><xml/>"):
        assert (await post(wechat, query(), body))[0] == 400
    assert (await post(wechat, query(), b"<xml>" + b"a" * 300_000 + b"</xml>"))[0] == 413


async def test_without_a_token_there_is_no_channel(database: Database, settings: Settings) -> None:
    async with front(database, settings) as wechat:
        off = WechatConnector(wechat.door, replace(wechat.settings, wechat_token=""), wechat.session, wechat.memory,
                              wechat.shared, lambda openid: (openid, openid))
        assert list(off.routes()) == []
        await off.start()
        off.wake("o1")
        assert not (await off.limits("o1")).can_send
