"""Who may do what to a record, and the trace that a refused sensitive act leaves (L5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.records.domain.kinds import KindSpec
from services.records.domain.state import RecordState
from services.records.usecases.house import House
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import forbidden
from shared.contracts.identity import DataClass, Department, Principal


def may(house: House, principal: Principal, action: str, state: RecordState) -> Verdict:
    """The verdict on an action on a record; no permission is a refusal."""
    return may_in(house, principal, action, state.kind, state.property_id, state.department)


def may_in(
    house: House, principal: Principal, action: str, kind: str, property_id: str | None, department: Department | None
) -> Verdict:
    """As `may`, for a record that is not there yet."""
    verdict = house.people.decide(principal, action, kind, property_id, department)
    if not verdict.allow:
        code = "policy_stale" if verdict.why == "policy_stale" else "not_granted"
        raise forbidden(code, f"You may not {action.replace('_', ' ')} here.")
    return verdict


def may_write(kind: KindSpec, values: Mapping[str, Any], verdict: Verdict) -> None:
    """Refuse a write that names a field the caller may not write, whole."""
    specs = [spec for name in values if (spec := kind.field(name)) is not None]
    barred = [spec.name for spec in specs if spec.data_class not in verdict.write]
    if barred:
        raise forbidden("field_not_granted", f"You may not write {', '.join(barred)}.")


async def note_access(
    house: House,
    principal: Principal,
    action: str,
    state: RecordState,
    provenance: Provenance,
    *,
    classes: frozenset[DataClass] = frozenset(),
    refused: bool = False,
) -> None:
    """Write down a sensitive read or a refused act, as an aggregate of its own, before the answer leaves."""
    await _note(house, [_access(house, principal, action, [state], classes, refused)], provenance)


async def note_reads(
    house: House, principal: Principal, states: Sequence[RecordState], classes: frozenset[DataClass]
) -> None:
    """Write down one sensitive read of several records, an entry for each hotel, before the answer leaves."""
    hotels = sorted({state.property_id for state in states})
    shares = [[state for state in states if state.property_id == hotel] for hotel in hotels]
    events = [_access(house, principal, "read", share, classes, False) for share in shares]
    await _note(house, events, Provenance.fresh(house.clock.new_id()))


def _access(
    house: House,
    principal: Principal,
    action: str,
    states: Sequence[RecordState],
    classes: frozenset[DataClass],
    refused: bool,
) -> NewEvent:
    subjects = tuple(state.id for state in states)
    access = AccessRead(subjects=subjects, action=action, classes=tuple(sorted(classes)), refused=refused)
    return NewEvent(
        type="access.refused.v1" if refused else "access.read.v1",
        chain=states[0].chain,
        property_id=states[0].property_id,
        subject=house.clock.new_id(),
        sequence=1,
        time=house.clock.now(),
        body=AccessEvent(actor=principal.actor, access=access),
    )


async def _note(house: House, events: Sequence[NewEvent], provenance: Provenance) -> None:
    async def work(tx: Any) -> None:
        await house.journal.append(tx, events, provenance)

    await house.transactions.run(work)
