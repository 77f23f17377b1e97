"""What would have become of records under other rules: owner, breaches, deadlines, what rings, what follows."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.records.domain.act import Act, about
from services.records.domain.catalogue import Catalogue
from services.records.domain.commands import AcceptRecord, Doer, OpenRecord
from services.records.domain.conditions import condition_breaches
from services.records.domain.decide import decide, open_record
from services.records.domain.occurrences import Opening
from services.records.domain.owners import Need, Roster, choose
from services.records.domain.rules import HotelRules
from services.records.domain.selling import Selling
from services.records.domain.stakes import Spent
from services.records.domain.state import RecordState
from services.records.domain.steps.approval import money_needs
from services.records.domain.terms import NOTHING, Terms
from services.records.domain.validation import limit_breaches, notice_breaches
from shared.contracts.errors import AppError, Breach
from shared.contracts.identity import Actor, ActorKind, Role, system
from shared.contracts.records import EscalationStep, Status
from shared.contracts.staff import Property, StaffMember
from shared.contracts.stays import Stay

MACHINE = Doer(system("simulation"))
MOST_FOLLOWING = 3


@dataclass(frozen=True)
class Case:
    """A record that is `there`, or one that would be; `record_id` names it on both sides."""

    record_id: str
    opening: Opening
    at: dt.datetime
    stay: Stay | None = None
    there: bool = False
    ended_at: dt.datetime | None = None
    selling: Selling | None = None
    spent: Spent = NOTHING

    @property
    def followed(self) -> int:
        """How many records it follows on, itself not counted."""
        return self.record_id.count("+")


@dataclass(frozen=True)
class World:
    """What both sides share: workflows, hotel, people with their load, who of them worked there when, and now."""

    catalogue: Catalogue
    hotel: Property
    roster: Roster
    now: dt.datetime
    staff_at: Callable[[dt.datetime], tuple[StaffMember, ...]] | None = None

    def roster_at(self, at: dt.datetime) -> Roster:
        """The people as they were at a moment."""
        return self.roster if self.staff_at is None else replace(self.roster, staff=self.staff_at(at))


@dataclass(frozen=True)
class Told:
    """What one set of rules says of a case."""

    owner: str
    owner_rule: str
    breaches: tuple[Breach, ...]
    approved_by_policy: bool
    approver: Role | None = None
    offer: str | None = None
    offer_refused: str | None = None
    accept_by: dt.datetime | None = None
    due_at: dt.datetime | None = None
    at_risk_at: dt.datetime | None = None
    steps: tuple[EscalationStep, ...] = ()
    late: bool = False
    rung: tuple[Role, ...] = ()
    opens: tuple[str, ...] = ()


def case_of(state: RecordState, stay: Stay | None) -> Case:
    """A record that is there, with its values as they stand; its deadline is an anchor unless its SLA gave it."""
    plain = state.opened_at + dt.timedelta(seconds=state.sla.complete_s)
    due_at = state.due_at - dt.timedelta(seconds=state.paused_s)
    opening = Opening(
        kind=state.kind,
        source=state.trigger.kind,
        key=state.trigger.key,
        property_id=state.property_id,
        stay_id=state.stay_id,
        guest_id=state.guest_id,
        room=state.room,
        language=state.language,
        fields=state.fields,
        department=state.department,
        due_at=None if due_at == plain else due_at,
        expires_at=state.expires_at,
        sale=state.sale,
    )
    return Case(state.id, opening, state.opened_at, stay, there=True, ended_at=state.closed_at)


def told(case: Case, world: World, rules: HotelRules, load: Mapping[str, int]) -> tuple[Told, tuple[Case, ...]]:
    """What rules say of a case, and of a new one the cases that follow on it at once."""
    kind, hotel = world.catalogue.kind(case.opening.kind), world.hotel
    terms = Terms(
        kind,
        rules.of(kind.code),
        rules.version,
        hotel.currency,
        case.stay,
        chain_version=rules.chain_version,
        selling=case.selling,
        spent=case.spent,
    )
    department = case.opening.department or kind.department
    need = Need(
        hotel.id, department, case.opening.language, terms.rules.skill, terms.rules.owner_role, lot=case.opening.key
    )
    ownership = choose(
        need, replace(world.roster_at(case.at), load=load, fallback_owners=rules.fallback_owners), case.at
    )
    command = OpenRecord(case.record_id, case.opening, hotel.chain, hotel.zone, ownership)
    try:
        state = open_record(command, MACHINE, terms, case.at).state
    except AppError as refused:
        return Told(ownership.owner, ownership.rule, refused.breaches, False), ()
    following = world.catalogue.follow_ons(None, state, rules)
    said = Told(
        owner=ownership.owner,
        owner_rule=ownership.rule,
        breaches=tuple(_breaches(state, terms, case.at)),
        approved_by_policy=_approved(state, terms, case.at),
        approver=_approver(state, terms, case.at),
        offer=state.sale.code if state.sale else None,
        offer_refused=_offer_refused(state, terms, case.at),
        accept_by=state.accept_by,
        due_at=state.due_at,
        at_risk_at=state.due_at - dt.timedelta(seconds=state.sla.warn_s),
        steps=state.sla.steps,
        late=_until(case, world) >= state.due_at,
        rung=_rung(state, _until(case, world)),
        opens=tuple(each.kind for each in following),
    )
    return said, () if case.there else _cases(case, following)


def _breaches(state: RecordState, terms: Terms, at: dt.datetime) -> list[Breach]:
    where = about(state, terms, at)
    found = limit_breaches(state.fields, terms) + notice_breaches(state.fields, state.fields, terms, where)
    broken = {each.field for each in found}
    return found + condition_breaches(terms.rules.conditions, state.fields, terms.kind, where, broken)


def _approved(state: RecordState, terms: Terms, at: dt.datetime) -> bool:
    """Whether the policy approves it as soon as its owner accepts."""
    owner = Doer(Actor(kind=ActorKind.STAFF, id=state.owner))
    return decide(state, AcceptRecord(), owner, terms, at).state.status is Status.APPROVED


def _approver(state: RecordState, terms: Terms, at: dt.datetime) -> Role | None:
    """The role of the tier that its money passes, alone or with what was asked for the stay."""
    owner = Doer(Actor(kind=ActorKind.STAFF, id=state.owner))
    return money_needs(Act(state, terms, owner, at))


def _offer_refused(state: RecordState, terms: Terms, at: dt.datetime) -> str | None:
    """Why what it sells could not be promised, as the catalogue and its places stand now."""
    refusal = terms.selling.refusal(state.sale, at) if state.sale and terms.selling and not state.sale.claims else None
    return refusal.code if refusal else None


def _until(case: Case, world: World) -> dt.datetime:
    return case.ended_at or world.now


def _rung(state: RecordState, until: dt.datetime) -> tuple[Role, ...]:
    """Who would have been told of its lateness by a moment."""
    late_s = (until - state.due_at).total_seconds()
    return tuple(each.role for each in state.sla.steps if late_s >= each.after_s)


def _cases(case: Case, following: Sequence[Opening]) -> tuple[Case, ...]:
    if case.followed >= MOST_FOLLOWING:
        return ()
    return tuple(
        Case(f"{case.record_id}+{each.kind}", each, case.at, case.stay if each.stay_id else None) for each in following
    )


def simulated(cases: Sequence[Case], world: World, rules: HotelRules) -> dict[str, tuple[Case, Told]]:
    """Every case under rules, by its id, and those that follow; each new owner's load counts on, as it does in life."""
    load = dict(world.roster.load)
    found: dict[str, tuple[Case, Told]] = {}
    waiting = list(cases)
    while waiting:
        case = waiting.pop(0)
        said, following = told(case, world, rules, load)
        found[case.record_id] = (case, said)
        if not case.there:
            load[said.owner] = load.get(said.owner, 0) + 1
        waiting[:0] = following
    return found


COMPARED = (
    *("owner", "owner_rule", "breaches", "approved_by_policy", "approver", "accept_by", "due_at", "at_risk_at"),
    *("steps", "late", "rung", "opens"),
)


def differing(one: Told | None, other: Told | None) -> tuple[str, ...]:
    """What two sets of rules see differently of a case; `opened` where only one of them would open it."""
    if one is None or other is None:
        return () if one is other else ("opened",)
    return tuple(name for name in COMPARED if getattr(one, name) != getattr(other, name))
