"""Notes and tasks for the PMS as rows: pending → sending → done, refused or unknown; pure."""

import datetime as dt

from services.integrations.domain.orders import NoteOrder, TaskAct, TaskOrder
from shared.contracts.commands_out import CommandSort
from shared.contracts.identity import Actor, ActorKind
from shared.contracts.records import RecordSnapshot, Status, TriggerKind
from shared.contracts.values import EntityId, Frozen, Instant, derived_id
from shared.contracts.writebacks import WritebackState


class OrderRow(Frozen):
    """One note or task on its way. `note` and `task` hold what is asked, without the reservation, found when sent."""

    id: EntityId
    chain: str
    property_id: str
    sort: CommandSort
    stay_id: EntityId | None
    record_id: EntityId | None = None
    state: WritebackState = WritebackState.PENDING
    failure: str | None = None
    reference: str | None = None
    at: Instant
    version: int = 1
    note: NoteOrder | None = None
    task: TaskOrder | None = None


def moved(
    row: OrderRow, state: WritebackState, now: dt.datetime, failure: str | None = None, reference: str | None = None
) -> OrderRow:
    """The row in its next state."""
    after = {"state": state, "failure": failure, "at": now, "version": row.version + 1}
    return row.model_copy(update=after | ({"reference": reference} if reference else {}))


def opening_id(record_id: str) -> str:
    """The id of the order that opens a record's task."""
    return derived_id("pms_task", record_id, "open")


def task_behind(record: RecordSnapshot) -> str | None:
    """Our id of the PMS's own task that opened a record; None for any other."""
    _, told, task_id = record.trigger.key.partition(":task:")
    return task_id if told and record.trigger.kind is TriggerKind.STAFF_TASK else None


def task_of(record: RecordSnapshot, by: Actor, kinds: frozenset[str], now: dt.datetime) -> OrderRow | None:
    """What a record's news means for its task in the PMS: opened once, closed when the record is; else nothing.

    A task that the PMS itself opened is not opened again, only closed; what the PMS itself has closed, it is not told.
    """
    closed = record.status is Status.COMPLETE
    theirs = task_behind(record)
    if record.kind not in kinds or record.stay_id is None or (theirs and not closed):
        return None
    if closed and by.kind is ActorKind.PMS:
        return None
    act = TaskAct.CLOSE if closed else TaskAct.OPEN
    close_id = derived_id("pms_task", record.id, "close", str(record.close_count))
    task = TaskOrder(
        key=record.id,
        record_id=record.id,
        act=act,
        title=f"Bellboard: {record.kind.replace('_', ' ')}",
        kind=record.kind,
        department=record.department,
        due_at=record.due_at,
        room=record.room,
        theirs=theirs,
    )
    return OrderRow(
        id=close_id if closed else opening_id(record.id),
        chain=record.chain,
        property_id=record.property_id,
        sort=CommandSort.TASK,
        stay_id=record.stay_id,
        record_id=record.id,
        at=now,
        task=task,
    )
