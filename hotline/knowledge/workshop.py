"""The life of an article: drafted by one person, reviewed by another, published, withdrawn; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import BadInput, Conflict, NotFound
from hotline.knowledge.files import BadArticle, parse
from hotline.records import JSON, Agent, Article
from hotline.store import article_versions
from hotline.store.agents import add_audit
from hotline.store.article_versions import OPEN, Version
from hotline.store.articles import put_article, withdraw_article
from hotline.store.database import Database

CITY = ZoneInfo("Asia/Shanghai")
# Empty in a form means that it was not given.
MAYBE_EMPTY = ("review_date", "as_of", "expires", "domain", "similar", "facts", "verify")


class Workshop:
    """`changed` is called after citizens' answers have changed, so that the index follows at once."""

    def __init__(
        self, database: Database, changed: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._changed = changed
        self._now = clock

    async def draft(
        self, article_id: str, fields: JSON, agent: Agent, *, new: bool = False, based_on: int | None = None,
        note: str = "",
    ) -> None:
        """Keep a text as the article's draft; one that is not out yet ends. Raises BadInput, Conflict, NotFound.

        `based_on` is the newest version that the writer has seen: somebody else's later one is not lost unseen.
        """
        article = article_from({**fields, "id": article_id})
        try:
            async with self._database.write() as connection:
                known = await self._versions(connection, article_id)
                if bool(known) == new:
                    raise Conflict(f"编号 {article_id} 已经有了") if new else NotFound("没有这一条")
                await _draft(connection, article, known, agent, based_on, note, self._now())
        except IntegrityError as error:
            raise Conflict("这一条刚被别人改过，请刷新再看") from error

    async def review(self, article_id: str, agent: Agent, version: int | None = None) -> None:
        """A second person has read the draft and vouches for it. Raises Conflict for its author."""
        async with self._database.write() as connection:
            draft = _open(await self._known(connection, article_id), "draft", version)
            if draft.author_id == agent.id:
                raise Conflict("不能复核自己写的稿子，请另一个人复核")
            await article_versions.change_version(connection, draft, state="reviewed", reviewer_id=agent.id)
            await add_audit(connection, agent.id, "article_review", article_id, self._now())

    async def publish(self, article_id: str, agent: Agent, version: int | None = None) -> None:
        """Citizens get the reviewed text from now on."""
        now = self._now()
        async with self._database.write() as connection:
            reviewed = _open(await self._known(connection, article_id), "reviewed", version)
            article = reviewed.article
            if article.expires and article.expires < now.astimezone(CITY).date().isoformat():
                raise Conflict(f"有效期 {article.expires} 已过，请先改稿")
            await article_versions.went_in(connection, article_id, "past", now)
            await article_versions.change_version(connection, reviewed, state="live", live_from=now)
            await put_article(connection, article, now, edited_online=True)
            await add_audit(connection, agent.id, "article_publish", article_id, now)
        self._changed()

    async def withdraw(self, article_id: str, agent: Agent, note: str = "", wrong: bool = False) -> None:
        """Take the live text out of every answer; where there is none, throw away the draft."""
        now = self._now()
        if wrong and not note:
            raise BadInput("请写明错在哪里", "note")
        async with self._database.write() as connection:
            known = await self._known(connection, article_id)
            if await withdraw_article(connection, article_id, now, edited_online=True):
                await article_versions.went_in(connection, article_id, "withdrawn", now, wrong=wrong,
                                               **({"note": note} if note else {}))
            else:
                draft = next((version for version in known if version.state in OPEN), None)
                if draft is None:
                    raise Conflict("这一条没有在用的答复，也没有稿子")
                # The draft of what is out, or was, is one of its past texts; of what never was, all there is.
                was_out = any(version.live_from for version in known)
                await article_versions.change_version(
                    connection, draft, state="past" if was_out else "withdrawn", note=note or draft.note)
            await add_audit(connection, agent.id, "article_withdraw", article_id, now)
        self._changed()

    async def _known(self, connection: AsyncConnection, article_id: str) -> list[Version]:
        known = await self._versions(connection, article_id)
        if not known:
            raise NotFound("没有这一条")
        return known

    async def _versions(self, connection: AsyncConnection, article_id: str) -> list[Version]:
        await article_versions.adopt(connection)
        return await article_versions.lock_article(connection, article_id)


def article_from(fields: JSON) -> Article:
    """An article from a form's fields. Raises BadInput with the reason in Chinese and the field."""
    given: dict[str, Any] = {name: value for name, value in fields.items()
                             if name != "status" and not (name in MAYBE_EMPTY and value in ("", None))}
    try:
        return parse(given)
    except BadArticle as error:
        raise BadInput(str(error), error.field) from error


async def _draft(
    connection: AsyncConnection, article: Article, known: list[Version], agent: Agent, based_on: int | None, note: str,
    now: datetime,
) -> None:
    newest = known[0].version if known else 0
    if based_on is not None and based_on != newest:
        raise Conflict(f"已经有第 {newest} 版，请先看过再改")
    for old in known:
        if old.state in OPEN:
            if old.article == article and old.author_id == agent.id:
                return
            await article_versions.change_version(connection, old, state="past")
    await article_versions.add_version(connection, article, newest + 1, "draft", agent.id, now, note=note)


def _open(known: list[Version], state: str, version: int | None) -> Version:
    """The version that waits in this state, and is the one that the caller has seen."""
    found = next((one for one in known if one.state in OPEN), None)
    if found is None:
        raise Conflict("没有稿子")
    if version is not None and version != found.version:
        raise Conflict(f"稿子已经改到第 {found.version} 版，请先看过")
    if found.state != state:
        raise Conflict("稿子已经复核过了" if state == "draft" else "稿子还没有由另一个人复核")
    return found
