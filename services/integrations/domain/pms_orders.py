"""Notes and tasks for the PMS as rows: pending → sending → done, refused or unknown; pure."""

import datetime as dt

from services.integrations.domain.orders import NoteOrder, TaskAct, TaskOrder
from shared.contracts.commands_out import CommandSort
from shared.contracts.records import RecordSnapshot, Status
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


def task_of(record: RecordSnapshot, kinds: frozenset[str], now: dt.datetime) -> OrderRow | None:
    """What a record's news means for its task in the PMS: opened once, closed when the record is; else nothing."""
    if record.kind not in kinds or record.stay_id is None:
        return None
    closed = record.status is Status.COMPLETE
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
