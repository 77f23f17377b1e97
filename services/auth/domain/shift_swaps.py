"""Swaps of shifts: who can do whose shift, what a proposal goes through, and what it makes of the rota."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.auth.domain.own_time import AHEAD_DAYS, Duty, duties, shifts_of
from shared.contracts.envelope import Change, NewEvent
from shared.contracts.errors import Breach, breached, conflict, forbidden, invalid
from shared.contracts.identity import Actor, DataClass, Role
from shared.contracts.staff import Absence, Cover, ShiftSwap, ShiftSwapEvent, StaffMember, Stretch, SwapState
from shared.contracts.values import AskedInstant, EntityId, Frozen, Slug

REST = dt.timedelta(hours=11)
"""Between two duties of a person, as European law has it (2003/88/EC, article 3)."""
ANSWERED_WITHIN = dt.timedelta(hours=72)
KEPT = dt.timedelta(days=90)
MOST_KEPT = 100
OPEN = frozenset({SwapState.PROPOSED, SwapState.ACCEPTED})
_MANAGERS = frozenset({Role.DUTY_MANAGER, Role.GENERAL_MANAGER})
STANDS_FOR: dict[Role, frozenset[Role]] = {
    Role.ASSOCIATE: _MANAGERS | {Role.ASSOCIATE, Role.SUPERVISOR},
    Role.SUPERVISOR: _MANAGERS | {Role.SUPERVISOR},
    Role.DUTY_MANAGER: _MANAGERS,
    **{role: frozenset({role}) for role in (Role.GENERAL_MANAGER, Role.REVENUE_MANAGER, Role.FINANCE)},
}
"""Who can do the shift of somebody in a role; administrators and auditors are none by the hour."""


class SwapDraft(Frozen):
    """Which shift, whom it is offered to, and which of theirs is taken in return; shifts are named by their start."""

    property_id: Slug
    colleague: EntityId
    start: AskedInstant
    in_return: AskedInstant | None = None


@dataclass(frozen=True)
class Floor:
    """Where and when a swap is looked at."""

    zone: ZoneInfo
    now: dt.datetime
    rest: dt.timedelta = REST


def proposed(
    swap_id: str, draft: SwapDraft, asker: StaffMember, colleague: StaffMember, floor: Floor, *, approval: bool
) -> ShiftSwap:
    """A new swap, at version 1; every reason why it cannot be at once."""
    if colleague.id == asker.id:
        raise invalid("colleague", "somebody_else", "A swap is with somebody else.")
    given = _shift(asker, draft.start, "start", floor)
    taken = _shift(colleague, draft.in_return, "in_return", floor) if draft.in_return else None
    swap = ShiftSwap(
        id=swap_id,
        chain=asker.chain,
        property_id=draft.property_id,
        asker=asker.id,
        colleague=colleague.id,
        given=given,
        in_return=taken,
        approval=approval,
        answer_by=min(_first(given, taken), floor.now + ANSWERED_WITHIN),
        version=1,
    )
    require_possible(swap, asker, colleague, floor)
    return swap


def _shift(person: StaffMember, start: dt.datetime, field: str, floor: Floor) -> Stretch:
    found = [each for each in shifts_of(person, floor.zone, floor.now) if each.start == start and start > floor.now]
    if not found:
        raise invalid(field, "own_shift", f"No shift to come begins then (of the next {AHEAD_DAYS} days).")
    return Stretch(start=found[0].start, end=found[0].end, department=found[0].department)


def _first(given: Stretch, taken: Stretch | None) -> dt.datetime:
    return min(given.start, taken.start) if taken else given.start


def require_possible(swap: ShiftSwap, asker: StaffMember, colleague: StaffMember, floor: Floor) -> None:
    """Refuse a swap that somebody cannot do, with all that is against it; asked again at each step."""
    for person, stretch in ((asker, swap.given), (colleague, swap.in_return)):
        mine = shifts_of(person, floor.zone, floor.now)
        if stretch and Duty(stretch.start, stretch.end, stretch.department) not in mine:
            raise conflict("shift_gone", "One of these shifts is not (any more) that of who would give it.")
    found = _against("colleague", swap, asker, colleague, swap.given, swap.in_return, floor)
    if swap.in_return is not None:
        found += _against("in_return", swap, colleague, asker, swap.in_return, swap.given, floor)
    if found:
        raise breached(found)


def _against(
    field: str,
    swap: ShiftSwap,
    giver: StaffMember,
    taker: StaffMember,
    stretch: Stretch,
    freed: Stretch | None,
    floor: Floor,
) -> list[Breach]:
    """What stands against one person's doing another's shift, less the one they give away for it."""
    said = [*_unfit(giver, taker, stretch, swap.property_id)]
    if any(each.start < stretch.end and (each.end is None or stretch.start < each.end) for each in taker.absences):
        said.append(("absent_then", "They are absent then."))
    others = [
        each
        for each in duties(taker, floor.zone, floor.now, AHEAD_DAYS + 2)
        if freed is None or (each.start, each.end) != (freed.start, freed.end)
    ]
    if any(each.start < stretch.end and stretch.start < each.end for each in others):
        said.append(("double_booking", "They are on duty then."))
    elif any(each.start < stretch.end + floor.rest and stretch.start < each.end + floor.rest for each in others):
        hours = int(floor.rest.total_seconds() // 3600)
        said.append(("rest", f"Less than {hours} hours of rest would be left before or after it."))
    return [Breach(field=field, rule=rule, message=message) for rule, message in said]


def _unfit(giver: StaffMember, taker: StaffMember, stretch: Stretch, property_id: str) -> Iterable[tuple[str, str]]:
    needed = {stretch.department} if stretch.department else set(giver.departments)
    if taker.service or not taker.active or not (taker.properties is None or property_id in taker.properties):
        yield "same_property", "They do not work at this hotel."
    if not needed <= set(taker.departments):
        yield "same_department", "They do not work in this department."
    if not all(STANDS_FOR[role] & set(taker.roles) for role in giver.roles if role in STANDS_FOR):
        yield "same_role", "They do not hold the role that this shift is done in."
    lacking = sorted(set(giver.skills) - set(taker.skills))
    if lacking:
        yield "skills_needed", f"They lack {', '.join(lacking)}."


def answered(swap: ShiftSwap, by: str, accept: bool, approval: bool, now: dt.datetime) -> ShiftSwap:
    """What the colleague says: done at once, or for a supervisor to agree to; nobody answers for them."""
    if by != swap.colleague:
        raise forbidden("not_yours", "The colleague who was asked answers.")
    _require(swap, SwapState.PROPOSED, now)
    if not accept:
        return _moved(swap, SwapState.DECLINED)
    asked = swap.approval or approval
    first = _first(swap.given, swap.in_return)
    update = {"approval": asked, "answer_by": first}
    return _moved(swap.model_copy(update=update), SwapState.ACCEPTED if asked else SwapState.AGREED)


def decided(swap: ShiftSwap, by: str, lenders: Iterable[str], approve: bool, now: dt.datetime) -> ShiftSwap:
    """What a supervisor says; never one of the two, nor with the rights of one of them."""
    if {by, *lenders} & {swap.asker, swap.colleague}:
        raise forbidden("own_request", "Nobody decides what they asked for themselves.")
    _require(swap, SwapState.ACCEPTED, now)
    return _moved(swap, SwapState.AGREED if approve else SwapState.REJECTED, by)


def withdrawn(swap: ShiftSwap, by: str, now: dt.datetime) -> ShiftSwap:
    """Taken back by whoever asked, while it waits."""
    if by != swap.asker:
        raise forbidden("not_yours", "Who asked takes it back.")
    _require(swap, swap.state if swap.state in OPEN else SwapState.PROPOSED, now)
    return _moved(swap, SwapState.WITHDRAWN)


def expired(swap: ShiftSwap, now: dt.datetime) -> ShiftSwap | None:
    """Over, where nobody answered or decided in time; None where there is time, or it is done."""
    return _moved(swap, SwapState.EXPIRED) if swap.state in OPEN and swap.answer_by <= now else None


def _require(swap: ShiftSwap, state: SwapState, now: dt.datetime) -> None:
    if swap.state is not state:
        raise conflict("swap_over", f"This swap is {swap.state.value}.")
    if swap.answer_by <= now:
        raise conflict("swap_expired", "This was not answered in time.")


def _moved(swap: ShiftSwap, state: SwapState, by: str | None = None) -> ShiftSwap:
    return swap.model_copy(update={"state": state, "decided_by": by, "version": swap.version + 1})


def swapped(
    swap: ShiftSwap, asker: StaffMember, colleague: StaffMember, now: dt.datetime
) -> tuple[StaffMember, StaffMember]:
    """Both people with the rota that an agreed swap makes, each one version on."""
    back = (swap.in_return,) if swap.in_return else ()
    return _with(asker, swap, (swap.given,), back, now), _with(colleague, swap, back, (swap.given,), now)


def _with(
    person: StaffMember, swap: ShiftSwap, gives: Sequence[Stretch], takes: Sequence[Stretch], now: dt.datetime
) -> StaffMember:
    absences = [each for each in person.absences if each.end is None or each.end > now - KEPT]
    covers = [each for each in person.covers if each.end > now - KEPT]
    if len(absences) + len(gives) > MOST_KEPT or len(covers) + len(takes) > MOST_KEPT:
        raise conflict("swaps_enough", f"{MOST_KEPT} are down; ask an administrator.")
    absences += [Absence(start=each.start, end=each.end, swap_id=swap.id) for each in gives]
    covers += [
        Cover(
            start=each.start,
            end=each.end,
            property_id=swap.property_id,
            department=each.department,
            swap_id=swap.id,
        )
        for each in takes
    ]
    update = {"absences": tuple(absences), "covers": tuple(covers), "version": person.version + 1}
    return person.model_copy(update=update)


def swap_event(swap: ShiftSwap, before: SwapState | None, actor: Actor, now: dt.datetime) -> NewEvent:
    """`shift_swap.` and the state it has now."""
    moved = Change(field="state", data_class=DataClass.STAFF, before=before, after=swap.state)
    return NewEvent(
        type=f"shift_swap.{swap.state.value}.v1",
        chain=swap.chain,
        property_id=swap.property_id,
        subject=swap.id,
        sequence=swap.version,
        time=now,
        body=ShiftSwapEvent(actor=actor, swap=swap, changes=(moved,)),
    )
