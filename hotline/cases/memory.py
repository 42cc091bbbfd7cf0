"""A case backend in memory: small, real, for tests and trials without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hotline.cases.port import BackendChange, BackendReceipt, BackendStatus, CaseBackend, UpdateKind
from hotline.errors import CaseBackendError, CaseRejected
from hotline.records import Case, CaseStatus


@dataclass
class Kept:
    """One ticket as the backend keeps it."""

    case: Case
    key: str
    status: BackendStatus
    updated_at: datetime
    updates: list[tuple[str, str, str]] = field(default_factory=list)


class MemoryBackend(CaseBackend):
    """Honours keys. `failure` makes every call raise it; `lose_answers` takes writes and then fails."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.cases: dict[str, Kept] = {}
        self.failure: CaseBackendError | None = None
        self.lose_answers = False
        self._clock = clock

    async def _file(self, case: Case, key: str) -> BackendReceipt:
        self._check()
        for backend_id, kept in self.cases.items():
            if kept.key == key:
                if kept.case.description != case.description:
                    raise CaseRejected("the key was used for another request")
                return BackendReceipt(backend_id, kept.status.department)
        backend_id = f"M{len(self.cases) + 1}"
        self.cases[backend_id] = Kept(
            case, key, BackendStatus("pending", department=case.department), self._clock())
        self._lose()
        return BackendReceipt(backend_id, case.department)

    async def _update(self, case: Case, kind: UpdateKind, text: str, key: str) -> None:
        self._check()
        kept = self._kept(case.backend_id or "")
        if any(known == key for known, _, _ in kept.updates):
            return
        kept.updates.append((key, kind, text))
        kept.updated_at = self._clock()
        if kind == "withdraw" and kept.status.stage != "closed":
            kept.status = replace(kept.status, stage="withdrawn", notes=None)
        self._lose()

    async def status(self, backend_id: str) -> BackendStatus:
        """See the port."""
        self._check()
        return self._kept(backend_id).status

    async def find(self, receipt: str) -> str | None:
        """See the port."""
        self._check()
        return next((backend_id for backend_id, kept in self.cases.items() if kept.case.receipt == receipt), None)

    async def changes(self, since: datetime) -> list[BackendChange]:
        """See the port."""
        self._check()
        found = [BackendChange(backend_id, kept.updated_at, kept.status)
                 for backend_id, kept in self.cases.items() if kept.updated_at >= since]
        return sorted(found, key=lambda change: change.updated_at)

    async def healthy(self) -> bool:
        """See the port."""
        return self.failure is None

    def move(self, backend_id: str, stage: CaseStatus, notes: str | None = None) -> None:
        """What a department does."""
        kept = self._kept(backend_id)
        kept.status = replace(kept.status, stage=stage, notes=notes)
        kept.updated_at = self._clock()

    def _kept(self, backend_id: str) -> Kept:
        try:
            return self.cases[backend_id]
        except KeyError as error:
            raise CaseRejected("no such request") from error

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _lose(self) -> None:
        if self.lose_answers:
            raise CaseBackendError("the answer was lost", unclear=True)
