"""The queues of what waits for a decision, and many decisions at once."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field, StrictBool

from services.records.api.bodies.approval import RulingOf
from services.records.api.bodies.why import Why
from services.records.api.examples import DECISIONS
from services.records.usecases.deciding import Deciding, Item
from services.records.usecases.queues import Queues
from services.records.usecases.shown_reviews import DecidedMany, Exceptions, Proposals
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.errors import invalid
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId, Frozen, Slug


class Decision(Why):
    """One decision, bound by the digest to what was shown."""

    record: EntityId
    proposal: EntityId
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    approve: StrictBool

    @property
    def item(self) -> Item:
        """The decision as it is carried out."""
        order = RulingOf(proposal_id=self.proposal, approve=self.approve, digest=self.digest, reason=self.reason)
        return Item(self.record, self.proposal, order, json.dumps(self.model_dump(mode="json"), sort_keys=True))


class Decisions(Frozen):
    """Many decisions, at most one for each proposal."""

    decisions: tuple[Decision, ...] = Field(min_length=1, max_length=100)

    @property
    def items(self) -> list[Item]:
        """The decisions as they are carried out; a proposal that is named twice is a refusal."""
        named = [(each.record, each.proposal) for each in self.decisions]
        for place, each in enumerate(named):
            if each in named[:place]:
                raise invalid(f"decisions.{place}.proposal", "twice", "A proposal is decided once.")
        return [each.item for each in self.decisions]


def router(queues: Queues, deciding: Deciding, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    caller = Annotated[Principal, Depends(chassis.caller)]
    hotel = Annotated[Slug | None, Query()]
    after_ = Annotated[str | None, Query(max_length=300)]
    count = Annotated[int, Query(ge=1, le=200)]

    @made.get("/proposals", responses=refuses(404))
    async def proposals(
        principal: caller, property: hotel = None, after: after_ = None, limit: count = 50
    ) -> Proposals:
        """The proposals that the caller may decide, oldest first."""
        return await queues.proposals(principal, (property,) if property else (), after, limit)

    @made.get("/exceptions", responses=refuses(404))
    async def exceptions(
        principal: caller, property: hotel = None, after: after_ = None, limit: count = 50
    ) -> Exceptions:
        """The exception notes that the caller may review, oldest first."""
        return await queues.exceptions(principal, (property,) if property else (), after, limit)

    @made.post("/proposals/decide")
    async def decide_many(
        body: Annotated[Decisions, example(DECISIONS)],
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
    ) -> DecidedMany:
        """Decide many proposals, each in a transaction of its own and with its own result."""
        return DecidedMany(results=tuple(await deciding.decide(ctx, body.items)))

    return made
