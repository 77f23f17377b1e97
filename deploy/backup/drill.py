"""The drill: a house works, is backed up while it works, is lost whole, is put back; then its books are compared."""

import asyncio
import contextlib
import datetime as dt
import shutil
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient

from deploy.backup import putting_back, taking
from deploy.backup.manifest import Manifest, differences
from deploy.cluster.stores import database_of
from deploy.demo import hotels
from deploy.demo.desk import Desk, Refused
from deploy.demo.draining import drained
from deploy.demo.evidence import SERVICES, Evidence, gather
from deploy.demo.promises import Context
from deploy.demo.recomputed import audit_verifies, reports_match
from deploy.local.faults import StackFault
from deploy.local.services import SERVICES as ALL
from deploy.local.stack import Stack
from services.integrations.pms.hotel_bookings.columns import NAME
from shared.contracts import topics
from shared.contracts.values import stay_id

STORES = tuple(database_of(service) for service in ALL)
REASON = "A drill: the house was lost and is put back"
BEFORE, AFTER, KNOWN_WITHIN_S = 25, 5, 120
FAMILY_NAME = "Quillfeather-Drill"
"""A guest who is forgotten after the backup was taken, and must stay forgotten."""
BOOKED: dict[str, Any] = {
    "event_id": "drill-1",
    "event": "booked",
    "occurred_at": "2025-02-07T07:32:18.000Z",
    "reservation": {
        "number": "DRILL-1", "status": "booked", "arrival": "2030-03-10", "departure": "2030-03-13",
        "booked_at": "2025-02-07T07:32:18.000Z", "room": None, "room_type_reserved": "D", "room_type_assigned": None,
        "adults": 1, "children": 0, "babies": 0, "adr": "106.29", "balance": "318.87", "currency": "EUR",
        "meal": "bed_breakfast", "market_segment": "online_agency", "distribution_channel": "agency",
        "deposit_type": "none", "tier": "silver", "loyalty_points": None, "is_repeated_guest": True, "vip": False,
        "parking_spaces": 0, "special_requests": [], "comments": [],
    },
    "guest": {
        "profile_number": "P-DRILL", "first_name": "Perpetua", "last_name": FAMILY_NAME,
        "email": "perpetua@example.org", "phone": "+351 900 000 000", "language": "pt", "country": "PRT",
    },
}  # fmt: skip
Check = tuple[str, list[str], str]
"""What was looked at, what is wrong with it, and a figure."""


