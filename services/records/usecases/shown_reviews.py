"""What waits for somebody's decision, as its queue shows it: no private words, those are on the record."""

from typing import Any

from services.records.usecases.shown import Card
from shared.contracts.identity import Role
from shared.contracts.records import MoneyLine
from shared.contracts.values import Frozen, Instant


class WaitingProposal(Frozen):
    """A proposal the caller may decide: ordinary values old beside new, and the digest that binds the decision."""

    id: str
    what: str
    requested_by: str
    since: Instant
    approve_by: Instant | None
    reviewer_role: Role
    reason_code: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    masked_fields: tuple[str, ...]
    line: MoneyLine | None
    digest: str
    record: Card


class Proposals(Frozen):
    """Proposals, oldest first. `next` is the cursor of the following page, if there is one."""

    proposals: tuple[WaitingProposal, ...]
    next: str | None = None


class WaitingException(Frozen):
    """An exception note the caller may review."""

    id: str
    cause: str
    raised_by: str
    since: Instant
    reviewer_role: Role
    record: Card


class Exceptions(Frozen):
    """Exception notes, oldest first. `next` is the cursor of the following page, if there is one."""

    exceptions: tuple[WaitingException, ...]
    next: str | None = None


class Decided(Frozen):
    """What became of one decision of many: the status and code it would have had alone."""

    record: str
    proposal: str
    status: int
    code: str | None = None
    detail: str | None = None
    version: int | None = None
    replayed: bool = False


class DecidedMany(Frozen):
    """What became of each, in the order they were given."""

    results: tuple[Decided, ...]
