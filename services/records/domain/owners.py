"""The owner rule: who owns a record from the moment it exists (C1). Pure: staff, load and local time are given."""

import datetime as dt
import enum
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.records.domain.commands import Ownership
from services.records.domain.ownership import MOST_SHOWN, Candidate, OwnerBecause
from services.records.domain.rota import Dial
from services.records.domain.rules import HotelRules
from services.records.domain.state import RecordState
from shared.contracts.identity import MANAGERS, Department, Role
from shared.contracts.staff import StaffMember

DOERS = frozenset({Role.ASSOCIATE, Role.SUPERVISOR, Role.REVENUE_MANAGER, Role.FINANCE})
FALLBACK = "fallback"
AFTER_HANDOFFS = "supervisor_after_handoffs"
AFTER_DECLINES = "supervisor_after_declines"
BY_ROLE = "role"


class Standing(enum.StrEnum):
    """How a person of the department stands towards a record."""

    ON_DUTY = "on_duty"
    OFF_DUTY = "off_duty"
    DECLINED = "declined"
    ABSENT = "absent"


@dataclass(frozen=True)
class Need:
    """What a record asks of its owner. `away` cannot have it; `declined` had it before and would not.

    `lot` names the record: it draws among those who are equal in everything.
    """

    property_id: str
    department: Department
    language: str
    skill: str | None = None
    role: Role | None = None
    declined: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    lot: str = ""


def need_of(state: RecordState, rules: HotelRules, department: Department | None = None) -> Need:
    """What a record asks of its next owner, in its own department or another."""
    return Need(
        property_id=state.property_id,
        department=department or state.department,
        language=state.language,
        skill=rules.of(state.kind).skill,
        role=rules.of(state.kind).owner_role,
        declined=frozenset(state.declined_by),
        lot=f"{state.id}|{state.version}",
    )


@dataclass(frozen=True)
class Roster:
    """Everybody who works for a chain, how much each has open, and whom departments fall back on."""

    staff: Sequence[StaffMember]
    load: Mapping[str, int]
    fallback_owners: Mapping[Department, str]
    zone: ZoneInfo


def choose(need: Need, roster: Roster, now: dt.datetime) -> Ownership:
    """The owner, the rule that chose and why: on duty in the department, able, speaking the language, least loaded.

    Whoever declined it is passed over; when they were the last on duty it goes to a supervisor. Nobody on duty gives
    the department's fallback owner, nobody in the department the general manager; both under the rule `fallback`,
    which alerts. The result is never empty.
    """
    dial = Dial(now, roster.zone)
    if need.role is not None and (held := _of_role(need, roster, dial)):
        return Ownership(_least_loaded(held, need, roster), BY_ROLE, _because(BY_ROLE, need, roster, now, 0, held))
    team = _team(need, roster, dial)
    on_duty = [each for each in team if dial.on_duty(each, need.department)]
    willing = [each for each in on_duty if each.id not in need.declined]
    for rule, equals in _tiers(need, willing):
        if equals:
            why = _because(rule, need, roster, now, len(on_duty), equals)
            return Ownership(_least_loaded(equals, need, roster), rule, why)
    rule = AFTER_DECLINES if need.declined else FALLBACK
    owner = _head(need, roster, dial) if need.declined else _fallback(need, roster, dial)
    return Ownership(owner, rule, _because(rule, need, roster, now, len(on_duty)))


def _of_role(need: Need, roster: Roster, dial: Dial) -> list[StaffMember]:
    """Who holds the role that the work is of: those on duty, else all who are not absent."""
    here = [each for each in _working_at(need, roster, dial) if need.role in each.roles]
    willing = [each for each in here if each.id not in need.declined] or here
    return [each for each in willing if dial.on_duty(each)] or willing


def _tiers(need: Need, willing: Sequence[StaffMember]) -> Iterator[tuple[str, list[StaffMember]]]:
    speaking = [each for each in willing if need.language in each.languages]
    if need.skill is not None:
        yield "on_duty_skill_language", [each for each in speaking if need.skill in each.skills]
        yield "on_duty_skill", [each for each in willing if need.skill in each.skills]
    yield "on_duty_language", speaking
    yield "on_duty", list(willing)


def _because(
    rule: str, need: Need, roster: Roster, now: dt.datetime, on_duty: int, equals: Sequence[StaffMember] = ()
) -> OwnerBecause:
    ranked = sorted(equals, key=lambda each: (roster.load.get(each.id, 0), each.id))[:MOST_SHOWN]
    return OwnerBecause(
        rule=rule,
        at=now,
        department=need.department,
        language=need.language,
        skill=need.skill,
        on_duty=on_duty,
        equals=len(equals),
        candidates=tuple(candidate(each, need, roster) for each in ranked),
        passed_over=tuple(sorted(need.declined | need.away)),
    )


@dataclass(frozen=True)
class Weighed:
    """One of a department's people held against what a record asks now, and how they stand."""

    candidate: Candidate
    standing: Standing


