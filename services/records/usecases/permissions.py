"""Who may do what to a record, and the trace that a refused sensitive act leaves (L5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.records.domain.commands import StandIn
from services.records.domain.kinds import KindSpec
from services.records.domain.rota import Dial
from services.records.domain.state import RecordState
from services.records.usecases.house import House
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import forbidden
from shared.contracts.identity import DataClass, Department, Principal
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope, local_day, zone


def may(house: House, principal: Principal, action: str, state: RecordState) -> Verdict:
    """The verdict on an action on a record; no permission is a refusal."""
    return may_in(house, principal, action, state.kind, state.property_id, state.department)


REVIEWING = frozenset({"review_exception", "decide_proposal", "approve"})
"""What a deputy may do in the place of somebody who is off duty."""


def lenders(principal: Principal, action: str, property_id: str) -> tuple[StandIn, ...]:
    """Who lent the caller rights, with the roles that count for an action at a hotel; without any, they bar all the
    same: nobody decides what somebody asked for whose rights they bear."""
    return tuple(
        StandIn(
            each.lender,
            each.roles
            if each.at(property_id, principal.properties) and (each.actions is None or action in each.actions)
            else frozenset(),
            off_duty=False,
            delegated=True,
        )
        for each in principal.lent
    )


async def stand_ins(house: House, principal: Principal, property_id: str) -> tuple[StandIn, ...]:
    """For whom the caller may decide at a hotel today, and who of them is off duty now."""
    rules = await house.hotel_rules(Scope(chain=principal.chain), property_id)
    if not rules.deputies:
        return ()
    hotel, now = house.hotel_of_event(principal.chain, property_id), house.clock.now()
    place = zone(hotel.zone)
    dial = Dial(now, place)
    day = local_day(now, place)
    today = {each.principal for each in rules.deputies if each.deputy == principal.staff_id and each.on(day)}
    staff = {person.id: person for person in house.people.staff(principal.chain, property_id)}
    return tuple(
        StandIn(one, frozenset(staff[one].roles), not dial.on_duty(staff[one]))
        if one in staff
        else StandIn(one, frozenset(), off_duty=True)
        for one in sorted(today)
    )


def may_or_for(
    house: House, principal: Principal, action: str, state: RecordState, stands_in: Sequence[StandIn]
) -> Verdict:
    """As `may`, by the caller's own right or by that of somebody off duty they stand in for."""
    people = {person.id: person for person in house.people.staff(state.chain, state.property_id)} if stands_in else {}
    for each in stands_in:
        lender = people.get(each.principal)
        if lender is None or not each.off_duty:
            continue
        held = house.people.decide(lent(principal, lender), action, state.kind, state.property_id, state.department)
        own = house.people.decide(principal, action, state.kind, state.property_id, state.department)
        if held.allow and not own.allow:
            return held
    return may(house, principal, action, state)


def lent(principal: Principal, lender: StaffMember) -> Principal:
    """The principal a deputy acts for, in the deputy's own session."""
    return Principal(
        staff_id=lender.id,
        chain=lender.chain,
        roles=frozenset(lender.roles),
        properties=None if lender.properties is None else frozenset(lender.properties),
        departments=frozenset(lender.departments),
        session=principal.session,
    )


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


async def note(
    house: House, principal: Principal, access: AccessRead, property_id: str, provenance: Provenance
) -> None:
    """Write down an access to anything."""
    await _note(house, [_told(house, principal, access, property_id)], provenance)


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
    return _told(house, principal, access, states[0].property_id)


def _told(house: House, principal: Principal, access: AccessRead, property_id: str) -> NewEvent:
    return NewEvent(
        type="access.refused.v1" if access.refused else "access.read.v1",
        chain=principal.chain,
        property_id=property_id,
        subject=house.clock.new_id(),
        sequence=1,
        time=house.clock.now(),
        body=AccessEvent(actor=principal.actor, access=access),
    )


async def _note(house: House, events: Sequence[NewEvent], provenance: Provenance) -> None:
    async def work(tx: Any) -> None:
        await house.journal.append(tx, events, provenance)

    await house.transactions.run(work)
