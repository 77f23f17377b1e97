"""What stands around a record: items to tick off, sub-tasks, photos, changes for the PMS."""

from shared.contracts.identity import Department
from shared.contracts.records import Outcome, Status
from shared.contracts.values import Instant, Wire


class Tick(Wire):
    """One item of a checklist: `code` of the hotel's template, or words where the caller may read them."""

    id: str
    code: str | None = None
    text: str | None = None
    compulsory: bool = False
    done_by: str | None = None
    done_at: Instant | None = None


class Child(Wire):
    """A sub-task and how it stands."""

    id: str
    kind: str
    kind_title: str = ""
    what: str = ""
    status: Status
    outcome: Outcome | None = None
    owner: str
    department: Department
    due_at: Instant
    compulsory: bool = False


class ShownFile(Wire):
    """A photo or PDF; `size` in bytes."""

    id: str
    type: str
    size: int
    added_by: str
    added_at: Instant


class Writeback(Wire):
    """A change for the PMS, and what became of it."""

    id: str
    field: str
    state: str = "pending"


class Correction(Wire):
    """What somebody added to an exception note."""

    id: str
    by: str
    at: Instant
    text: str | None = None


class OwnerReason(Wire):
    """Why it is this owner's: the rule that chose, and how many it chose among."""

    rule: str
    on_duty: int = 0
    equals: int = 0
    language: str | None = None
