"""Records, people and hotel rules for tests: plain values with sensible defaults."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from services.records.domain import commands as c
from services.records.domain.act import about
from services.records.domain.conditions import About
from services.records.domain.decide import Decision, decide, open_record
from services.records.domain.kinds import KindSpec
from services.records.domain.occurrences import Opening
from services.records.domain.owners import Roster
from services.records.domain.rules import KindRules
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.domain.texts import PrivateText, Reason
from services.records.workflows import CATALOGUE
from shared.contracts.identity import Actor, ActorKind, Department, Principal, Role
from shared.contracts.records import Awaited, Outcome, Status, TriggerKind, Wait
from shared.contracts.staff import Shift, StaffMember
from shared.contracts.stays import Party, SpecialRequest, Stay, StayStatus
from shared.contracts.values import Money, stay_id
from tests.factories.records import CHAIN

NOW = dt.datetime(2026, 7, 1, 9, 0, tzinfo=dt.UTC)
LISBON = ZoneInfo("Europe/Lisbon")
WHY = Reason(code="asked_by_guest")
_ids = itertools.count(1)


def new_id(prefix: str = "id") -> str:
    """An id nobody else has in this run."""
    return f"{prefix}-{next(_ids)}"


def words(text: str = "The cot was missing.") -> PrivateText:
    """A private text with its salt."""
    return PrivateText(ref=new_id("text"), salt="0123456789abcdef", text=text)


def doer(staff: str = "ana", *roles: Role) -> c.Doer:
    """A person of the staff."""
    roles = roles or (Role.ASSOCIATE,)
    return c.Doer(Actor(kind=ActorKind.STAFF, id=staff, role=roles[-1]), frozenset(roles))


ANA = doer("ana")
RUI = doer("rui")
SOFIA = doer("sofia", Role.SUPERVISOR)
MARTA = doer("marta", Role.DUTY_MANAGER)
MACHINE = c.Doer(Actor(kind=ActorKind.SYSTEM, id="records"))


def principal(staff: str = "ana", *roles: Role, departments: Sequence[Department] = tuple(Department)) -> Principal:
    """A signed-in person of the resort."""
    return Principal(
        staff_id=staff,
        chain=CHAIN,
        roles=frozenset(roles or (Role.ASSOCIATE,)),
        properties=frozenset({"resort"}),
        departments=frozenset(departments),
        session=f"session-{staff}",
    )


def terms(
    kind: str = "guest_request", rules: KindRules | None = None, version: int = 1, *, auto: bool = False
) -> Terms:
    """A kind under the default rules; without automatic approval unless asked, so that people decide."""
    held = rules or CATALOGUE.defaults.of(kind)
    held = held if auto else held.model_copy(update={"auto": None})
    return Terms(CATALOGUE.kind(kind), held, version, "EUR")


FIRST_VALUES: dict[str, dict[str, Any]] = {
    "post_stay_follow_up": {"topic": "thanks", "channel": "email"},
    "guest_request": {"topic": "baby_cot", "promised_time": "15:00"},
    "pre_arrival_message": {"template": "welcome"},
    "preference_note": {"topic": "bed", "valid_for": "this_stay"},
    "service_recovery": {"problem": "noise", "compensation": "amenity"},
    "feedback_score": {"score": 8, "source": "message"},
    "investigation": {"about": "guest_request", "cause": "not_available", "times": 5, "finding": "training"},
    "glass_review": {"why": "nobody_in_charge", "finding": "was_needed"},
    "money_difference": {
        "difference": "wrong_amount",
        "gap": {"amount": 900, "currency": "EUR"},
        "finding": "corrected",
    },
    "campaign_reply": {
        "campaign": "spa_day",
        "guest_answer": "accepted",
        "price": {"amount": 9_000, "currency": "EUR"},
    },
    "loyalty_action": {"action": "points", "points": 250},
    "upsell_post_stay_follow_up": {"offer": "voucher", "discount_percent": 10},
    "upsell_guest_request": {"service": "late_checkout", "price": {"amount": 3_000, "currency": "EUR"}},
    "pre_arrival_offer": {"offer": "room_upgrade", "price": {"amount": 5_000, "currency": "EUR"}},
    "upsell_preference_note": {"topic": "spa"},
}
LAST_VALUES: dict[str, dict[str, Any]] = {
    "post_stay_follow_up": {"result": "reached"},
    "service_recovery": {
        "investigation": PrivateText(ref="found-out", salt="0123456789abcdef", text="The pump ran dry."),
        "action": "repaired",
        "cost": {"amount": 0, "currency": "EUR"},
        "guest_answer": "satisfied",
    },
    "investigation": {"action": "trained"},
    "upsell_post_stay_follow_up": {"result": "booked"},
    "upsell_guest_request": {"guest_answer": "accepted"},
    "pre_arrival_offer": {"guest_answer": "accepted"},
}


def opening(kind: str = "guest_request", **given: Any) -> Opening:
    """What opens a record of a kind, with values that may be approved."""
    base = Opening(
        kind=kind,
        source=TriggerKind.STAFF_TASK,
        key=new_id("task"),
        property_id="resort",
        stay_id="stay-1",
        guest_id="guest-1",
        room="214",
        fields=FIRST_VALUES[kind],
    )
    return replace(base, **given)


def opened(kind: str = "guest_request", held: Terms | None = None, now: dt.datetime = NOW, **given: Any) -> RecordState:
    """A new record of Ana's."""
    command = c.OpenRecord(
        new_id("record"), opening(kind, **given), CHAIN, "Europe/Lisbon", c.Ownership("ana", "on_duty")
    )
    return open_record(command, MACHINE, held or terms(kind), now).state


