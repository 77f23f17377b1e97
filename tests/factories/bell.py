"""The alerts service on a real store with a cast, and what tests ask of it over HTTP."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx

from services.alerts.app import assemble
from services.alerts.settings import Settings
from services.alerts.store import prepare
from services.auth.domain.policy import default_grants
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Role
from shared.contracts.staff import StaffMember
from tests.factories.access import bearer, hotel, knowledge
from tests.factories.records import NOON, PROPERTY, Story, minutes
from tests.factories.staff import ANA, DUTY, GENERAL, SUPERVISOR, TEAM, member
from tests.factories.standing import NO_BROKER, Standing

DUE = NOON + minutes(60)
BEN = member("staff-ben", departments=(Department.HOUSEKEEPING,))
SECOND = member("staff-second", Role.GENERAL_MANAGER)
ADMIN = member("staff-admin", Role.CHAIN_ADMIN, properties=None)
CASHIER = member("staff-fin", Role.FINANCE, departments=(Department.FINANCE,))
AWAY = member("staff-away", Role.GENERAL_MANAGER, properties=("resort",))
STAFF = (*TEAM, BEN, SECOND, ADMIN, CASHIER, AWAY)


class Bell:
    """Alerts with its clock in the test's hand."""

    def __init__(self, standing: Standing) -> None:
        self.standing, self._asked = standing, 0

    @property
    def mongo(self) -> Any:
        """Its store."""
        return self.standing.chassis.mongo

    async def ask(
        self, method: str, path: str, who: StaffMember = GENERAL, body: Any = None, **headers: str
    ) -> httpx.Response:
        """One request, with a key of its own unless one is given."""
        self._asked += 1
        signed = bearer(who, "alerts", **({"Idempotency-Key": f"bell-key-{self._asked}"} | headers))
        given = {} if body is None else {"json": body}
        async with self.standing.client() as client:
            return await client.request(method, path, headers=signed, **given)

    async def post(self, path: str, who: StaffMember = GENERAL, body: Any = None, **headers: str) -> httpx.Response:
        """A command."""
        return await self.ask("POST", path, who, body, **headers)

    async def got(self, path: str, who: StaffMember = GENERAL) -> Any:
        """What a read shows."""
        said = await self.ask("GET", path, who)
        assert said.status_code == 200, said.text
        return said.json()

    async def listed(self, state: str = "live", **query: str) -> list[dict[str, Any]]:
        """Alerts as the general manager sees them, newest first."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return list((await self.got(f"/v1/alerts?state={state}&{asked}"))["items"])

    async def one(self, rule: str) -> dict[str, Any]:
        """The one alert of a rule, whatever its state."""
        [found] = [each for each in await self.listed("all") if each["rule"] == rule]
        return found

    async def heard(self, who: StaffMember) -> list[str]:
        """The rules that rang somebody, oldest first; what was only listed is left out."""
        items = (await self.got("/v1/inbox", who))["items"]
        return [entry["alert"]["rule"] for entry in reversed(items) if entry["lead"]]

    async def at(self, minute: float) -> int:
        """Put the clock so many minutes past the deadline of a usual record and fire what is due."""
        self.standing.at(DUE + minutes(minute))
        return await self.standing.fires()

    async def late(self, record_id: str = "rec-1", **start: Any) -> dict[str, Any]:
        """A record accepted in time and a minute past its deadline: its alert."""
        await self.standing.hears(*Story(record_id, **start).accepted(NOON + minutes(5)).events)
        await self.at(1)
        return next(each for each in await self.listed() if each["record_id"] == record_id)

    async def count(self) -> tuple[int, int]:
        """How many events it wrote and how many alerts there are: what a refusal must not change."""
        return await self.mongo.collection("events").count({}), await self.mongo.collection("alerts").count({})


@contextlib.asynccontextmanager
async def bell(mongo_url: str, database: str, **settings: Any) -> AsyncIterator[Bell]:
    """The service of the demo chain with the policy that chains start with."""
    told = Settings(mongo_url=mongo_url, mongo_database=database, kafka_servers=NO_BROKER, **settings)
    chassis = Chassis(told)
    standing = Standing(chassis, assemble(chassis, told))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge(STAFF, default_grants(), hotel(), hotel("resort")))
    yield Bell(standing)
    await chassis.mongo.close()


__all__ = [
    "ADMIN",
    "ANA",
    "AWAY",
    "BEN",
    "CASHIER",
    "DUE",
    "DUTY",
    "GENERAL",
    "PROPERTY",
    "SECOND",
    "SUPERVISOR",
    "Bell",
]