@dataclass
class Drill:
    """One drill in a folder of its own; `checks` fill as it goes."""

    folder: Path
    say: Callable[[str], None]
    checks: list[Check] = field(default_factory=list)
    took: dict[str, float] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    _opened: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def kept(self) -> bool:
        """Whether everything was as it must be."""
        return bool(self.checks) and not any(faults for _, faults, _ in self.checks)

    async def run(self) -> None:
        """Live through it. Raises StackFault when it cannot even be tried."""
        async with self._house("The house works") as (stack, http):
            admin = await self._known(stack, http)
            guest = await self._guest(stack, http)
            await self._work(stack, http, BEFORE)
            manifest = await self._backed_up(stack, http)
            lost = await self._work(stack, http, AFTER)
            await self._forget(stack, http, guest)
            await drained(stack.mongo_url, admin)
        self.say("Everything in the database and on the broker is lost")
        for name in ("mongod", "kafka"):
            shutil.rmtree(self.folder / "data" / name)
        async with self._house("An empty house starts", services=False) as (stack, http):
            await self._put_back(stack, manifest)
            await stack.start_services(SERVICES)
            admin = await self._known(stack, http)
            await self._sent_again(admin)
            await self._forgotten_again(admin)
            await drained(stack.mongo_url, admin)
            evidence = await gather(stack.mongo_url, stack.kafka_servers)
            self._compare(evidence, manifest, lost)

    @contextlib.asynccontextmanager
    async def _house(self, said: str, services: bool = True) -> AsyncIterator[tuple[Stack, httpx.AsyncClient]]:
        self.say(said)
        self.folder.mkdir(parents=True, exist_ok=True)
        seed = hotels.write(self.folder, 7)
        environment = {"BELLBOARD_AUTH_SEED": str(seed), "BELLBOARD_CONNECTIONS": hotels.connections()}
        async with (
            Stack(folder=self.folder, environment=environment) as stack,
            httpx.AsyncClient(timeout=20, trust_env=False) as http,
        ):
            if services:
                await stack.start_services(SERVICES)
            yield stack, http

    def _desk(self, stack: Stack, http: httpx.AsyncClient, login: str) -> Desk:
        return Desk(http, {name: stack.url(name) for name in SERVICES}, hotels.CHAIN, login, hotels.PASSWORD)

    async def _known(self, stack: Stack, http: httpx.AsyncClient) -> Desk:
        """An administrator, once every service has heard who that is."""
        admin, ends = self._desk(stack, http, "admin"), time.monotonic() + KNOWN_WITHIN_S
        for service in SERVICES:
            while True:
                with contextlib.suppress(Refused):
                    await admin.get(service, "/ops/v1/status")
                    break
                if time.monotonic() > ends:
                    raise StackFault(f"{service} does not know the administrator; see its log.")
                await asyncio.sleep(0.5)
        return admin

    async def _work(self, stack: Stack, http: httpx.AsyncClient, count: int) -> list[str]:
        """Open records and take them on; their ids."""
        manager, opened = self._desk(stack, http, "city.manager"), []
        for number in range(count):
            body = {"property_id": "city", "kind": "guest_request", "room": str(101 + number % 20)}
            made = await manager.act("records", "/v1/records", body | {"fields": {"topic": "extra_towels"}})
            opened.append(str(made.body["id"]))
            with contextlib.suppress(Refused):  # whose it is by then may be somebody else
                await manager.act("records", f"/v1/records/{opened[-1]}/accept", {}, etag=made.etag)
        return opened

    async def _backed_up(self, stack: Stack, http: httpx.AsyncClient) -> Manifest:
        """Take the backup while records are opened; some come before its moment, some after."""
        self.say("A backup is taken while the house works")
        busy = asyncio.create_task(self._busy(stack, http))
        try:
            await self._acknowledged(3)
            began = time.monotonic()
            manifest = await asyncio.to_thread(taking.take, stack.mongo_url, self.folder / "backup", STORES)
            self.took["backup"] = time.monotonic() - began
            await self._acknowledged(len(self.acknowledged) + 3)
        finally:
            busy.cancel()
            await asyncio.gather(busy, return_exceptions=True)
        return manifest

    async def _acknowledged(self, count: int) -> None:
        async with self._opened:
            await self._opened.wait_for(lambda: len(self.acknowledged) >= count)

    async def _busy(self, stack: Stack, http: httpx.AsyncClient) -> None:
        while True:
            [opened] = await self._work(stack, http, 1)
            async with self._opened:
                self.acknowledged.append(opened)
                self._opened.notify_all()

    async def _guest(self, stack: Stack, http: httpx.AsyncClient) -> str:
        """A guest whom the hotel's PMS told of."""
        with MongoClient[dict[str, Any]](stack.mongo_url) as mongo:
            stays = mongo[database_of("integrations")]
            token = stays["connections"].find_one({"_id": "city"})["token"]  # type: ignore[index] # it is seeded
            path = f"{stack.url('integrations')}/v1/pms/city/{token}/hotel-bookings/events"
            (await http.post(path, json=BOOKED)).raise_for_status()
            found = stays["stays"].find_one({"_id": stay_id("city", NAME, BOOKED["reservation"]["number"])})
        return str(found["guest"])  # type: ignore[index] # the answer was 202: it is there

    async def _forget(self, stack: Stack, http: httpx.AsyncClient, guest: str) -> None:
        """Forget the guest after the backup, in every store."""
        self.say("A guest is forgotten")
        body = {"guest_id": guest, "reason_code": "guest_asked", "reason": "A letter"}
        asked = (await self._desk(stack, http, "admin").act("integrations", "/v1/erasures", body)).body
        agree = {"decision": "approve", "reason": "Compared the signature"}
        where = f"/v1/erasures/{asked['id']}/decision"
        await self._desk(stack, http, "city.manager").act("integrations", where, agree, etag='"1"')
        await self._erased(self._desk(stack, http, "admin"))

    async def _erased(self, admin: Desk) -> None:
        ends = time.monotonic() + KNOWN_WITHIN_S
        while (await admin.get("integrations", "/v1/erasures", state="running")).body["items"]:
            if time.monotonic() > ends:
                raise StackFault("An erasure is not through; see `bellboard erasures list`.")
            await asyncio.sleep(0.3)

    async def _put_back(self, stack: Stack, manifest: Manifest) -> None:
        self.say("The backup is put back")
        began = time.monotonic()
        await asyncio.to_thread(putting_back.put_back, stack.mongo_url, self.folder / "backup", reason=REASON)
        self.took["restore"] = time.monotonic() - began
        again = await asyncio.to_thread(taking.take, stack.mongo_url, self.folder / "again", STORES)
        figure = f"{manifest.documents:,} documents"
        self.checks.append(("Every store is what it was at one moment", differences(manifest, again), figure))

    async def _sent_again(self, admin: Desk) -> None:
        self.say("Every service sends its events again")
        for service in SERVICES:
            await admin.act(service, "/ops/v1/republish", {"reason": REASON})

    async def _forgotten_again(self, admin: Desk) -> None:
        self.say("Who was forgotten since is forgotten again")
        await admin.act("integrations", "/v1/erasures/replay", {})
        await self._erased(admin)

    def _compare(self, evidence: Evidence, manifest: Manifest, lost: list[str]) -> None:
        context = Context(dt.datetime.now(dt.UTC), dt.timedelta(minutes=1))
        for name, check in (
            ("The audit log verifies", audit_verifies),
            ("Reports = recomputed from the topics", reports_match),
        ):
            found = check(evidence, context)
            self.checks.append((name, list(found.faults), f"{found.checked:,} checked"))
        self.checks.append(self._one_moment(evidence, lost))
        self.checks.append(self._on_topics(evidence))
        self.checks.append(self._told(evidence, manifest))
        self.checks.append(self._nowhere(evidence))

    def _one_moment(self, evidence: Evidence, lost: list[str]) -> Check:
        """What was opened before the moment is there, what came after is not, and nothing between is missing."""
        there = {row["_id"] for row in evidence.rows("records", "records", projection={"_id": 1})}
        kept = [record in there for record in self.acknowledged]
        faults = [f"{record} came after the backup and is there" for record in lost if record in there]
        if kept != sorted(kept, reverse=True):
            faults.append("of the records opened meanwhile, a later one is there and an earlier one is not")
        return "The stores end at one moment", faults, f"{sum(kept)} of {len(kept)} opened meanwhile"

    def _on_topics(self, evidence: Evidence) -> Check:
        """Every event row is on its topic, which was empty."""
        faults, count = [], 0
        sent = {event.id for topic in evidence.records for event in evidence.events(topic)}
        for service in SERVICES:
            rows = evidence.event_rows(service)
            count += len(rows)
            faults += [f"{row['_id']} of {service} is on no topic" for row in rows if row["_id"] not in sent]
        return "Every event is on its topic again", faults, f"{count:,} events"

    def _told(self, evidence: Evidence, manifest: Manifest) -> Check:
        """The audit log says that each store was put back, from which backup."""
        rows = evidence.rows("auth", "audit", {"key": {"$exists": True}})
        begun = [event for event in evidence.events(topics.ACCESS) if event.type == "operation.begun.v1"]
        done = [event.value_object()["operation"] for event in begun]
        told = {each["service"] for each in done if each.get("aggregate") == manifest.digest}
        missing = sorted({*SERVICES} - told)
        return "The audit log was told", [f"{name} told nothing" for name in missing], f"{len(rows):,} entries"

    def _nowhere(self, evidence: Evidence) -> Check:
        """The forgotten guest's name is in no store."""
        faults = []
        for store in STORES:
            for name in evidence.mongo[store].list_collection_names():
                found = sum(FAMILY_NAME in str(row) for row in evidence.mongo[store][name].find())
                faults += [f"{store}.{name} names the forgotten guest"] * bool(found)
        return "Who was forgotten stays forgotten", faults, "1 guest"
