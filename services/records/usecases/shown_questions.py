"""What callers are shown of questions that wait for them."""

from shared.contracts.identity import Department
from shared.contracts.values import Frozen, Instant


class AskedOf(Frozen):
    """A question without an answer; `text` is absent where it was erased."""

    id: str
    record_id: str
    record_version: int
    property_id: str
    kind: str
    kind_title: str
    room: str | None
    text: str | None = None
    asked_by: str
    asked_at: Instant
    answer_by: Instant
    to_department: Department | None = None
    to_staff: str | None = None
    overdue: bool


class QuestionPage(Frozen):
    """Questions, the soonest answer first. `next` is the cursor of the following page, if there is one."""

    questions: tuple[AskedOf, ...]
    next: str | None = None
