"""Two made-up hotels in memory: their staff, records, alerts and figures, as the other services would answer."""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.alerts import Alert, AlertState, Severity
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.staff import Property, Shift, StaffMember

CHAIN = "seaside"
EVERY_DAY = tuple(range(7))
PASSWORD = "bellboard-demo"

FARO = Property(
    id="resort",
    chain=CHAIN,
    name="Faro",
    zone="Europe/Lisbon",
    currency="EUR",
    departments=tuple(Department),
    version=1,
)
LISBON = FARO.model_copy(update={"id": "city", "name": "Lisbon"})


def _person(login: str, name: str, role: Role, *departments: Department, hotels: tuple[str, ...] | None) -> StaffMember:
    return StaffMember(
        id=login,
        chain=CHAIN,
        display_name=name,
        properties=hotels,
        departments=departments,
        roles=(role,),
        shifts=(
            Shift(days=EVERY_DAY, start=dt.time(7), end=dt.time(15)),
            Shift(days=EVERY_DAY, start=dt.time(15), end=dt.time(23)),
            Shift(days=EVERY_DAY, start=dt.time(23), end=dt.time(7)),
        ),
        version=1,
    )


STAFF = (
    _person("ana", "Ana Ramos", Role.ASSOCIATE, Department.HOUSEKEEPING, hotels=("resort",)),
    _person("bruno", "Bruno Teixeira", Role.SUPERVISOR, Department.FRONT_OFFICE, hotels=("city",)),
    _person("carla", "Carla Nunes", Role.DUTY_MANAGER, hotels=None),
    _person("duarte", "Duarte Pinto", Role.ASSOCIATE, Department.MAINTENANCE, hotels=("resort",)),
    _person("eva", "Eva Lindqvist", Role.ASSOCIATE, Department.CONCIERGE, hotels=("city",)),
    _person("filipe", "Filipe Rocha", Role.GENERAL_MANAGER, hotels=None),
)

KINDS: list[dict[str, Any]] = [
    {
        "code": "guest_request",
        "title": "Guest request",
        "workflow": "guest_experience",
        "checked_field": "quantity",
        "causes": ["guest_waited", "not_available", "other"],
        "fields": [
            {"name": "request", "type": "text", "needed_by": "open", "label": "What does the guest want?"},
            {"name": "quantity", "type": "integer", "label": "How many"},
            {"name": "wanted_by", "type": "local_time", "label": "Wanted by"},
        ],
    },
    {
        "code": "service_recovery",
        "title": "Service recovery",
        "workflow": "guest_experience",
        "checked_field": "compensation",
        "causes": ["wrong_room_type", "noise", "other"],
        "fields": [
            {
                "name": "complaint",
                "type": "text",
                "needed_by": "open",
                "label": "What went wrong?",
                "data_class": "private_stay",
            },
            {"name": "compensation", "type": "money", "sensitive": True, "audited": True, "data_class": "payment"},
        ],
    },
    {
        "code": "late_check_out",
        "title": "Late check-out",
        "workflow": "upsell",
        "checked_field": "until",
        "causes": ["fully_booked", "other"],
        "fields": [
            {"name": "until", "type": "local_time", "needed_by": "open", "label": "Until"},
            {"name": "price", "type": "money", "sensitive": True, "data_class": "payment"},
            {"name": "tier", "type": "choice", "choices": ["none", "silver", "gold"], "label": "Loyalty tier"},
        ],
    },
]

_ASKED = (
    (
        "guest_request",
        "Two extra pillows, one without feathers",
        Department.HOUSEKEEPING,
        {"request": "Two extra pillows", "quantity": 2},
    ),
    (
        "guest_request",
        "Baby cot before arrival",
        Department.HOUSEKEEPING,
        {"request": "Baby cot", "quantity": 1, "wanted_by": "15:00"},
    ),
    ("guest_request", "Shower drips, cannot sleep", Department.MAINTENANCE, {"request": "Shower drips"}),
    (
        "guest_request",
        "Table for four at nine, by the window",
        Department.FOOD_BEVERAGE,
        {"request": "Table for four", "quantity": 4},
    ),
    (
        "guest_request",
        "Taxi to the airport at 05:30",
        Department.CONCIERGE,
        {"request": "Taxi", "quantity": 1, "wanted_by": "05:30"},
    ),
    (
        "service_recovery",
        "Room type is not the one reserved",
        Department.GUEST_RELATIONS,
        {"complaint": "Wrong room type"},
    ),
    ("service_recovery", "Noise from the corridor until two", Department.FRONT_OFFICE, {"complaint": "Noise"}),
    ("late_check_out", "Stay until 15:00, gold member", Department.FRONT_OFFICE, {"until": "15:00", "tier": "gold"}),
    ("late_check_out", "Stay until 14:00", Department.FRONT_OFFICE, {"until": "14:00", "tier": "none"}),
)
_STATUSES = ("new", "new", "new", "pending", "pending", "approved", "approved", "blocked", "complete", "complete")
_GUESTS = (
    "M. Okafor",
    "J. van Dijk",
    "L. Fernández",
    "S. Whitmore",
    "A. Kowalska",
    "T. Yamada",
    "P. Silva",
    "H. Brandt",
)
_NEXT = {"pending": "check_value", "approved": "complete", "blocked": "unblock", "complete": "none"}


