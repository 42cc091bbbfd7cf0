"""Threats and signs of a crowd in citizens' words: a supervisor is told, nothing is held up."""

from __future__ import annotations

import time

import structlog

from hotline.store.database import Database
from hotline.store.words import silenced, words
from hotline.text.normalise import squeezed

log = structlog.get_logger(__name__)
REFRESH_SECONDS = 10.0
# What every house wants to see until its operator switches a word off.
BUILT_IN: dict[str, tuple[str, ...]] = {
    "threat": (
        "同归于尽", "报复社会", "鱼死网破", "自焚", "跳楼", "跳桥", "割腕", "不想活了", "活不下去了", "死给你们看",
        "弄死", "捅死", "砍死", "杀了你", "杀了他", "杀了她", "杀人", "打死你", "打死他", "打死她", "要人命",
        "炸了你们", "炸掉", "炸药", "炸弹", "汽油桶", "泼汽油", "拿刀", "放火烧", "一把火烧", "血债血偿"),
    "crowd": (
        "集体上访", "集体维权", "集体抗议", "集体去市政府", "集体去信访", "联名上访", "越级上访", "进京上访",
        "去北京上访", "拉横幅", "打横幅", "静坐", "去堵路", "去堵门", "堵政府", "围堵", "围攻", "聚众", "游行", "示威",
        "罢工", "罢市", "罢课", "几百人去", "上百人去", "几百号人", "一起去市政府", "一起去信访局", "都去市政府",
        "组织业主去"),
}


class Watch:
    """Looks for the words of `BUILT_IN` and of the operator's list, which it reads again every ten seconds.

    Words of `BUILT_IN` that the operator has switched off do not count.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._words: dict[str, tuple[str, ...]] = BUILT_IN
        self._read_at: float | None = None

    async def kinds(self, text: str) -> tuple[str, ...]:
        """What there is in a text: threat, crowd, both or nothing."""
        await self._refresh()
        said = squeezed(text)
        return tuple(kind for kind, listed in self._words.items() if any(word in said for word in listed))

    def changed(self) -> None:
        """The list was edited: read it at the next message."""
        self._read_at = None

    async def _refresh(self) -> None:
        now = time.monotonic()
        if self._read_at is not None and now - self._read_at < REFRESH_SECONDS:
            return
        self._read_at = now
        try:
            async with self._database.read() as connection:
                listed, off = await words(connection, *BUILT_IN), await silenced(connection)
        except Exception as error:
            # Whatever is wrong with the list, the citizen's message goes its way.
            log.error("watch_words_unreadable", error=type(error).__name__)
            return
        self._words = {
            kind: (*(word for word in known if (kind, word) not in off),
                   *(squeezed(word.word) for word in listed if word.kind == kind))
            for kind, known in BUILT_IN.items()}
