"""A task that the PMS says is done closes its record, or says so on it where somebody has to look first."""

from services.records.domain import commands as c
from services.records.domain.state import RecordState
from services.records.domain.texts import PrivateText
from services.records.usecases.desk import Desk
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.identity import Actor, ActorKind
from shared.contracts.records import Outcome, Status
from shared.contracts.tasks import PmsTask
from shared.contracts.values import derived_id

WORDS = "The PMS says that this task is done."


async def close_done(desk: Desk, tx: Tx, task: PmsTask, provenance: Provenance) -> None:
    """Fulfil the record of a task. What is not approved, or must not end yet, stays open and bears a note.

    No reason is given for the end, so that a guest who must know, or a PMS that has not confirmed, still holds it open.
    """
    state = await _record_of(desk, tx, task)
    if state is None or state.status is Status.COMPLETE or state.property_id != task.property_id:
        return
    doer = c.Doer(Actor(kind=ActorKind.PMS, id=task.pms))
    try:
        await desk.tell(state, c.CompleteRecord(Outcome.FULFILLED), doer, provenance)
    except AppError as refusal:
        if refusal.kind not in (ErrorKind.CONFLICT, ErrorKind.INVALID):
            raise
        said = _note(task, state)
        await desk.tell(state, c.AddNote(said), doer, provenance, [said])


async def _record_of(desk: Desk, tx: Tx, task: PmsTask) -> RecordState | None:
    """The record whose work we showed there, or the one that the PMS's own task has opened."""
    if task.record_id is not None:
        return await desk.find(task.record_id)
    for kind in desk.house.catalogue.kinds:
        key = f"{kind}:task:{task.id}"
        if not await desk.is_taken(key):
            continue
        found = [one for one in await desk.house.records.opened_by(desk.scope, key, tx) if one.trigger.key == key]
        return await desk.find(found[0].id) if found else None
    return None


def _note(task: PmsTask, state: RecordState) -> PrivateText:
    ref = derived_id("task_done", task.id, state.id, str(state.version))
    return PrivateText(ref=ref, salt=derived_id("salt", ref), text=WORDS)
