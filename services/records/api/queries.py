"""What can be read of records."""

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.records import ports
from services.records.usecases.finding import Finding, Wanted
from services.records.usecases.reading import Reading
from services.records.usecases.shown import Cards, History, Journey, Kinds, ShownRecord
from services.records.usecases.shown_finding import Sparse, SparseCards
from services.records.usecases.sparse import columns
from shared.chassis.clock import Clock
from shared.chassis.describing import ETAG, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Principal
from shared.contracts.records import Status
from shared.contracts.values import AskedInstant, Code, EntityId

Id = Annotated[EntityId, Path()]
Text = Annotated[str, StringConstraints(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:@|-]*$")] | None


class Filter(BaseModel):
    """The filters of a list; `owner=me` and `watcher=me` are the caller."""

    model_config = ConfigDict(extra="allow", frozen=True)

    hotel: Text = Field(default=None, alias="property")
    status: Status | None = None
    department: Department | None = None
    owner: Text = None
    stay_id: Text = None
    guest: list[EntityId] = Field(
        default=[], max_length=50, description="Guest ids: one who looks for a name gets them from integrations"
    )
    kind: Text = None
    workflow: Code | None = None
    room: Text = None
    text: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Ordinary words: kind, what is asked, codes, room. What people wrote is never searched.",
        examples=["baby cot"],
    )
    risk: Literal["late", "at_risk"] | None = None
    due_from: AskedInstant | None = None
    due_to: AskedInstant | None = None
    watcher: Text = None
    parent: Text = None
    unanswered: Literal["me", "department"] | None = Field(
        default=None, description="With a question that waits for me, or for a department of mine"
    )
    sort: str = Field(
        default="due", pattern=r"^-?[a-z_]{1,64}$", description="due, opened or changed; - for newest first"
    )
    fields: str | None = Field(default=None, max_length=1000, examples=["status,owner,due_at"])
    after: str | None = Field(default=None, max_length=300)
    limit: int = Field(default=50, ge=1, le=200)

    def query(self, principal: Principal, now: dt.datetime) -> ports.Query:
        """The filters as the store is asked."""
        me = principal.staff_id
        return ports.Query(
            now=now,
            property_id=self.hotel,
            statuses=(self.status,) if self.status else (),
            department=self.department,
            owner=me if self.owner == "me" else self.owner,
            stay_id=self.stay_id,
            guest_ids=self.guest,
            kind=self.kind,
            room=self.room,
            risk=self.risk,
            due_from=self.due_from,
            due_to=self.due_to,
            watcher=me if self.watcher == "me" else self.watcher,
            parent=self.parent,
            unanswered=self._unanswered(principal),
            limit=self.limit,
        )

    def _unanswered(self, principal: Principal) -> ports.Unanswered | None:
        if self.unanswered is None:
            return None
        if self.unanswered == "me":
            return ports.Unanswered(staff_id=principal.staff_id)
        return ports.Unanswered(departments=tuple(principal.departments))

    @property
    def wanted(self) -> Wanted:
        """What is not a plain filter."""
        return Wanted(self.text, self.workflow, self.sort, self.fields, self.after, tuple(self.model_extra or ()))


def router(reading: Reading, finding: Finding, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    caller = Annotated[Principal, Depends(chassis.caller)]
    clock: Clock = chassis.clock

    @made.get("/records", responses=refuses(404))
    async def records(principal: caller, asked: Annotated[Filter, Query()]) -> Cards | SparseCards:
        """One page of records, soonest due first unless another order is asked for; `fields` names what is shown.

        A page may hold fewer than `limit`, even none, and still have a `next`: only one without is the last.
        """
        return await finding.page(principal, asked.query(principal, clock.now()), asked.wanted)

    @made.get("/records/{record_id}", responses={200: ETAG})
    async def record(
        record_id: Id,
        principal: caller,
        response: Response,
        fields: Annotated[str | None, Query(max_length=1000, examples=["status,owner,due_at"])] = None,
    ) -> ShownRecord | Sparse:
        """One record as the caller may see it; its ETag is the version that commands must name."""
        shown = await reading.one(principal, record_id, columns(fields, ShownRecord.model_fields))
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
        after: Annotated[str | None, Query(max_length=300)] = None,
    ) -> Cards:
        """The board of a property: what is open, soonest due first, and what was closed today; or only `ids`.

        Where there is more than `limit` of either, `next` leads to it; what was closed begins with the first page.
        """
        return await reading.board(principal, property, tuple(filter(None, ids.split(","))), limit, after)

    @made.get("/stays/{stay_id}/journey")
    async def journey(
        stay_id: Id, principal: caller, after: Annotated[str | None, Query(max_length=300)] = None
    ) -> Journey:
        """The records of one stay, in the order they were opened, a thousand at once."""
        return await reading.journey(principal, stay_id, after)

    @made.get("/kinds")
    async def kinds(principal: caller) -> Kinds:
        """All kinds of record with their fields, for forms."""
        return reading.kinds()

    return made