class FakeClock:
    """A business clock that stands where it is put."""

    rate = 1.0

    def __init__(self, now: dt.datetime) -> None:
        self._now, self._ids = now, 0

    def now(self) -> dt.datetime:
        return self._now

    def real_now(self) -> dt.datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)

    def new_id(self) -> str:
        self._ids += 1
        return f"id-{self._ids:08d}"


class FakeHouse:
    """Staff and rights of the made-up chain; its tokens say `fake.<login>.<number>`."""

    def __init__(self) -> None:
        self.people = {person.id: person for person in STAFF}
        self.ended: set[str] = set()

    def principal(self, access: str) -> Principal:
        person = self.people.get(access.split(".")[1]) if access.startswith("fake.") else None
        if person is None or access in self.ended:
            raise AppError(ErrorKind.UNAUTHENTICATED, "not_signed_in", "Sign in first.")
        return Principal(
            staff_id=person.id,
            chain=CHAIN,
            roles=frozenset(person.roles),
            properties=frozenset(person.properties) if person.properties else None,
            departments=frozenset(person.departments),
            session="s1",
        )

    def person(self, staff_id: str) -> StaffMember | None:
        return self.people.get(staff_id)

    def properties(self, principal: Principal) -> list[Property]:
        return [one for one in (FARO, LISBON) if principal.properties is None or one.id in principal.properties]

    def may(
        self, principal: Principal, action: str, kind: str, property_id: str | None, department: Department | None
    ) -> bool:
        return not principal.holds(Role.AUDITOR)


