"""Secrets of second factors as they stand in the database: sealed with a key that is not in it."""

from __future__ import annotations

import base64
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hotline.errors import SettingsError

_NONCE = 12
_TAG = 16


class Sealer:
    """AES-256-GCM; the owner's id is bound in, so that nobody can put one account's secret under another.

    A secret of 160 bits (pyotp's) becomes 64 characters. `key` may be any long text; it is hashed to a key.
    """

    def __init__(self, key: str) -> None:
        if not key:
            raise SettingsError("HOTLINE_TOTP_KEY is empty")
        self._cipher = AESGCM(hashlib.sha256(b"hotline-totp:" + key.encode()).digest())

    def seal(self, secret: str, owner: str) -> str:
        """A base32 secret, sealed."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, base64.b32decode(secret), owner.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, kept: str, owner: str) -> str | None:
        """The base32 secret; None when it was sealed with another key, or for another owner.

        One that a process of an older version has left unsealed comes back as it is.
        """
        if not is_sealed(kept):
            return kept
        raw = base64.urlsafe_b64decode(kept)
        try:
            return base64.b32encode(self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], owner.encode())).decode()
        except (InvalidTag, ValueError):
            return None


def is_sealed(kept: str) -> bool:
    """Whether this is a sealed secret of 160 bits and not one from before secrets were sealed."""
    return len(kept) == len(base64.urlsafe_b64encode(bytes(_NONCE + 20 + _TAG)))
