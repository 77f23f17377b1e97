"""What can be done to records: one route per command, each once per Idempotency-Key, at the version of If-Match."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from services.records.api.bodies import (
    approval,
    around,
    closing,
    exceptions,
    money,
    people,
    selling,
    talk,
    work,
    writebacks,
)
from services.records.api.bodies.why import Because, Values, Words
from services.records.api.examples import CORRECTION, NEW_RECORD, REVIEW, RULING
from services.records.domain.pricing import MAX_QUANTITY
from services.records.usecases.commanding import Commanding, Done, Order
from services.records.usecases.entry import Entry, QuickEntry
from services.records.usecases.reading import Reading
from services.records.usecases.shown import Opened, ShownRecord
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.errors import Breach, breached
from shared.contracts.identity import Department
from shared.contracts.values import AskedInstant, Code, EntityId, Frozen, Slug, card_numbers

Id = Annotated[EntityId, Path()]

PLAIN: dict[str, tuple[type[Any], dict[str, Any]]] = {
    **work.COMMANDS,
    **people.COMMANDS,
    **approval.COMMANDS,
    **exceptions.COMMANDS,
    **money.COMMANDS,
    **talk.COMMANDS,
    **closing.COMMANDS,
    **selling.COMMANDS,
    **writebacks.COMMANDS,
    **around.COMMANDS,
}
"""Every command whose body says it all, by the last part of its path, with an example."""


class NewRecord(Frozen):
    """Quick entry: what, where, and what is known of it. `room` may name a public area, e.g. `lobby`."""

    property_id: Slug
    kind: Code
    room: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$")] | None = None
    stay_id: EntityId | None = None
    department: Department | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    fields: Values = Field(default_factory=dict)
    offer_id: EntityId | None = Field(default=None, description="Sell this offer of the catalogue, at its price")
    quantity: int = Field(default=1, strict=True, ge=1, le=MAX_QUANTITY, description="How many of the offer")
    insist: Because | Words | None = Field(
        default=None, description="Why a second record is wanted of what a guest has asked already"
    )
    happened_at: AskedInstant | None = Field(
        default=None, description="When it happened, if it is entered from paper afterwards: its clocks run from then"
    )

    def entry(self) -> Entry:
        """What quick entry is asked for."""
        if self.room and card_numbers(self.room):
            raise breached([Breach(field="room", rule="card_number", message="room holds a card number.")])
        return Entry(
            property_id=self.property_id,
            kind=self.kind,
            fields=self.fields,
            room=self.room,
            stay_id=self.stay_id,
            department=self.department,
            language=self.language,
            offer_id=self.offer_id,
            quantity=self.quantity,
            insist=(self.insist.code, self.insist.text) if isinstance(self.insist, Because) else (None, self.insist),
            happened_at=self.happened_at,
        )


class Answering:
    """Turns what a command did into its HTTP answer."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def shown(self, ctx: CommandContext, done: Done, response: Response) -> ShownRecord:
        """The record after the command, its version as ETag."""
        response.status_code = done.status
        response.headers["ETag"] = f'"{done.state.version}"'
        if done.replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return await self._reading.shown(ctx.principal, done.state)


def router(commanding: Commanding, entry: QuickEntry, reading: Reading, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    told = Annotated[CommandContext, Depends(chassis.command)]
    fresh = Annotated[CommandContext, Depends(chassis.creation)]
    answering = Answering(reading)

    @made.post("/records", status_code=201, responses={201: ETAG, **refuses(404)})
    async def open_record(body: Annotated[NewRecord, example(NEW_RECORD)], ctx: fresh, response: Response) -> Opened:
        """Open a record; a likely duplicate is named in `similar`, never refused."""
        entered = await entry.enter(ctx, body.entry())
        shown = await answering.shown(ctx, entered.done, response)
        response.headers["Location"] = f"/v1/records/{shown.id}"
        return Opened(**dict(shown), similar=entered.similar)

    for path in PLAIN:
        _add(made, path, commanding, answering, chassis)

    @made.post("/records/{record_id}/exceptions/{exception_id}/review", responses={200: ETAG})
    async def review(
        record_id: Id,
        exception_id: Id,
        body: Annotated[exceptions.Review, example(REVIEW)],
        ctx: told,
        response: Response,
    ) -> ShownRecord:
        """Review an exception note: the decision, and the comment that completes it."""
        order = exceptions.ReviewOf(exception_id=exception_id, **dict(body))
        return await answering.shown(ctx, await commanding.execute(ctx, record_id, order), response)

    @made.post("/records/{record_id}/exceptions/{exception_id}/corrections", responses={200: ETAG})
    async def correct(
        record_id: Id,
        exception_id: Id,
        body: Annotated[exceptions.Correction, example(CORRECTION)],
        ctx: told,
        response: Response,
    ) -> ShownRecord:
        """Add a correction to an exception note; what it said stays as it was."""
        order = exceptions.CorrectionOf(exception_id=exception_id, **dict(body))
        return await answering.shown(ctx, await commanding.execute(ctx, record_id, order), response)

    @made.post("/records/{record_id}/proposals/{proposal_id}/decide", responses={200: ETAG})
    async def decide(
        record_id: Id, proposal_id: Id, body: Annotated[approval.Ruling, example(RULING)], ctx: told, response: Response
    ) -> ShownRecord:
        """Approve or reject a proposal; approving performs the change."""
        order = approval.RulingOf(proposal_id=proposal_id, **dict(body))
        return await answering.shown(ctx, await commanding.execute(ctx, record_id, order), response)

    return made


def _add(made: APIRouter, path: str, commanding: Commanding, answering: Answering, chassis: Chassis) -> None:
    body_type, sample = PLAIN[path]

    async def act(
        record_id: Id,
        body: Order,
        response: Response,
        ctx: Annotated[CommandContext, Depends(chassis.command)],
    ) -> ShownRecord:
        return await answering.shown(ctx, await commanding.execute(ctx, record_id, body), response)

    # FastAPI reads the body's model from the annotation; each path has its own.
    act.__annotations__["body"] = Annotated[body_type, example(sample)]
    made.add_api_route(
        f"/records/{{record_id}}/{path}",
        act,
        methods=["POST"],
        responses={200: ETAG},
        name=f"{path.replace('-', '_')}_record",
        summary=str(body_type.__doc__),
    )
