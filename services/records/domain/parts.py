"""What hangs on a record beside its fields: checklist items, sub-tasks, files and repeats."""

from pydantic import Field

from shared.contracts.envelope import TextRef
from shared.contracts.records import TriggerKind
from shared.contracts.values import Code, EntityId, Frozen, Instant


class ListItem(Frozen):
    """One item of a checklist: a code of the template, or a person's own words. A compulsory one must be done."""

    id: EntityId
    code: Code | None = None
    text: TextRef | None = None
    compulsory: bool = False
    done_by: EntityId | None = None
    done_at: Instant | None = None


class Child(Frozen):
    """A sub-task that was opened from this record; a compulsory one must be closed before its parent is fulfilled."""

    id: EntityId
    compulsory: bool = False


class AttachedFile(Frozen):
    """A photo or PDF: what it is; its bytes are in the file store. `digest` is salted, so it says nothing by itself."""

    id: EntityId
    type: str
    size: int = Field(gt=0)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    added_by: EntityId
    added_at: Instant


class Repeat(Frozen):
    """The same question again, counted on the first record of it (S1)."""

    at: Instant
    source: TriggerKind
    key: EntityId
