"""One command on up to 200 records."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from services.records.api.bodies import around, closing, talk, work
from services.records.usecases.bulk import Bulk, Target
from services.records.usecases.shown_bulk import BulkResult
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example
from shared.chassis.service import Chassis
from shared.contracts.values import EntityId, Frozen, Version

EXAMPLE: dict[str, Any] = {
    "preview": True,
    "items": [{"id": "0198c7f2-6f0a-7c11-9d5e-2f6f6a1b7c90", "version": 3}],
    "order": {"do": "block", "reason": {"code": "no_water", "text": "The main is off until noon."}},
}


class Item(Frozen):
    """A record and its version, as If-Match would name it."""

    id: EntityId
    version: Version


class AcceptEach(work.Accept):
    """Take each on."""

    do: Literal["accept"]


class BlockEach(work.Block):
    """Stop each clock, with a reason."""

    do: Literal["block"]


class UnblockEach(work.Unblock):
    """Start each clock again."""

    do: Literal["unblock"]


class HandOffEach(work.HandOff):
    """Give each to a department or a person."""

    do: Literal["hand-off"]


class NoteEach(talk.Note):
    """Write the same note on each."""

    do: Literal["note"]


class CompleteEach(closing.Complete):
    """Close each with an outcome."""

    do: Literal["complete"]


class WatchEach(around.Watch):
    """Watch each."""

    do: Literal["watch"]


class Many(Frozen):
    """A command and the records it is for. With `preview` nothing is done: each answer says what would be."""

    items: list[Item] = Field(min_length=1, max_length=200)
    order: Annotated[
        AcceptEach | BlockEach | UnblockEach | HandOffEach | NoteEach | CompleteEach | WatchEach,
        Field(discriminator="do"),
    ]
    preview: bool = Field(default=False, strict=True)


def router(bulk: Bulk, chassis: Chassis) -> APIRouter:
    """The route."""
    made = APIRouter()

    @made.post("/records/bulk")
    async def bulk_action(
        body: Annotated[Many, example(EXAMPLE)], ctx: Annotated[CommandContext, Depends(chassis.creation)]
    ) -> BulkResult:
        """Do one thing to many records, each as if alone; sent again with its key, it does what was left undone."""
        targets = [Target(item.id, item.version) for item in body.items]
        return await bulk.carry_out(ctx, targets, body.order, body.preview)

    return made
