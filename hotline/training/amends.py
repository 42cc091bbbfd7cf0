"""A wrong answer made good: those who got it are offered the right one, each citizen once, in the house's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.conversation.forbidden import check_words
from hotline.conversation.turns import utc_now
from hotline.conversation.voice import Voice
from hotline.errors import Conflict, NotFound
from hotline.records import Agent, Reply
from hotline.store import recipients
from hotline.store.agents import add_audit
from hotline.store.article_versions import Version, change_version, versions_of
from hotline.store.conversations import citizen_conversation
from hotline.store.database import Database
from hotline.store.recipients import Recipient

AT_ONCE = 500  # told in one request; the page asks again while some are left
PAGE = 1000


@dataclass(frozen=True)
class Tally:
    """How the recipients of a version stand."""

    recipients: int
    offered: int
    unreachable: int
    left: int


class Amends:
    """Citizens of a channel that is switched off by now are counted as unreachable."""

    def __init__(self, database: Database, voice: Voice, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._voice = voice
        self._now = clock

    async def version(self, article_id: str, number: int) -> Version:
        """A version that citizens got at some time. Raises NotFound, Conflict."""
        async with self._database.read() as connection:
            known = await versions_of(connection, article_id)
        found = next((version for version in known if version.version == number), None)
        if found is None:
            raise NotFound("没有这一版")
        if found.live_from is None:
            raise Conflict("这一版没有发布过")
        return found

    async def tally(self, version: Version) -> tuple[Tally, list[Recipient]]:
        """How they stand, and those who can be told and were not."""
        everyone = await self._everyone(version)
        reached = [one for one in everyone if self._voice.reaches(one.channel)]
        left = [one for one in reached if one.offered_at is None]
        offered = sum(one.offered_at is not None for one in everyone)
        return Tally(len(everyone), offered, len(everyone) - len(reached), len(left)), left

    async def check(self, version: Version, text: str) -> None:
        """Raise Conflict while the wrong text is still told, ForbiddenWords for what may not go out."""
        if version.state == "live":
            raise Conflict("这一版还在用：请先发布新版或下架，再发更正")
        await check_words(self._database, text)

    async def tell(self, version: Version, text: str, agent: Agent) -> int:
        """Tell some of those who are left; how many were told."""
        await self.check(version, text)
        _, left = await self.tally(version)
        async with self._database.write() as connection:
            if not version.wrong:
                await change_version(connection, version, wrong=True)
            await add_audit(connection, agent.id, "article_correct", version.article_id, self._now())
        return sum([await self._tell(version, one, text, agent) for one in left[:AT_ONCE]])

    async def _tell(self, version: Version, to: Recipient, text: str, agent: Agent) -> bool:
        async with self._database.write() as connection:
            conversation = await citizen_conversation(connection, to.citizen_id, to.conversation_id)
            known = await recipients.was_offered(connection, version, to.citizen_id)
            new = await recipients.add_offer(connection, version, to.conversation_id, agent.id, self._now())
            if known or not new:
                return False
            message = await self._voice.say(connection, conversation, correction(version, text), None)
        self._voice.out(conversation, [message])
        return True

    async def _everyone(self, version: Version) -> Sequence[Recipient]:
        found: list[Recipient] = []
        async with self._database.read() as connection:
            while True:
                page = await recipients.recipients(
                    connection, version, before=found[-1].seq if found else None, limit=PAGE)
                found += page
                if len(page) < PAGE:
                    return found


def correction(version: Version, text: str) -> Reply:
    """What the citizen reads."""
    return Reply(author="house", text=f"更正：之前答复您的“{version.article.question}”有误。{text}",
                 custom={"type": "correction", "article": version.article_id})