def weighed(need: Need, roster: Roster, now: dt.datetime) -> tuple[Weighed, ...]:
    """Everybody of the department at the property: who could take it first, then the others with what bars them."""
    dial = Dial(now, roster.zone)
    team = team_of(roster.staff, need.property_id, need.department)
    found = [Weighed(candidate(each, need, roster), _standing(each, need, dial)) for each in team]
    order = list(Standing)
    return tuple(sorted(found, key=lambda one: (order.index(one.standing), one.candidate.load, one.candidate.staff_id)))


def _standing(person: StaffMember, need: Need, dial: Dial) -> Standing:
    if person.id in need.away or dial.away(person):
        return Standing.ABSENT
    if person.id in need.declined:
        return Standing.DECLINED
    return Standing.ON_DUTY if dial.on_duty(person, need.department) else Standing.OFF_DUTY


def candidate(person: StaffMember, need: Need, roster: Roster) -> Candidate:
    """A person held against what a record asks."""
    return Candidate(
        staff_id=person.id,
        load=roster.load.get(person.id, 0),
        language=need.language in person.languages,
        skill=need.skill is None or need.skill in person.skills,
    )


def supervisor(need: Need, roster: Roster, now: dt.datetime) -> Ownership:
    """Who takes work that hand-offs lead nowhere with: a supervisor of the department, on duty if one is."""
    owner = _head(need, roster, Dial(now, roster.zone))
    return Ownership(owner, AFTER_HANDOFFS, _because(AFTER_HANDOFFS, need, roster, now, 0))


def _head(need: Need, roster: Roster, dial: Dial) -> str:
    heads = [each for each in _team(need, roster, dial) if Role.SUPERVISOR in each.roles]
    # One who declined it has it again only when there is no other, nor a manager.
    willing = [each for each in heads if each.id not in need.declined]
    present = [each for each in willing if dial.on_duty(each, need.department)]
    if willing:
        return _least_loaded(present or willing, need, roster)
    return _manager(need, roster, dial)


def on_duty(need: Need, roster: Roster, roles: Iterable[Role], now: dt.datetime) -> tuple[str, ...]:
    """The people with one of these roles who are on duty at the property now, by id."""
    wanted, dial = frozenset(roles), Dial(now, roster.zone)
    here = _working_at(need, roster, dial)
    return tuple(sorted(each.id for each in here if wanted & set(each.roles) and dial.on_duty(each)))


def may_be_given(person: StaffMember, need: Need, now: dt.datetime, zone: ZoneInfo) -> str | None:
    """Why a person cannot be given work of a department by name, if they cannot; nobody has to be on shift."""
    here = person.properties is None or need.property_id in person.properties
    if not person.active or not here or person.id in need.away:
        return "not_here"
    if Dial(now, zone).away(person):
        return "absent"
    fits = need.department in person.departments or bool(MANAGERS & set(person.roles))
    return None if fits else "other_department"


def does(member: StaffMember) -> bool:
    """Whether a person does work, rather than only oversee it."""
    return bool(DOERS & set(member.roles))


def team_of(staff: Iterable[StaffMember], property_id: str, department: Department) -> list[StaffMember]:
    """Who does the work of a department at a property, on duty or not."""
    return [each for each in staff if _works_at(each, property_id) and department in each.departments and does(each)]


def _works_at(person: StaffMember, property_id: str) -> bool:
    return person.active and (person.properties is None or property_id in person.properties)


def _working_at(need: Need, roster: Roster, dial: Dial) -> list[StaffMember]:
    return [
        each
        for each in roster.staff
        if _works_at(each, need.property_id) and each.id not in need.away and not dial.away(each)
    ]


def _team(need: Need, roster: Roster, dial: Dial) -> list[StaffMember]:
    return team_of(_working_at(need, roster, dial), need.property_id, need.department)


def _least_loaded(candidates: Sequence[StaffMember], need: Need, roster: Roster) -> str:
    def rank(person: StaffMember) -> tuple[int, bool, bytes]:
        # With the same load the work is done before it is led.
        return roster.load.get(person.id, 0), Role.SUPERVISOR in person.roles, _drawn(need.lot, person.id)

    return min(candidates, key=rank).id


def _drawn(lot: str, staff_id: str) -> bytes:
    # Where work is done as fast as it comes most have nothing open: by id, the first would get it all. Drawn by the
    # record instead, the same question still always has the same answer.
    return hashlib.blake2b(f"{lot}|{staff_id}".encode(), digest_size=8).digest() if lot else staff_id.encode()


def _fallback(need: Need, roster: Roster, dial: Dial) -> str:
    named = roster.fallback_owners.get(need.department)
    present = {each.id for each in _working_at(need, roster, dial)}
    if named in present:
        return str(named)
    team = _team(need, roster, dial)
    heads = [each for each in team if Role.SUPERVISOR in each.roles]
    return _least_loaded(heads or team, need, roster) if team else _manager(need, roster, dial)


def _manager(need: Need, roster: Roster, dial: Dial) -> str:
    here = _working_at(need, roster, dial)
    managers = [each for each in here if Role.GENERAL_MANAGER in each.roles]
    willing = [each for each in managers or here if each.id not in need.declined]
    anybody = willing or [each for each in here if Role.SUPERVISOR in each.roles] or managers or here
    if anybody:
        return _least_loaded(anybody, need, roster)
    # Before the first staff is known the post itself owns the work, so that nothing is ever without an owner.
    return f"general-manager@{need.property_id}"
