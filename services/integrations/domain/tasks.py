"""Tasks that staff write down in the PMS; each is told once, by its number there."""

import datetime as dt
from dataclasses import dataclass

from services.integrations.domain.connections import Connection
from services.integrations.domain.orders import TaskState
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Actor, ActorKind, Department
from shared.contracts.tasks import PmsTask, TaskEvent
from shared.contracts.values import derived_id, stay_id

CODE = "pms_task"
"""What a task is about whose words stay in the PMS."""


@dataclass(frozen=True, slots=True)
class TaskSaid:
    """A task as the PMS tells it."""

    event_id: str
    number: str
    code: str
    reservation: str | None = None
    room: str | None = None
    department: Department | None = None
    due_at: dt.datetime | None = None


def seen(connection: Connection, said: TaskSaid, now: dt.datetime) -> NewEvent:
    """The event of one task; another event about the same number is the same task."""
    return _told(connection, said, now, "seen", 1)


def closed(connection: Connection, state: TaskState, now: dt.datetime) -> NewEvent:
    """The event of one that the PMS says is done: of ours its first, as nobody had to be told that we opened it."""
    said = TaskSaid(f"closed-{state.number}", state.number, CODE, reservation=state.reservation)
    return _told(connection, said, now, "closed", 1 if state.key else 2, state.key)


def _told(
    connection: Connection, said: TaskSaid, now: dt.datetime, verb: str, version: int, record_id: str | None = None
) -> NewEvent:
    of = connection.property_id
    task = PmsTask(
        id=derived_id("task", of, connection.pms, said.number),
        property_id=of,
        pms=connection.pms,
        number=said.number,
        source_event=said.event_id,
        code=said.code,
        stay_id=stay_id(of, connection.pms, said.reservation) if said.reservation else None,
        room=said.room,
        department=said.department,
        due_at=said.due_at,
        record_id=record_id,
        at=now,
        version=version,
    )
    return NewEvent(
        type=f"task.{verb}.v1",
        chain=connection.chain,
        property_id=of,
        subject=task.id,
        sequence=version,
        time=now,
        body=TaskEvent(actor=Actor(kind=ActorKind.PMS, id=connection.pms), task=task),
    )
