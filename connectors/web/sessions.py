"""Signed session ids: only we can make one, so nobody can guess their way into another citizen's talk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from hotline.errors import SettingsError

_LONGEST = 200


class Sessions:
    """Makes and checks session ids of the form `sender.signature`; the sender is random."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise SettingsError("HOTLINE_SESSION_SECRET is empty")
        self._key = secret.encode()

    def new(self) -> str:
        """A session id that nobody had before."""
        return self.of(secrets.token_urlsafe(18))

    def of(self, sender: str) -> str:
        """The session id of a sender that somebody else has signed in."""
        return f"{sender}.{self._signature(sender)}"

    def sender(self, session_id: object) -> str | None:
        """The sender of a session id that we signed; None for anything else."""
        if not isinstance(session_id, str) or len(session_id) > _LONGEST or not session_id.isascii():
            return None
        sender, _, signature = session_id.rpartition(".")
        if not sender or not hmac.compare_digest(signature, self._signature(sender)):
            return None
        return sender

    def _signature(self, sender: str) -> str:
        digest = hmac.new(self._key, b"web-session:" + sender.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
