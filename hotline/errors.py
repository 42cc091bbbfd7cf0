"""Every error the house raises on purpose, drawn as one tree.

HotlineError
├── SettingsError          a setting is missing or has a value that makes no sense
├── BadInput               the caller sent something we cannot use (HTTP 400)
│   ├── TooLarge           ... because it is over a limit (HTTP 413)
│   └── ForbiddenWords     ... because it has words that may not go out (HTTP 400)
├── NotAllowed             not signed in or not entitled (HTTP 401 or 403)
│   └── CodeNeeded         ... because the second factor's code is missing or wrong (HTTP 401)
├── NotFound               no such record (HTTP 404)
├── Conflict               somebody else was first (HTTP 409)
│   └── Answered           ... and has answered the citizen meanwhile (HTTP 409)
├── TooManyRequests        rate limit, with the seconds to wait (HTTP 429)
├── ChannelError           a citizen's channel did not take a message
├── SignInUnavailable      the outside sign-in provider did not answer well (HTTP 503)
├── BotUnavailable         the bot did not end a turn well (down, late, crashed, no model)
└── CaseBackendError       the case backend did not take or answer a request
    └── CaseRejected       ... and never will: the request itself is wrong
"""

from __future__ import annotations


class HotlineError(Exception):
    """Root of all errors the house raises on purpose."""


class SettingsError(HotlineError):
    """A setting is missing or makes no sense; the message names it."""


class BadInput(HotlineError):
    """The caller sent something unusable; `field` names the part where known."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class TooLarge(BadInput):
    """The input is over a stated limit."""


class ForbiddenWords(BadInput):
    """The text has words of the operator's list that may not go out."""

    def __init__(self, words: list[str]) -> None:
        super().__init__(f"有不能发出的词：{'、'.join(words)}", "text")
        self.words = words


class NotAllowed(HotlineError):
    """The caller is not signed in (`status` 401) or not entitled (403)."""

    def __init__(self, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.status = status


class CodeNeeded(NotAllowed):
    """The password is right, the code of the second factor is missing or wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 401)


class NotFound(HotlineError):
    """No such record, or none that the caller may know of."""


class Conflict(HotlineError):
    """Somebody else changed or took it first."""


class Answered(Conflict):
    """Somebody else has answered the citizen since the caller last looked."""


class TooManyRequests(HotlineError):
    """Over the rate limit; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ChannelError(HotlineError):
    """A channel did not take a message; `retry_after` in seconds, None if it never will."""

    def __init__(self, message: str, retry_after: float | None = None, unclear: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.unclear = unclear


class SignInUnavailable(HotlineError):
    """The outside sign-in provider is down, late or answers what it should not."""


class BotUnavailable(HotlineError):
    """The bot did not end a turn well; `reason` is a short code fit for a log or a metric."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CaseBackendError(HotlineError):
    """The case backend failed for now; `unclear` when it may have taken the request all the same."""

    def __init__(self, message: str, unclear: bool = False) -> None:
        super().__init__(message)
        self.unclear = unclear


class CaseRejected(CaseBackendError):
    """The case backend refused the request for good."""
