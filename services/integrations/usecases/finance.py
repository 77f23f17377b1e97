"""Takes what finance or a payment provider did, once for each of their own ids."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.connections import Connection
from services.integrations.domain.finance import seen
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import invalid
from shared.contracts.values import Money, Scope


class Ledger(Protocol):
    """Where such events are kept."""

    async def tell(self, scope: Scope, events: Sequence[NewEvent], provenance: Provenance) -> int: ...


@dataclass(frozen=True)
class Action:
    """One action as the vendor tells it."""

    vendor_id: str
    kind: str
    code: str
    stay_id: str | None
    amount: Money
    at: dt.datetime | None


class TakeFromFinance:
    """Writes each action down as one event."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock

    async def __call__(self, connection: Connection, action: Action, correlation: str) -> bool:
        """Take one action; False when its id was there before."""
        if action.amount.currency != connection.currency:
            raise invalid("currency", "currency", f"This hotel uses {connection.currency}.")
        event = seen(
            connection.chain,
            connection.property_id,
            vendor_id=action.vendor_id,
            kind=action.kind,
            code=action.code,
            stay_id=action.stay_id,
            amount=action.amount,
            at=action.at or self._clock.now(),
        )
        scope = Scope(chain=connection.chain, properties=frozenset({connection.property_id}))
        return bool(await self._ledger.tell(scope, [event], Provenance.fresh(correlation)))
