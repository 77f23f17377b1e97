"""What operators see of card numbers that machines sent: where, when, how often, and never which."""

import datetime as dt
from collections.abc import Callable

from fastapi import APIRouter, Depends

from services.integrations.ports.masked import MaskedAt, MaskedLog
from shared.chassis.service import Chassis
from shared.contracts.errors import forbidden
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Frozen, Scope

SHOWN = dt.timedelta(days=90)


class Masked(Frozen):
    """By hotel, door and day, newest first."""

    items: tuple[MaskedAt, ...]


def router(log: MaskedLog, chassis: Chassis, now: Callable[[], dt.datetime]) -> APIRouter:
    """The route."""
    routes = APIRouter(prefix="/v1", tags=["masked"])

    @routes.get("/masked-cards")
    async def masked_cards(principal: Principal = Depends(chassis.caller)) -> Masked:
        """Payloads of the last 90 days in which card numbers were masked: tell the vendor whose they were."""
        if not chassis.policy.decide(principal, "status", Resource.OPERATION).allow:
            raise forbidden("not_granted", "You may not see how this service runs.")
        scope = Scope(chain=principal.chain, properties=principal.properties)
        return Masked(items=tuple(await log.since(scope, (now() - SHOWN).date())))

    return routes
