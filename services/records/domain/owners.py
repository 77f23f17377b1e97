"""The owner rule: who owns a record from the moment it exists (C1). Pure: staff, load and local time are given."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.records.domain.commands import Ownership
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Shift, StaffMember

DOERS = frozenset({Role.ASSOCIATE, Role.SUPERVISOR, Role.REVENUE_MANAGER, Role.FINANCE})
FALLBACK = "fallback"


@dataclass(frozen=True)
class Need:
    """What a record asks of its owner."""

    property_id: str
    department: Department
    language: str


@dataclass(frozen=True)
class Roster:
    """Everybody who works for a chain, how much each has open, and whom departments fall back on."""

    staff: Sequence[StaffMember]
    load: Mapping[str, int]
    fallback_owners: Mapping[Department, str]
    zone: ZoneInfo


def choose(need: Need, roster: Roster, now: dt.datetime) -> Ownership:
    """The owner and the rule that chose: on duty in the department, speaking the guest's language, least loaded.

    Nobody on duty gives the department's fallback owner, nobody in the department the general manager; both under
    the rule `fallback`, which alerts. The result is never empty.
    """
    team = [each for each in _working_at(need, roster) if need.department in each.departments and _does(each)]
    on_duty = [each for each in team if on_shift(each.shifts, now, roster.zone)]
    speaking = [each for each in on_duty if need.language in each.languages]
    if speaking:
        return Ownership(_least_loaded(speaking, roster.load), "on_duty_language")
    if on_duty:
        return Ownership(_least_loaded(on_duty, roster.load), "on_duty")
    return Ownership(_fallback(need, roster), FALLBACK)


def supervisor(need: Need, roster: Roster, now: dt.datetime) -> Ownership:
    """Who takes work that hand-offs lead nowhere with: a supervisor of the department, on duty if one is."""
    heads = [
        each
        for each in _working_at(need, roster)
        if Role.SUPERVISOR in each.roles and need.department in each.departments
    ]
    present = [each for each in heads if on_shift(each.shifts, now, roster.zone)]
    rule = "supervisor_after_handoffs"
    if heads:
        return Ownership(_least_loaded(present or heads, roster.load), rule)
    return Ownership(_manager(need, roster), rule)


def on_duty(need: Need, roster: Roster, roles: Iterable[Role], now: dt.datetime) -> tuple[str, ...]:
    """The people with one of these roles who are on duty at the property now, by id."""
    wanted = frozenset(roles)
    return tuple(
        sorted(
            each.id
            for each in _working_at(need, roster)
            if wanted & set(each.roles) and on_shift(each.shifts, now, roster.zone)
        )
    )


def on_shift(shifts: Iterable[Shift], now: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether a moment falls in one of the shifts, in the property's local time; a shift may pass midnight."""
    local = now.astimezone(zone)
    today, yesterday, clock = local.weekday(), (local.weekday() - 1) % 7, local.time()
    return any(
        (shift.start <= clock < shift.end and today in shift.days)
        if shift.start < shift.end
        else (clock >= shift.start and today in shift.days) or (clock < shift.end and yesterday in shift.days)
        for shift in shifts
    )


def _does(member: StaffMember) -> bool:
    return bool(DOERS & set(member.roles))


def _working_at(need: Need, roster: Roster) -> list[StaffMember]:
    return [
        each
        for each in roster.staff
        if each.active and (each.properties is None or need.property_id in each.properties)
    ]


def _least_loaded(candidates: Sequence[StaffMember], load: Mapping[str, int]) -> str:
    # Among equals the lowest id: the same question always has the same answer.
    return min(candidates, key=lambda each: (load.get(each.id, 0), each.id)).id


def _fallback(need: Need, roster: Roster) -> str:
    named = roster.fallback_owners.get(need.department)
    present = {each.id for each in _working_at(need, roster)}
    if named in present:
        return str(named)
    team = [each for each in _working_at(need, roster) if need.department in each.departments and _does(each)]
    heads = [each for each in team if Role.SUPERVISOR in each.roles]
    return _least_loaded(heads or team, roster.load) if team else _manager(need, roster)


def _manager(need: Need, roster: Roster) -> str:
    here = _working_at(need, roster)
    managers = [each for each in here if Role.GENERAL_MANAGER in each.roles]
    if managers or here:
        return _least_loaded(managers or here, roster.load)
    # Before the first staff is known the post itself owns the work, so that nothing is ever without an owner.
    return f"general-manager@{need.property_id}"
