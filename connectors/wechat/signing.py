"""Who may speak here: signatures in constant time, fresh timestamps, and the platform's AES envelope both ways."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wechatpy.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

from connectors.wechat.xml import fields, wrap
from hotline.errors import BadInput, NotAllowed


def sign(*parts: str) -> str:
    """The platform's SHA-1 over its sorted parts."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


class _Cipher(PrpCrypto):  # type: ignore[misc]
    """The envelope's random start comes from the system's source instead of a predictable one."""

    def get_random_string(self) -> str:
        return secrets.token_hex(8)


@dataclass(frozen=True)
class Opened:
    """A request that passed: its clear XML, whether the answer must be sealed, and the signature it was let in by."""

    xml: str
    safe: bool
    signature: str


class Gate:
    """Lets in the platform's requests in plain, compatible and safe mode, each as its own query says."""

    def __init__(self, token: str, app_id: str = "", aes_key: str = "", clock_seconds: float = 300.0) -> None:
        self._token = token
        self._app_id = app_id
        self._cipher = _Cipher(base64.b64decode(aes_key + "=")) if aes_key else None
        self._clock = clock_seconds

    def check(self, query: Mapping[str, str]) -> str:
        """The signature of a request, when it is right and fresh. Raises NotAllowed."""
        self._fresh(query)
        return self._same(query.get("signature", ""), query)

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """The clear XML of a request. Raises NotAllowed, BadInput."""
        if query.get("encrypt_type", "raw").lower() != "aes":
            return Opened(_text(body), False, self.check(query))
        self._fresh(query)
        if self._cipher is None:
            raise NotAllowed("no AES key is set")
        sealed = fields(_text(body)).get("Encrypt")
        if not isinstance(sealed, str):
            raise BadInput("the body has no Encrypt")
        used = self._same(query.get("msg_signature", ""), query, sealed)
        if query.get("signature"):
            used = self._same(query["signature"], query)
        try:
            return Opened(str(self._cipher.decrypt(sealed, self._app_id)), True, used)
        except Exception as error:
            # The library raises whatever its parts do for a foreign app id, padding or length.
            raise NotAllowed("the envelope is not for us") from error

    def seal(self, xml: str) -> str:
        """A reply in the platform's envelope."""
        if self._cipher is None:
            raise NotAllowed("no AES key is set")
        sealed = self._cipher.encrypt(xml, self._app_id).decode()
        timestamp, nonce = str(int(time.time())), secrets.token_hex(8)
        return wrap({"Encrypt": sealed, "MsgSignature": sign(self._token, timestamp, nonce, sealed),
                     "TimeStamp": int(timestamp), "Nonce": nonce})

    def _fresh(self, query: Mapping[str, str]) -> None:
        try:
            off = abs(time.time() - int(query.get("timestamp", "")))
        except ValueError as error:
            raise NotAllowed("the timestamp is no number") from error
        if off > self._clock:
            raise NotAllowed("the timestamp is too old or too new")

    def _same(self, given: str, query: Mapping[str, str], *more: str) -> str:
        nonce: Any = query.get("nonce", "")
        right = sign(self._token, query.get("timestamp", ""), nonce, *more)
        if not hmac.compare_digest(right.encode(), given.encode()):
            raise NotAllowed("the signature is wrong")
        return right


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("the body is not UTF-8") from error