def entered(kind: str = "guest_request", held: Terms | None = None, **given: Any) -> RecordState:
    """A new record that Ana entered: the hotel's rules bind her at once."""
    command = c.OpenRecord(
        new_id("record"), opening(kind, **given), CHAIN, "Europe/Lisbon", c.Ownership("ana", "on_duty")
    )
    return open_record(command, ANA, held or terms(kind), NOW).state


def opened_about(**given: Any) -> About:
    """What a new record's conditions are judged on."""
    return about(opened(**given), terms(), NOW)


def after(
    state: RecordState,
    *commands: c.Command,
    by: c.Doer = ANA,
    held: Terms | None = None,
    now: dt.datetime = NOW,
) -> RecordState:
    """The record after commands."""
    for command in commands:
        state = done(state, command, by=by, held=held, now=now).state
    return state


def done(
    state: RecordState, command: c.Command, *, by: c.Doer = ANA, held: Terms | None = None, now: dt.datetime = NOW
) -> Decision:
    """The decision on one command."""
    return decide(state, command, by, held or terms(state.kind), now)


def blocked(reason: str = "waiting_for_room") -> c.BlockRecord:
    """A block with its reason, until a supplier comes."""
    return c.BlockRecord(Reason(code=reason, text=words("The room is not ready.")), Wait(party=Awaited.SUPPLIER))


def in_status(status: Status, kind: str = "guest_request", blocked_from: Status = Status.PENDING) -> RecordState:
    """A record brought to a status by ordinary work."""
    if status is Status.BLOCKED:
        return after(in_status(blocked_from, kind), blocked())
    path: dict[Status, tuple[c.Command, ...]] = {
        Status.NEW: (),
        Status.PENDING: (c.AcceptRecord(),),
        Status.APPROVED: (c.AcceptRecord(), c.CheckValue(), c.ApproveRecord()),
        Status.COMPLETE: (c.CompleteRecord(Outcome.DECLINED, WHY),),
    }
    return after(opened(kind), *path[status])


def raised(cause: str = "other", **parts: Any) -> c.RaiseException:
    """An exception note as staff raise it."""
    given: dict[str, Any] = {"unusual": words("Booked twice."), "guest_impact": words("Had to wait."), **parts}
    return c.RaiseException(new_id("exception"), cause, **given)


ALWAYS = (Shift(days=tuple(range(7)), start=dt.time(0), end=dt.time(23, 59, 59, 999999)),)


def member(staff: str, *roles: Role, **given: Any) -> StaffMember:
    """A member of the staff of the resort's front office, on duty all day."""
    base: dict[str, Any] = {
        "id": staff,
        "chain": CHAIN,
        "display_name": staff.title(),
        "properties": ("resort",),
        "departments": (Department.FRONT_OFFICE,),
        "roles": roles or (Role.ASSOCIATE,),
        "shifts": ALWAYS,
        "version": 1,
    }
    return StaffMember.model_validate(base | given)


def roster(*staff: StaffMember, load: Mapping[str, int] | None = None, **fallback: str) -> Roster:
    """Who works, with what load, and whom departments fall back on."""
    owners = {Department(name): owner for name, owner in fallback.items()}
    return Roster(staff, load or {}, owners, LISBON)


def stay(**given: Any) -> Stay:
    """A reservation at the resort, arriving in ten days."""
    base: dict[str, Any] = {
        "id": stay_id("resort", "hotel_bookings", "R1"),
        "chain": CHAIN,
        "property_id": "resort",
        "version": 1,
        "pms": "hotel_bookings",
        "reservation": "R1",
        "status": StayStatus.BOOKED,
        "guest_id": "guest-1",
        "arrival": dt.date(2026, 7, 11),
        "departure": dt.date(2026, 7, 14),
        "booked_at": NOW,
        "room_type_reserved": "A",
        "party": Party(adults=2),
        "rate": Money(amount=12_000, currency="EUR"),
        "balance": Money(amount=0, currency="EUR"),
        "source_time": NOW,
    }
    return Stay.model_validate(base | given)


def wish(code: str) -> SpecialRequest:
    """A special request of a reservation."""
    return SpecialRequest(id=f"wish-{code}", code=code)


def kinds() -> list[KindSpec]:
    """All kinds."""
    return list(CATALOGUE.kinds.values())
