"""What may come in: sizes, characters and the rate of one sender."""

from __future__ import annotations

import time
import unicodedata
from collections import OrderedDict, deque
from dataclasses import replace

from hotline.errors import BadInput, TooLarge, TooManyRequests
from hotline.records import Inbound


def clean(inbound: Inbound, max_text: int) -> Inbound:
    """The message without control characters. Raises BadInput or TooLarge, naming the field."""
    if not 1 <= len(inbound.sender) <= 200 or "\x00" in inbound.sender:
        raise BadInput("sender must have 1 to 200 characters", "sender")
    if inbound.external_id is not None and not 1 <= len(inbound.external_id) <= 200:
        raise BadInput("message_id must have 1 to 200 characters", "metadata.message_id")
    if len(inbound.text) > max_text:
        raise TooLarge(f"a message has at most {max_text} characters", "message")
    # Lone surrogates come in through JSON escapes and cannot be stored as UTF-8.
    text = "".join(character for character in inbound.text.replace("\r\n", "\n")
                   if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs"))
    if not text.strip() and not inbound.attachments:
        raise BadInput("a message needs text or an attachment", "message")
    return replace(inbound, text=text.strip())


class RateLimit:
    """At most `count` messages of one sender in `seconds`; remembers the busiest-recent 50,000 senders."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def check(self, channel: str, sender: str) -> None:
        """Count one message. Raises TooManyRequests with the seconds to wait."""
        now = time.monotonic()
        times = self._seen.setdefault((channel, sender), deque())
        self._seen.move_to_end((channel, sender))
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._count:
            raise TooManyRequests("too many messages", max(0.1, times[0] + self._seconds - now))
        times.append(now)
        while len(self._seen) > 50_000:
            self._seen.popitem(last=False)
