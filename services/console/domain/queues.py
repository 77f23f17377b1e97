"""What waits for somebody's yes or answer: proposals, exception notes and questions, as records lists them."""

from typing import Any

from pydantic import Field

from services.console.domain.cards import Card
from shared.contracts.identity import Department
from shared.contracts.records import MoneyLine
from shared.contracts.values import Instant, Wire


class WaitingProposal(Wire):
    """A change the caller may decide; the digest binds the decision to what was shown."""

    id: str
    what: str = "change"
    requested_by: str
    since: Instant
    approve_by: Instant | None = None
    reviewer_role: str = ""
    reason_code: str | None = None
    before: dict[str, Any] = Field(default_factory=dict)
    after: dict[str, Any] = Field(default_factory=dict)
    masked_fields: tuple[str, ...] = ()
    line: MoneyLine | None = None
    digest: str
    record: Card

    @property
    def differing(self) -> tuple[str, ...]:
        """The fields whose value would change."""
        return tuple(name for name in self.after if self.before.get(name) != self.after[name])


class WaitingException(Wire):
    """An exception note the caller may review; its words are on the record."""

    id: str
    cause: str
    raised_by: str
    since: Instant
    reviewer_role: str = ""
    record: Card


class AskedOf(Wire):
    """A question without an answer."""

    id: str
    record_id: str
    record_version: int
    property_id: str
    kind: str = ""
    kind_title: str = ""
    room: str | None = None
    text: str | None = None
    asked_by: str
    asked_at: Instant
    answer_by: Instant
    to_department: Department | None = None
    to_staff: str | None = None
    overdue: bool = False


class Decided(Wire):
    """What became of one decision of many."""

    record: str
    proposal: str
    status: int
    code: str | None = None
    detail: str | None = None
