"""Agents' statements over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.records.usecases.earning import Days, Earnings, Statement, Statements
from shared.chassis.describing import refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import AskedDay, EntityId, Slug

First = Annotated[AskedDay, Query(description="The first day, on the hotel's calendar", examples=["2026-07-01"])]
Last = Annotated[AskedDay, Query(description="The last day, counted in", examples=["2026-07-31"])]


def router(earnings: Earnings, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    caller = Annotated[Principal, Depends(chassis.caller)]

    @made.get("/incentives", responses=refuses(404))
    async def statement(
        principal: caller,
        property: Annotated[Slug, Query()],
        first: First,
        last: Last,
        agent: Annotated[EntityId | None, Query(description="Another than the caller: for managers")] = None,
        after: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Statement:
        """What an agent sold in a period, what of it stands, what was taken back, and what that earns them."""
        return await earnings.statement(principal, property, Days(first, last), agent, after, limit)

    @made.get("/incentives/agents", responses=refuses(404))
    async def agents(principal: caller, property: Annotated[Slug, Query()], first: First, last: Last) -> Statements:
        """The sums of everybody who sold something at a hotel in a period."""
        return await earnings.everybody(principal, property, Days(first, last))

    return made
