"""Tasks that staff write down in the PMS, on `stays.v1`: ids and codes, never their words."""

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import Department
from shared.contracts.values import Code, EntityId, Instant, Version, Wire


class PmsTask(Wire):
    """One task of the PMS. Its words stay there; `code` says what it is about, as for guests' wishes."""

    id: EntityId
    property_id: str
    pms: Code
    number: EntityId = Field(description="The PMS's own number of the task")
    source_event: EntityId = Field(description="The PMS's own id of the event that told of it")
    code: Code
    stay_id: EntityId | None = None
    room: str | None = None
    department: Department | None = None
    due_at: Instant | None = None
    record_id: EntityId | None = Field(default=None, description="The record whose work it shows, where we opened it")
    at: Instant
    version: Version


class TaskEvent(EventBody):
    """A task was seen, or was closed in the PMS."""

    task: PmsTask


TASK_VERBS = ("seen", "closed")
