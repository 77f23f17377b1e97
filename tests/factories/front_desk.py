"""A hotel's records service for tests: people who are signed in, hotels, a policy, and the app around a house."""

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import httpx
from fastapi import FastAPI

from services.records.adapters.pictures import PillowPictures
from services.records.app import assemble
from services.records.domain.catalogue import Catalogue
from services.records.events import Handler
from services.records.settings import Settings
from services.records.usecases.absence import Absences
from services.records.usecases.house import House
from services.records.usecases.loads import Loads
from services.records.usecases.triggers import Triggers
from services.records.workflows import CATALOGUE
from shared.chassis.clock import Clock
from shared.chassis.mongo import Tx
from shared.chassis.policy import Known, compiled
from shared.chassis.service import Chassis
from shared.chassis.timers import Timer
from shared.contracts.envelope import Envelope
from shared.contracts.identity import DataClass, Department, Role
from shared.contracts.policy import Grant, PolicySnapshot
from shared.contracts.staff import Property, StaffMember
from tests.factories.access import KID, bearer, public_key
from tests.factories.guest_records import NOW, member
from tests.factories.records import CHAIN
from tests.fakes.campaigns import FakeCampaigns
from tests.fakes.earnings import FakeEarnings
from tests.fakes.handovers import FakeHandovers
from tests.fakes.lines import FakeLines
from tests.fakes.loyalty import FakeLoyalty
from tests.fakes.offers import FakeClaims, FakeOffers
from tests.fakes.records import (
    FakeAlarm,
    FakeDatabase,
    FakeDuties,
    FakeErasures,
    FakeFiles,
    FakeJournal,
    FakeLocks,
    FakeOnce,
    FakeRecords,
    FakeRepeats,
    FakeRules,
    FakeStays,
    FakeTexts,
)
from tests.fakes.saved_views import FakeViews
from tests.fakes.staff_history import FakeStaffHistory

EVERY_DAY_WORK = (
    *("create", "read", "accept", "decline", "check_value", "approve", "block", "unblock", "resume", "edit", "note"),
    "propose",
    "enter_late",
    *("hand_off", "raise_exception", "add_line", "request_message", "ask", "answer", "complete"),
    *("watch", "checklist", "subtask", "link_stay", "merge", "attach"),
)
SERVED = (DataClass.ORDINARY, DataClass.GUEST_IDENTITY, DataClass.PRIVATE_STAY)
MANAGED = (*SERVED, DataClass.PAYMENT)
IN_CHARGE = (Role.SUPERVISOR, Role.DUTY_MANAGER, Role.GENERAL_MANAGER)
POLICY = PolicySnapshot(
    chain=CHAIN,
    version=1,
    grants=(
        Grant(roles=(Role.ASSOCIATE,), actions=EVERY_DAY_WORK, own_department=True, read=SERVED, write=SERVED),
        Grant(roles=(Role.ASSOCIATE,), actions=("read",)),
        Grant(roles=IN_CHARGE, actions=EVERY_DAY_WORK, read=MANAGED, write=MANAGED),
        Grant(
            roles=IN_CHARGE,
            actions=("review_exception", "decide_proposal", "reopen", "reassign"),
            read=MANAGED,
            write=MANAGED,
        ),
        Grant(roles=(Role.GENERAL_MANAGER, Role.CHAIN_ADMIN), actions=("read", "manage"), kinds=("rules",)),
        Grant(roles=(Role.ASSOCIATE, *IN_CHARGE), actions=("read", "acknowledge"), kinds=("handover",)),
        Grant(roles=IN_CHARGE, actions=("prepare",), kinds=("handover",)),
        Grant(roles=(Role.ASSOCIATE, *IN_CHARGE, Role.REVENUE_MANAGER), actions=("read",), kinds=("offer",)),
        Grant(roles=(Role.ASSOCIATE, *IN_CHARGE), actions=("read",), kinds=("guest",), read=SERVED),
        Grant(roles=(Role.GENERAL_MANAGER,), actions=("export",), kinds=("guest",), read=SERVED),
        Grant(roles=(Role.REVENUE_MANAGER, Role.GENERAL_MANAGER), actions=("manage",), kinds=("offer",)),
        Grant(roles=(Role.GENERAL_MANAGER, Role.FINANCE), actions=("read",), kinds=("incentive",)),
        Grant(roles=(Role.FINANCE,), actions=("read",), read=(DataClass.ORDINARY, DataClass.PAYMENT)),
        Grant(roles=IN_CHARGE, actions=("charge",), kinds=("payment",)),
    ),
)
GUEST_FACING = (Department.FRONT_OFFICE, Department.GUEST_RELATIONS, Department.HOUSEKEEPING)
STAFF: tuple[StaffMember, ...] = (
    member("ana", departments=GUEST_FACING),
    member("rui", departments=GUEST_FACING),
    member("ines", departments=(Department.HOUSEKEEPING,)),
    member("sofia", Role.SUPERVISOR, departments=GUEST_FACING),
    member("gil", Role.GENERAL_MANAGER, departments=()),
    member("rita", Role.REVENUE_MANAGER, departments=(Department.REVENUE,)),
    member("greta", Role.GENERAL_MANAGER, departments=(), properties=None),
    member("fred", Role.FINANCE, departments=(Department.FINANCE,)),
    member("clara", Role.CHAIN_ADMIN, departments=(), properties=None),
    member("cora", Role.CHAIN_ADMIN, departments=(), properties=None),
    member("carl", properties=("city",), departments=GUEST_FACING),
)
HOTELS = tuple(
    Property(
        id=name,
        chain=CHAIN,
        name=name,
        zone="Europe/Lisbon",
        currency="EUR",
        departments=tuple(Department),
        rooms=200,
        version=1,
    )
    for name in ("resort", "city")
)
_keys = itertools.count(1)


class StillClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = NOW

    def now(self) -> dt.datetime:
        return self.moment


def known(chassis: Chassis) -> Known:
    """What a service knows once staff, hotels, policy and keys were told to it."""
    return Known(
        policies={CHAIN: compiled(POLICY)},
        staff={person.id: person for person in STAFF},
        properties={hotel.id: hotel for hotel in HOTELS},
        keys={KID: public_key()},
        heartbeat=chassis.clock.real_now(),
    )


def person(staff: str) -> StaffMember:
    """A member of the staff."""
    return next(each for each in STAFF if each.id == staff)


def fake_house(chassis: Chassis, database: FakeDatabase) -> House:
    """The use cases' parts in memory; people and clock are the chassis's."""
    return House(
        catalogue=CATALOGUE,
        records=FakeRecords(database),
        loads=Loads(FakeRecords(database), recent_s=0),
        texts=FakeTexts(database),
        stays=FakeStays(database),
        rules=FakeRules(database),
        duties=FakeDuties(database),
        handovers=FakeHandovers(database),
        offers=FakeOffers(database),
        claims=FakeClaims(database),
        lines=FakeLines(database),
        earnings=FakeEarnings(database),
        staff_history=FakeStaffHistory(database),
        campaigns=FakeCampaigns(database),
        loyalty=FakeLoyalty(database),
        journal=FakeJournal(database, chassis.outbox),
        transactions=database,
        once=FakeOnce(database),
        alarm=FakeAlarm(database),
        locks=FakeLocks(database),
        people=chassis.policy,
        clock=chassis.clock,
        files=FakeFiles(database),
        pictures=PillowPictures(),
        repeats=FakeRepeats(database),
        views=FakeViews(database),
        erasures=FakeErasures(database),
    )


