"""An article as the workshop shows it: where it stands, its draft, and whether it is due for a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import JSON, Article
from hotline.store.article_versions import FILES, OPEN, Version, VersionState, newest_versions, open_versions
from hotline.store.articles import StoredArticle, stored_articles

STATES = ("draft", "reviewed", "live", "withdrawn", "expired")
OUT: tuple[VersionState, ...] = ("live", "withdrawn", "expired")
FROM_FILE = "文件"


@dataclass(frozen=True)
class ArticleView:
    """`stored` is what the table has (None: never out), `last` its newest version that is or was out."""

    id: str
    stored: StoredArticle | None
    draft: Version | None
    last: Version | None

    @classmethod
    def of(cls, article_id: str, stored: StoredArticle | None, history: Sequence[Version]) -> ArticleView:
        """From all versions of an article, newest first."""
        draft = next((version for version in history if version.state in OPEN), None)
        last = next((version for version in history if version.state in OUT), None)
        return cls(article_id, stored, draft, last)

    @property
    def state(self) -> str:
        """Live, withdrawn or expired; of one that was never out what its draft is."""
        if self.stored is not None and self.stored.article.status == "live":
            return "live"
        if self.stored is None and self.draft is not None:
            return self.draft.state
        return "expired" if self.last is not None and self.last.state == "expired" else "withdrawn"

    @property
    def article(self) -> Article:
        """The text to show: what citizens get, else the newest there is."""
        if self.stored is not None:
            return self.stored.article
        newest = self.draft or self.last
        assert newest is not None
        return newest.article

    @property
    def live(self) -> Version | None:
        """The version that citizens get."""
        return self.last if self.last is not None and self.last.state == "live" else None

    def has(self, state: str) -> bool:
        """Whether the article, or its draft, stands there."""
        return state == self.state or (self.draft is not None and state == self.draft.state)

    def due(self, today: str) -> bool:
        """Whether a live article's review date has come."""
        date = self.article.review_date
        return self.state == "live" and date is not None and date <= today

    def speaks_of(self, words: str) -> bool:
        """Whether these words (lower case) stand in it."""
        texts = [self.id]
        for article in (self.article, *([self.draft.article] if self.draft else [])):
            texts += [article.question, article.answer, article.source, *article.similar, *article.facts]
        return not words or any(words in text.lower() for text in texts)

    def json(self, today: str, names: Mapping[str, str]) -> JSON:
        """A line of the list."""
        article, draft = self.article, self.draft
        return {
            "id": self.id, "question": article.question, "domain": article.domain, "state": self.state,
            "version": self.last.version if self.last else None, "review_date": article.review_date,
            "expires": article.expires, "due": self.due(today), "verify": article.verify,
            "edited_online": self.stored is not None and self.stored.edited_online,
            "updated_at": self.stored.updated_at.isoformat() if self.stored else None,
            "draft": version_json(draft, names) if draft else None,
        }


async def views(connection: AsyncConnection) -> list[ArticleView]:
    """All articles in order of id."""
    stored, drafts = await stored_articles(connection), await open_versions(connection)
    last = await newest_versions(connection, OUT)
    return [ArticleView(name, stored.get(name), drafts.get(name), last.get(name))
            for name in sorted({*stored, *drafts, *last})]


def counts(everything: Sequence[ArticleView]) -> dict[str, int]:
    """How many stand in each state; one that is live and has a draft counts in both."""
    found = Counter(state for view in everything for state in STATES if view.has(state))
    return {state: found[state] for state in STATES}


def version_json(version: Version | None, names: Mapping[str, str]) -> JSON | None:
    """A version with the names of its people; `body` has the article's fields."""
    if version is None:
        return None
    return {
        "version": version.version, "state": version.state, "wrong": version.wrong, "note": version.note,
        "author": FROM_FILE if version.author_id == FILES else names.get(version.author_id, version.author_id),
        "author_id": version.author_id,
        "reviewer": names.get(version.reviewer_id, version.reviewer_id) if version.reviewer_id else None,
        "created_at": version.created_at.isoformat(), "body": {"id": version.article_id, **version.body},
        "live_from": version.live_from.isoformat() if version.live_from else None,
        "live_until": version.live_until.isoformat() if version.live_until else None,
    }
