"""The platform's wire format: messages and events as XML, sealed and signed as it does, and replies read back."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from typing import Any

import xmltodict
from wechatpy.crypto import PrpCrypto, WeChatCrypto

from connectors.wechat.simulator.model import JSON, Account

_NEVER_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_KINDS = ("text", "image", "voice", "video", "music", "news", "transfer_customer_service")


class BadReply(Exception):
    """The account answered what the platform cannot use; the user sees that the service is broken."""


def xml(fields: JSON) -> str:
    """Fields in order as the platform writes them: numbers bare, words in CDATA, lists and dicts nested."""
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: JSON) -> str:
    return "".join(f"<{name}>{_value(one)}</{name}>"
                   for name, value in fields.items() for one in (value if isinstance(value, list) else [value]))


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _inner(value)
    if isinstance(value, (int, float)):
        return str(value)
    words = _NEVER_IN_XML.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{words}]]>"


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, hexadecimal."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def request(account: Account, fields: JSON) -> tuple[dict[str, str], str]:
    """(query, body) of one request to the account's server, in the account's mode."""
    timestamp, nonce = str(int(time.time())), str(secrets.randbelow(10**10))
    query = {"signature": signature(account.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    if fields.get("FromUserName"):
        query["openid"] = str(fields["FromUserName"])
    if account.mode == "plain":
        return query, xml(fields)
    sealed = PrpCrypto(WeChatCrypto(account.token, account.aes_key, account.app_id).key).encrypt(
        xml(fields), account.app_id)
    encrypted = sealed.decode() if isinstance(sealed, bytes) else str(sealed)
    query |= {"encrypt_type": "aes", "msg_signature": signature(account.token, timestamp, nonce, encrypted)}
    outside = fields if account.mode == "compatible" else {"ToUserName": fields["ToUserName"]}
    return query, xml({**outside, "Encrypt": encrypted})


def read_reply(account: Account, openid: str, body: str) -> JSON | None:
    """A passive reply as the user sees it: `{"kind", ...}`; None for `success` or nothing. Raises BadReply."""
    if body in ("", "success"):
        return None
    fields = _opened(account, _parsed(body))
    if fields.get("ToUserName") != openid or fields.get("FromUserName") != account.original_id:
        raise BadReply("ToUserName or FromUserName is wrong")
    if not str(fields.get("CreateTime", "")).isdigit():
        raise BadReply("CreateTime is wrong")
    return _content(fields)


def _parsed(body: str) -> JSON:
    try:
        fields = xmltodict.parse(body, disable_entities=True)["xml"]
    except Exception as error:
        raise BadReply("not XML") from error
    if not isinstance(fields, dict):
        raise BadReply("empty XML")
    return dict(fields)


def _opened(account: Account, fields: JSON) -> JSON:
    if "Encrypt" not in fields:
        if account.mode == "safe":
            raise BadReply("a plain reply in safe mode")
        return fields
    try:
        plain = WeChatCrypto(account.token, account.aes_key, account.app_id).decrypt_message(
            fields, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])
    except Exception as error:
        raise BadReply("the sealed reply cannot be opened") from error
    return _parsed(plain)


def _content(fields: JSON) -> JSON:
    kind = str(fields.get("MsgType"))
    if kind not in _KINDS:
        raise BadReply("MsgType is unknown")
    if kind == "text":
        words = fields.get("Content") or ""
        if not words or len(words.encode()) > 2048:
            raise BadReply("Content is empty or too long")
        return {"kind": kind, "text": words}
    if kind == "news":
        return {"kind": kind, "articles": _articles(fields)}
    if kind in ("image", "voice", "video"):
        media = (fields.get(kind.capitalize()) or {}).get("MediaId")
        if not media:
            raise BadReply("MediaId is missing")
        return {"kind": kind, "media_id": media}
    return {"kind": kind}


def _articles(fields: JSON) -> list[JSON]:
    given = (fields.get("Articles") or {}).get("item") or []
    items = given if isinstance(given, list) else [given]
    if str(fields.get("ArticleCount")) != str(len(items)) or not items:
        raise BadReply("ArticleCount is wrong")
    return [{"title": item.get("Title"), "description": item.get("Description"), "url": item.get("Url"),
             "picurl": item.get("PicUrl")} for item in items]