class FrontDesk:
    """The real app on fakes, and people who call it."""

    def __init__(self, catalogue: Catalogue = CATALOGUE) -> None:
        chassis = Chassis(Settings(log_level="WARNING"))
        self.clock = chassis.clock = StillClock()
        self.database = FakeDatabase()
        self.house = replace(fake_house(chassis, self.database), catalogue=catalogue)
        self.app: FastAPI = assemble(chassis, self.house)
        chassis.policy.known = known(chassis)
        self.chassis = chassis

    async def fires(self, behind: dt.timedelta = dt.timedelta()) -> int:
        """Fire every timer that is due, each in a transaction of its own; how many.

        `behind`: by how much the process's clock is behind the one that timers go by.
        """
        due = sorted(
            (timer for timer in self.database.tables.timers.values() if timer.due_at <= self.clock.now()),
            key=lambda timer: (timer.due_at, timer.id),
        )
        self.clock.moment -= behind
        for timer in due:

            async def fire(tx: Tx, timer: Timer = timer) -> None:
                self.database.tables.timers.pop(timer.id, None)
                await self.chassis.timers.handlers[timer.kind](tx, timer, 0)

            await self.database.run(fire)
        self.clock.moment += behind
        return len(due)

    async def hears(self, *told: Envelope) -> None:
        """Let the consumer apply events, as one batch."""

        async def work(tx: Tx) -> None:
            await Handler(Triggers(self.house), Absences(self.house)).apply(tx, told)

        await self.database.run(work)

    def client(self) -> httpx.AsyncClient:
        """An HTTP client of the app."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://records")

    async def fire(self) -> None:
        """Fire every timer that is due, as the chassis would; it stays fired."""
        for timer in [each for each in self.database.tables.timers.values() if each.due_at <= self.clock.now()]:

            async def work(tx: Tx, timer: Timer = timer) -> None:
                await self.chassis.timers.handlers[timer.kind](tx, timer, 0)

            await self.database.run(work)


class Caller:
    """One signed-in person on an HTTP client."""

    def __init__(self, http: httpx.AsyncClient, staff: str = "ana") -> None:
        self._http, self._staff = http, staff

    def headers(self, key: str | None = None, version: int | None = None) -> dict[str, str]:
        """Token, a fresh key unless one is given, and If-Match if a version is."""
        made = bearer(person(self._staff), "records", **{"Idempotency-Key": key or f"key-{next(_keys):06d}"})
        return made | ({"If-Match": f'"{version}"'} if version is not None else {})

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """Read."""
        return await self._http.get(path, params=params, headers=self.headers())

    async def post(
        self, path: str, body: Any = None, *, key: str | None = None, version: int | None = None
    ) -> httpx.Response:
        """Do."""
        return await self._http.post(path, json=body or {}, headers=self.headers(key, version))

    async def upload(
        self, record: dict[str, Any], content: bytes, media_type: str = "image/jpeg", key: str | None = None
    ) -> httpx.Response:
        """Put a file on a record at the version that was seen."""
        headers = self.headers(key, record["version"]) | {"Content-Type": media_type}
        return await self._http.post(f"/v1/records/{record['id']}/attachments", content=content, headers=headers)

    async def act(self, record: dict[str, Any], action: str, body: Any = None) -> httpx.Response:
        """Do something to a record at the version that was seen."""
        return await self.post(f"/v1/records/{record['id']}/{action}", body, version=record["version"])

    async def put(self, path: str, body: Any, *, version: int) -> httpx.Response:
        """Replace."""
        return await self._http.put(path, json=body, headers=self.headers(version=version))


async def ruled(http: httpx.AsyncClient, rules: Any, place: str = "resort", **more: Any) -> dict[str, Any]:
    """The rules of a place once Gil (Cora, for the chain) has proposed them and Clara has approved them."""
    gil, clara = Caller(http, "gil" if place == "resort" else "cora"), Caller(http, "clara")
    before = (await clara.get("/v1/rules", property=place)).json()
    body = {"rules": rules, "reason": "Asked for by the house", **more}
    proposed = await gil.put(f"/v1/rules/{place}", body, version=before["revision"])
    assert proposed.status_code == 200, proposed.text
    waiting = proposed.json()["waiting"][0]
    path, ruling = f"/v1/rules/{place}/versions/{waiting['version']}/decide", {"approve": True, "reason": "Agreed"}
    approved = await clara.post(path, ruling, version=proposed.json()["revision"])
    assert approved.status_code == 200, approved.text
    shown: dict[str, Any] = approved.json()
    return shown
