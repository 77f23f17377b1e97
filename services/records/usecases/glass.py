"""Broken glass opens a review, and the review that auth was told of closes it."""

from services.records.domain import commands as c
from services.records.domain.state import RecordState
from services.records.domain.texts import Reason
from services.records.usecases.desk import Desk
from services.records.workflows.glass_review import key_of
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.records import Outcome, Status
from shared.contracts.staff import GlassEvent


async def close_review(desk: Desk, tx: Tx, body: GlassEvent, provenance: Provenance) -> None:
    """Do what the reviewer did at auth on the record of it, in their name; what was closed by hand stays so."""
    found = await desk.house.records.opened_by(desk.scope, key_of(body.glass.id), tx)
    state = await desk.find(found[0].id) if found else None
    if state is None or state.status is Status.COMPLETE:
        return
    doer, reason = c.Doer(body.actor), Reason(code=body.reason_code)
    for command in _steps(state, body.reason_code):
        try:
            state = await desk.tell(state, command, doer, provenance)
        except AppError as refusal:
            if refusal.kind not in (ErrorKind.CONFLICT, ErrorKind.INVALID):
                raise
            # Somebody blocked it or found something else meanwhile: it is over all the same, and says why.
            await desk.tell(state, c.CompleteRecord(Outcome.CANCELLED, reason), doer, provenance)
            return


def _steps(state: RecordState, finding: str | None) -> list[c.Command]:
    steps: list[c.Command] = []
    if state.status is Status.NEW:
        steps.append(c.AcceptRecord())
    if state.checked is None:
        steps.append(c.CheckValue(finding))
    if state.status is not Status.APPROVED:
        steps.append(c.ApproveRecord())
    return [*steps, c.CompleteRecord(Outcome.FULFILLED, Reason(code=finding))]
