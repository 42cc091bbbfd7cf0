"""The port to whatever keeps the tickets after us; adapters stand beside it and pass one contract test class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hotline.cases.disclosure import disclose, disclose_text
from hotline.records import Case, CaseStatus

UpdateKind = Literal["add", "urge", "withdraw", "rate"]


@dataclass(frozen=True)
class BackendReceipt:
    """The backend has the ticket: its number there, and who leads and by when if it says so."""

    backend_id: str
    department: str | None = None
    expected: datetime | None = None


@dataclass(frozen=True)
class BackendStatus:
    """How far a ticket is. `notes` are the department's words, without the stage's name."""

    stage: CaseStatus
    notes: str | None = None
    department: str | None = None
    expected: datetime | None = None


@dataclass(frozen=True)
class BackendChange:
    """A ticket that changed at the backend, with the backend's time of the change."""

    backend_id: str
    updated_at: datetime
    status: BackendStatus


class CaseBackend(ABC):
    """Takes tickets and reports their progress.

    Every method raises CaseBackendError when the backend fails for now (`unclear` when a write may have been
    taken all the same) and CaseRejected when the request itself is wrong and trying again is no use. What is
    confidential is masked here, before any adapter sees it.
    """

    async def file(self, case: Case, key: str) -> BackendReceipt:
        """Hand a ticket over; the same `key` again gets the same ticket where the backend honours keys."""
        return await self._file(disclose(case), key)

    async def update(self, case: Case, kind: UpdateKind, text: str, key: str) -> None:
        """Tell what the citizen did to a ticket that the backend has (`case.backend_id`)."""
        await self._update(disclose(case), kind, disclose_text(case, text), key)

    @abstractmethod
    async def _file(self, case: Case, key: str) -> BackendReceipt: ...

    @abstractmethod
    async def _update(self, case: Case, kind: UpdateKind, text: str, key: str) -> None: ...

    @abstractmethod
    async def status(self, backend_id: str) -> BackendStatus:
        """How far a ticket is. Raises CaseRejected when the backend does not know it."""

    @abstractmethod
    async def find(self, receipt: str) -> str | None:
        """The backend's number of the ticket that carries our receipt; None when it has surely none.

        Raises CaseRejected when the backend cannot tell: then a person must look.
        """

    @abstractmethod
    async def changes(self, since: datetime) -> list[BackendChange]:
        """What changed at or after `since`, oldest first."""

    @abstractmethod
    async def healthy(self) -> bool:
        """Whether the backend answers."""
