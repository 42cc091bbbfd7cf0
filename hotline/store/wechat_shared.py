"""What all processes of the WeChat channel share: values with an end, a refresh that one holds, grants, links."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from hotline.store.conversations import lock_citizen
from hotline.store.database import Database
from hotline.store.wechat import CHANNEL
from hotline.store.wechat_tables import citizen_links, wechat_grants, wechat_shared

_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


class WechatShared:
    """Implements `connectors.wechat.memory.Shared` over the store's own database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str, now: datetime) -> str | None:
        """A shared value while it holds."""
        async with self._database.read() as connection:
            return (await connection.execute(select(wechat_shared.c.value).where(
                wechat_shared.c.name == name, wechat_shared.c.until > now))).scalar() or None

    async def put(self, name: str, value: str, until: datetime) -> None:
        """Set a shared value and let go of its refresh."""
        await self._ensure(name)
        async with self._database.write() as connection:
            await connection.execute(update(wechat_shared).where(wechat_shared.c.name == name).values(
                value=value, until=until, holder=None, held_until=None))

    async def take(self, name: str, holder: str, now: datetime, seconds: float) -> bool:
        """Hold a value's refresh; False while another process does."""
        await self._ensure(name)
        async with self._database.write() as connection:
            result = await connection.execute(update(wechat_shared).where(
                wechat_shared.c.name == name,
                or_(wechat_shared.c.held_until.is_(None), wechat_shared.c.held_until < now)).values(
                    holder=holder, held_until=now + timedelta(seconds=seconds)))
            return bool(result.rowcount == 1)

    async def release(self, name: str, holder: str) -> None:
        """Let go of a refresh that came to nothing."""
        async with self._database.write() as connection:
            await connection.execute(update(wechat_shared).where(
                wechat_shared.c.name == name, wechat_shared.c.holder == holder).values(holder=None, held_until=None))

    async def grant(self, sender: str, template: str, number: int) -> None:
        """The citizen has agreed to get a notice once more (1), or to none at all (0)."""
        async with self._database.write() as connection:
            left = wechat_grants.c.left + 1 if number else 0
            result = await connection.execute(update(wechat_grants).where(
                wechat_grants.c.sender == sender, wechat_grants.c.template == template).values(left=left))
            if result.rowcount == 0:
                await connection.execute(insert(wechat_grants).values(sender=sender, template=template, left=number))

    async def use_grant(self, sender: str, template: str) -> bool:
        """Use one agreement up; False when there is none."""
        async with self._database.write() as connection:
            result = await connection.execute(update(wechat_grants).where(
                wechat_grants.c.sender == sender, wechat_grants.c.template == template,
                wechat_grants.c.left > 0).values(left=wechat_grants.c.left - 1))
            return bool(result.rowcount == 1)

    async def link(self, sender: str, channel: str, other: str, now: datetime) -> None:
        """Whoever speaks as `other` on `channel` is this citizen."""
        async with self._database.write() as connection:
            citizen = await lock_citizen(connection, CHANNEL, sender, now)
            known = (await connection.execute(select(citizen_links.c.citizen_id).where(
                citizen_links.c.channel == channel, citizen_links.c.sender == other))).first()
            if known is None:
                await connection.execute(insert(citizen_links).values(
                    channel=channel, sender=other, citizen_id=citizen.id, created_at=now))

    async def _ensure(self, name: str) -> None:
        async with self._database.read() as connection:
            known = (await connection.execute(select(wechat_shared.c.name).where(wechat_shared.c.name == name))).first()
        if known is None:
            try:
                async with self._database.write() as connection:
                    await connection.execute(insert(wechat_shared).values(name=name, value="", until=_LONG_AGO))
            except IntegrityError:
                pass  # another process was first
