"""Every service with one of each thing in it, all of the hotel `city`, and a cast that asks for them."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from services.auth.domain.policy import default_grants, snapshot
from shared.chassis.policy import Known, compiled
from shared.chassis.service import Chassis
from shared.contracts.identity import DataClass, Department
from shared.contracts.staff import Property, StaffMember
from tests.factories.access import KID, public_key, token
from tests.factories.records import CHAIN
from tests.fakes.records import FakeDatabase
from tests.rights.people import FOREIGN_HOTEL, HOTELS, OTHER_CHAIN, Person, cast, everything, second

Told = Mapping[str, Any]
Build = Callable[[Told, Path], AbstractAsyncContextManager["House"]]
GRANTS = default_grants()
ALWAYS = {
    "property_id": "city",
    "version": 2,
    "exception_id": "none",
    "proposal_id": "none",
    "view_id": "none",
    "key_id": "none",
    "chain": "demo",
    "index": 0,
    "version_moved_on": "version_moved_on",
    "proposal_not_found": "proposal_not_found",
}


@dataclass
class House:
    """A service, whom it knows, what its things are called, and what is sensitive about them by class."""

    name: str
    app: FastAPI
    chassis: Chassis
    department: Department
    other: Department
    names: dict[str, Any]
    canaries: dict[DataClass, str] = field(default_factory=dict)
    database: FakeDatabase = field(default_factory=FakeDatabase)

    @property
    def people(self) -> tuple[Person, ...]:
        """The cast."""
        return cast(self.department, self.other)

    def client(self) -> httpx.AsyncClient:
        """An HTTP client; a bug is an answer, too."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("127.0.0.1", 1))
        return httpx.AsyncClient(transport=transport, base_url="http://service")


def inhabit(chassis: Chassis, department: Department, other: Department) -> None:
    """Let a service know two chains, their hotels and the cast, as if it had heard of them."""
    people = (*(each.member for each in cast(department, other)), everything(department), second(department))
    hotels = (*(_hotel(name, CHAIN) for name in HOTELS), _hotel(FOREIGN_HOTEL, OTHER_CHAIN))
    chassis.policy.known = Known(
        policies={chain: compiled(snapshot(chain, 1, GRANTS)) for chain in (CHAIN, OTHER_CHAIN)},
        staff={person.id: person for person in people},
        properties={hotel.id: hotel for hotel in hotels},
        keys={KID: public_key()},
        heartbeat=chassis.clock.real_now(),
    )


def _hotel(name: str, chain: str) -> Property:
    departments = tuple(Department)
    return Property(
        id=name, chain=chain, name=name, zone="Europe/Lisbon", currency="EUR", departments=departments, version=1
    )


class Furnisher:
    """Puts things into a house over its own HTTP interface."""

    def __init__(self, http: httpx.AsyncClient, service: str, who: StaffMember) -> None:
        self._http, self._service, self._who, self._asked = http, service, who, 0

    def by(self, who: StaffMember) -> "Furnisher":
        """Another person on the same client."""
        return Furnisher(self._http, self._service, who)

    async def post(self, path: str, body: Any, version: int | None = None) -> dict[str, Any]:
        """What was answered; a refusal fails the test."""
        self._asked += 1
        headers = {
            "Authorization": f"Bearer {token(self._who, self._service)}",
            "Idempotency-Key": f"furnish-{self._who.id}-{self._asked}",
        }
        headers |= {"If-Match": f'"{version}"'} if version is not None else {}
        if isinstance(body, bytes):
            said = await self._http.post(path, content=body, headers=headers | {"Content-Type": "application/pdf"})
        else:
            said = await self._http.post(path, json=body, headers=headers)
        assert said.is_success, f"{path}: {said.text}"
        shown: dict[str, Any] = said.json()
        return shown

    async def on(self, record: Mapping[str, Any], path: str, body: Any) -> dict[str, Any]:
        """A record after a command."""
        return await self.post(f"/v1/records/{record['id']}/{path}", body, record["version"])


def named(house: House, **names: Any) -> House:
    """The house with what its things are called."""
    known = ALWAYS | {"group": f"{house.name}.policy", "department": house.department.value} | names
    return replace(house, names=known)


@contextlib.asynccontextmanager
async def closing(chassis: Chassis) -> AsyncIterator[None]:
    """Let the store go afterwards."""
    try:
        yield
    finally:
        await chassis.mongo.close()
