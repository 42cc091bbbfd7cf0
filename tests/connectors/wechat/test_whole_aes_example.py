"""The platform's documented AES example (the sample code it hands out for WXBizMsgCrypt), both ways, byte for byte."""

from __future__ import annotations

import pytest
import xmltodict
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException

from connectors.wechat.signing import Gate
from hotline.errors import NotAllowed

TOKEN, KEY, APP_ID = "spamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx2c2769f8efd9abc2"
TIMESTAMP, NONCE, SIGNATURE = "1409735669", "1320562132", "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
# The sixteen random characters that the example was sealed with.
RANDOM = "89465c840c5f116f"
PLAIN = """<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>
<FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName>
<CreateTime>1409735668</CreateTime>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[abcdteT]]></Content>
<MsgId>6054768590064713728</MsgId>
</xml>"""
SEALED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXp"
    "bUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlp"
    "Kn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD"
    "1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=")
BODY = f"<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName><Encrypt><![CDATA[{SEALED}]]></Encrypt></xml>"


@pytest.fixture
def crypto() -> WeChatCrypto:
    return WeChatCrypto(TOKEN, KEY, APP_ID)


def test_the_example_is_opened(crypto: WeChatCrypto) -> None:
    plain = crypto.decrypt_message(BODY, SIGNATURE, TIMESTAMP, NONCE)
    assert plain.strip() == PLAIN
    message = parse_message(plain)
    assert (message.content, message.source, message.id) == (
        "abcdteT", "oyORnuP8q7ou2gfYjqLzSIWZf0rs", 6054768590064713728)


def test_the_example_is_sealed(crypto: WeChatCrypto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatpy.crypto.base.BasePrpCrypto.get_random_string", lambda self: RANDOM.encode())
    sealed = xmltodict.parse(crypto.encrypt_message(PLAIN, NONCE, TIMESTAMP))["xml"]
    assert sealed["Encrypt"] == SEALED
    assert (sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"]) == (SIGNATURE, TIMESTAMP, NONCE)


def test_a_changed_signature_is_refused(crypto: WeChatCrypto) -> None:
    with pytest.raises(InvalidSignatureException):
        crypto.decrypt_message(BODY, "0" * 40, TIMESTAMP, NONCE)


class TestOurGate:
    """The same example through what the front door uses; its time of 2014 counts as fresh here."""

    QUERY = {"timestamp": TIMESTAMP, "nonce": NONCE, "msg_signature": SIGNATURE, "encrypt_type": "aes"}

    @pytest.fixture
    def gate(self) -> Gate:
        return Gate(TOKEN, APP_ID, KEY, clock_seconds=1e10)

    def test_it_is_opened(self, gate: Gate) -> None:
        opened = gate.open(self.QUERY, BODY.encode())
        assert opened.safe and opened.xml.strip() == PLAIN

    def test_it_is_sealed(self, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("connectors.wechat.signing._Cipher.get_random_string", lambda self: RANDOM)
        monkeypatch.setattr("connectors.wechat.signing.time.time", lambda: float(TIMESTAMP))
        monkeypatch.setattr("connectors.wechat.signing.secrets.token_hex", lambda _: NONCE)
        sealed = xmltodict.parse(gate.seal(PLAIN))["xml"]
        assert (sealed["Encrypt"], sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"]) == (
            SEALED, SIGNATURE, TIMESTAMP, NONCE)

    def test_what_it_seals_a_foreign_client_opens(self, gate: Gate, crypto: WeChatCrypto) -> None:
        body = gate.seal("<xml><Content><![CDATA[您好]]></Content></xml>")
        sealed = xmltodict.parse(body)["xml"]
        assert "您好" in crypto.decrypt_message(body, sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"])

    def test_the_examples_own_time_is_far_too_old(self) -> None:
        with pytest.raises(NotAllowed, match="timestamp"):
            Gate(TOKEN, APP_ID, KEY).open(self.QUERY, BODY.encode())
