"""What can be read of records."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from services.records import ports
from services.records.usecases.reading import Reading
from services.records.usecases.shown import Cards, History, Journey, Kinds, ShownRecord
from shared.chassis.clock import Clock
from shared.chassis.describing import ETAG, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Principal
from shared.contracts.records import Status
from shared.contracts.values import EntityId, Frozen

Id = Annotated[EntityId, Path()]
Text = Annotated[str | None, Query(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:@|-]*$")]


class Filter(Frozen):
    """The filters of a list; `owner=me` is the caller."""

    property: str | None = None
    status: Status | None = None
    department: Department | None = None
    owner: str | None = None
    stay_id: str | None = None
    kind: str | None = None
    room: str | None = None
    risk: Literal["late", "at_risk"] | None = None

    def query(self, principal: Principal, now: dt.datetime, limit: int) -> ports.Query:
        """The filters as the store is asked."""
        return ports.Query(
            now=now,
            property_id=self.property,
            statuses=(self.status,) if self.status else (),
            department=self.department,
            owner=principal.staff_id if self.owner == "me" else self.owner,
            stay_id=self.stay_id,
            kind=self.kind,
            room=self.room,
            risk=self.risk,
            limit=limit,
        )


def _filter(
    property: Text = None,
    status: Status | None = None,
    department: Department | None = None,
    owner: Text = None,
    stay_id: Text = None,
    kind: Text = None,
    room: Text = None,
    risk: Literal["late", "at_risk"] | None = None,
) -> Filter:
    given: dict[str, Any] = locals()
    return Filter(**given)


def router(reading: Reading, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    caller = Annotated[Principal, Depends(chassis.caller)]
    clock: Clock = chassis.clock

    @made.get("/records", responses=refuses(404))
    async def records(
        principal: caller,
        asked: Annotated[Filter, Depends(_filter)],
        after: Annotated[str | None, Query(max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Cards:
        """One page of records, soonest due first."""
        return await reading.page(principal, asked.query(principal, clock.now(), limit), after)

    @made.get("/records/{record_id}", responses={200: ETAG})
    async def record(record_id: Id, principal: caller, response: Response) -> ShownRecord:
        """One record as the caller may see it; its ETag is the version that commands must name."""
        shown = await reading.one(principal, record_id)
        response.headers["ETag"] = f'"{shown.version}"'
        return shown

    @made.get("/records/{record_id}/history")
    async def history(record_id: Id, principal: caller) -> History:
        """Who did what, when, old and new value, and why."""
        return await reading.history(principal, record_id)

    @made.get("/board", responses=refuses(404))
    async def board(
        principal: caller,
        property: Annotated[str, Query(max_length=63)],
        ids: Annotated[str, Query(max_length=8_000)] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    ) -> Cards:
        """The board of a property: what is open, soonest due first, and what was closed today; or only `ids`."""
        return await reading.board(principal, property, tuple(filter(None, ids.split(","))), limit)

    @made.get("/stays/{stay_id}/journey")
    async def journey(stay_id: Id, principal: caller) -> Journey:
        """All records of one stay, in the order they were opened."""
        return await reading.journey(principal, stay_id)

    @made.get("/kinds")
    async def kinds(principal: caller) -> Kinds:
        """All kinds of record with their fields, for forms."""
        return reading.kinds()

    return made
