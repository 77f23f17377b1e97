"""What callers are shown of what hangs on a record: checklist, sub-tasks, files."""

from pydantic import Field

from shared.contracts.identity import Department
from shared.contracts.records import Outcome, Status
from shared.contracts.values import Frozen, Instant


class ShownItem(Frozen):
    """One item of a checklist: `code` of the hotel's template, or `text` where the caller may read it."""

    id: str
    code: str | None = None
    text: str | None = None
    compulsory: bool
    done_by: str | None = None
    done_at: Instant | None = None


class ShownChild(Frozen):
    """A sub-task and how it stands."""

    id: str
    kind: str
    kind_title: str
    what: str
    status: Status
    outcome: Outcome | None
    owner: str
    department: Department
    due_at: Instant
    risk: str
    compulsory: bool


class ShownFile(Frozen):
    """A photo or PDF; its bytes are at `/v1/records/{record_id}/attachments/{id}` for those who may see them."""

    id: str
    type: str = Field(examples=["image/jpeg"])
    size: int
    digest: str
    added_by: str
    added_at: Instant