@dataclass
class FakeHotel:
    """The state behind the fake services. `told` hears of each change, as a topic would."""

    now: dt.datetime
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def open(self, record_id: str, property_id: str, kind: str, department: Department, **more: Any) -> dict[str, Any]:
        """A record with the given facts."""
        title = self.kind(kind)["title"]
        record: dict[str, Any] = {
            "id": record_id,
            "version": 1,
            "property_id": property_id,
            "kind": kind,
            "kind_title": title,
            "what": "",
            "room": None,
            "owner": "ana",
            "department": department.value,
            "status": "new",
            "accepted": False,
            "opened_at": self.now - dt.timedelta(minutes=20),
            "due_at": self.now + dt.timedelta(minutes=40),
            "warn_s": 900,
            "fields": {},
            "editable_fields": [spec["name"] for spec in self.kind(kind)["fields"]],
            "sensitive_fields": [],
            "missing_fields": [],
            "proposals": [],
            "exception_notes": [],
            "conversation": [],
            "money": [],
        } | more
        record.setdefault("next_action", self.next_of(record))
        self.records[record_id] = record
        self.history[record_id] = []
        self.happened(record, "opened", {"kind": "guest", "id": "guest"}, at=record["opened_at"])
        return record

    def kind(self, code: str) -> dict[str, Any]:
        return next((one for one in KINDS if one["code"] == code), {"title": code, "fields": []})

    def next_of(self, record: dict[str, Any]) -> dict[str, Any]:
        """What comes next for a record in its status."""
        code = _NEXT.get(record["status"], "accept" if not record["accepted"] else "check_value")
        return {"code": code, "staff_id": record["owner"], "department": record["department"]}

    def happened(self, record: dict[str, Any], verb: str, actor: dict[str, Any], **more: Any) -> None:
        """A line of the record's history."""
        lines = self.history[record["id"]]
        lines.append({"type": f"record.{verb}.v1", "at": self.now, "version": len(lines) + 1, "actor": actor} | more)

    def fill(self, how_many: int, seed: int = 7) -> "FakeHotel":
        """A busy evening."""
        chance = random.Random(seed)
        for number in range(how_many):
            kind, what, department, values = chance.choice(_ASKED)
            status = chance.choice(_STATUSES)
            hotel = chance.choice(("resort", "city"))
            minutes = chance.choice((-95, -34, -12, -3, 4, 9, 16, 25, 48, 75, 130, 300, 1600))
            due = self.now + dt.timedelta(minutes=minutes)
            owner = chance.choice(("ana", "duarte") if hotel == "resort" else ("bruno", "eva"))
            record = self.open(
                f"r{number:03d}",
                hotel,
                kind,
                department,
                what=what,
                room=str(chance.choice((1, 2, 3, 4)) * 100 + chance.randint(1, 40)),
                owner=owner,
                status=status,
                accepted=status != "new",
                opened_at=due - dt.timedelta(minutes=chance.choice((60, 120, 240)) + max(0, minutes)),
                due_at=due,
                fields=dict(values),
                paused_at=min(self.now, due) - dt.timedelta(minutes=6) if status == "blocked" else None,
                closed_at=self.now - dt.timedelta(minutes=chance.randint(3, 90)) if status == "complete" else None,
                outcome="fulfilled" if status == "complete" else None,
                guest_id=f"g{chance.randrange(len(_GUESTS))}" if chance.random() < 0.8 else None,
                stay_id=f"stay-{number % 9}",
            )
            self._story(record, chance)
        self._busy()
        return self

    def names(self) -> dict[str, str]:
        return {f"g{number}": name for number, name in enumerate(_GUESTS)}

    def _story(self, record: dict[str, Any], chance: random.Random) -> None:
        staff = {"kind": "staff", "id": record["owner"]}
        if record["accepted"]:
            self.happened(record, "accepted", staff)
        if record["status"] == "blocked":
            self.happened(record, "blocked", staff, reason="the spare part comes tomorrow")
        if chance.random() < 0.4:
            moved = {"department": record["department"], "department_before": "front_office", "owner": record["owner"]}
            self.happened(record, "handed_off", {"kind": "staff", "id": "carla"}, reason="room was not ready", **moved)
        record["version"] = len(self.history[record["id"]])

    def _busy(self) -> None:
        """One record that shows everything: a proposal, a note, money, a checked value."""
        now = self.now
        rich = self.open(
            "r-rich",
            "city",
            "late_check_out",
            Department.FRONT_OFFICE,
            what="Stay until 15:00 on Sunday, gold member",
            room="412",
            owner="bruno",
            status="pending",
            accepted=True,
            due_at=now - dt.timedelta(minutes=12),
            opened_at=now - dt.timedelta(minutes=95),
            guest_id="g3",
            stay_id="stay-1",
            fields={"until": "15:00", "price": {"amount": 4500, "currency": "EUR"}, "tier": "gold"},
            checked={
                "field": "until",
                "value": "15:00",
                "rule": "late_check_out_limit",
                "rules_version": 3,
                "checker": {"kind": "staff", "id": "bruno"},
                "at": now - dt.timedelta(minutes=60),
            },
            sensitive_fields=[{"field": "price", "roles": ["duty_manager", "general_manager"], "on_duty": ["carla"]}],
            proposals=[
                {
                    "id": "p1",
                    "before": {"price": {"amount": 4500, "currency": "EUR"}, "until": "15:00"},
                    "after": {"price": {"amount": 0, "currency": "EUR"}, "until": "15:00"},
                    "reviewer_role": "duty_manager",
                    "requested_by": "bruno",
                    "requested_at": now - dt.timedelta(minutes=18),
                    "reason": "Gold member, and the house is not full on Sunday",
                    "rules_version": 3,
                }
            ],
            conversation=[
                {
                    "id": "n1",
                    "author": {"kind": "staff", "id": "eva"},
                    "at": now - dt.timedelta(minutes=50),
                    "text": "Guest asked again at the desk. I said we decide before nine.",
                },
                {
                    "id": "n2",
                    "author": {"kind": "staff", "id": "bruno"},
                    "at": now - dt.timedelta(minutes=41),
                    "text": "Housekeeping can turn the room at 15:15.",
                },
            ],
            money=[{"id": "m1", "kind": "charge", "amount": {"amount": 4500, "currency": "EUR"}, "state": "requested"}],
            next_action={"code": "decide_proposal", "role": "duty_manager", "department": "front_office"},
        )
        staff = {"kind": "staff", "id": "bruno"}
        self.happened(rich, "accepted", staff, at=now - dt.timedelta(minutes=90))
        self.happened(rich, "value_checked", staff, at=now - dt.timedelta(minutes=60))
        self.happened(
            rich,
            "change_proposed",
            staff,
            at=now - dt.timedelta(minutes=18),
            reason="gold member, and the house is not full",
        )
        rich["version"] = 4
        for number, severity in enumerate((Severity.CRITICAL, Severity.WARNING)):
            self.alerts[f"a{number}"] = Alert(
                id=f"a{number}",
                property_id="city" if number == 0 else "resort",
                rule="deadline_passed" if number == 0 else "not_accepted",
                severity=severity,
                subject="r-rich",
                record_id="r-rich",
                room="412" if number == 0 else "208",
                kind="late_check_out",
                department=Department.FRONT_OFFICE,
                state=AlertState.OPEN,
                step=1,
                steps=(),
                opened_at=now - dt.timedelta(minutes=12),
                due_at=now - dt.timedelta(minutes=12),
                version=1,
            )
