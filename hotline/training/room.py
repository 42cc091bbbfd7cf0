"""The whole training room as one part that the composition root puts in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from aiohttp import web

from hotline.conversation.pages import StaffPage
from hotline.conversation.voice import Voice
from hotline.knowledge.service import Knowledge
from hotline.knowledge.trial import Trial
from hotline.knowledge.workshop import Workshop
from hotline.settings import ROOT, Settings
from hotline.store.database import Database
from hotline.training.articles import Articles
from hotline.training.choices import Choices
from hotline.training.clusters import Clusters
from hotline.training.corrections import Corrections
from hotline.training.datasets import Datasets
from hotline.training.door import Door
from hotline.training.doubts import Doubts
from hotline.training.exchange_page import ExchangePage
from hotline.training.gate import judge
from hotline.training.inbox import Inbox
from hotline.training.job_page import JobPage
from hotline.training.jobs import Jobs
from hotline.training.labels import Labels
from hotline.training.labels_page import LabelsPage
from hotline.training.limits_page import LimitsPage
from hotline.training.measuring import Measuring
from hotline.training.misses import Misses
from hotline.training.models import Models
from hotline.training.publishing import Publishing
from hotline.training.trends import Trends
from hotline.training.trying import Trying
from hotline.training.uploads import Uploads

# Intents that are no act, as an admin reads them; the codes stand in domain.yml (a test compares).
TALK = {
    "greet": "问好", "goodbye": "告别", "thanks": "道谢", "affirm": "是", "deny": "否", "cancel": "算了",
    "human": "要人工",
    "bot_challenge": "问是不是机器人", "chitchat": "闲聊", "abuse": "骂人", "nonsense": "无意义", "inform": "只给信息",
    "anonymous": "要匿名", "confidential": "要保密", "correct": "更正", "withdraw": "撤单", "add_to_case": "补充",
    "english": "英文", "rate": "评价",
}


class TrainingRoom:
    """`services`: display names of the catalogue by code. `dist`: where the front ends were built."""

    def __init__(
        self, database: Database, settings: Settings, door: Door, services: Mapping[str, str], knowledge: Knowledge,
        voice: Voice, dist: Path = ROOT / "web" / "dist",
    ) -> None:
        self._door = door
        choices = Choices(services, TALK)
        self.labels = Labels(database, settings, choices.intents, choices.services)
        inbox = Inbox(database, self.labels.duplicates)
        kept = settings.var / "training"
        self.jobs = Jobs(database, settings)
        self._rooms = (
            choices, inbox, Clusters(inbox, settings), LabelsPage(database, self.labels),
            ExchangePage(database, self.labels), Doubts(database, settings, self.jobs),
            Articles(database, Workshop(database, knowledge.wake)),
            Corrections(database, voice),
            Trying(Trial(database, knowledge, settings.embeddings)),
            Misses(database, knowledge, settings.embeddings),
            Trends(database, choices.intents),
            Datasets(database, Uploads(kept / "uploads"), kept / "datasets"),
            Measuring(database, self.jobs, kept / "datasets", settings.embeddings),
            JobPage(database, self.jobs), LimitsPage(database),
            Models(database, self.jobs, settings.models, self.labels.writer,
                   lambda comparison: judge(comparison, choices.services).to_json()),
            Publishing(database, services),
        )
        self._page = StaffPage("training", "训练室", dist)

    def setup(self, app: web.Application) -> None:
        """Routes and pages; what runs beside them begins and ends with the application."""
        for room in self._rooms:
            app.router.add_routes(room.routes(self._door))
        app.cleanup_ctx.append(self.jobs.lifecycle)
        app.router.add_routes(self._page.routes())
        app.cleanup_ctx.append(self._running)

    async def _running(self, app: web.Application) -> AsyncIterator[None]:
        await self.labels.rewrite()
        yield
