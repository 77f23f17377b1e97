"""The statements of what agents sold and earned."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.records.domain.incentives import EarningLine, LineKind
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


@dataclass(frozen=True)
class Period:
    """An agent's lines at a hotel from a moment up to (not with) another; `agent` None: everybody's."""

    property_id: str
    since: dt.datetime
    until: dt.datetime
    agent: str | None = None


@dataclass(frozen=True, order=True)
class Earned:
    """How many lines of one kind an agent has in a currency, and their sums in minor units."""

    agent: str
    currency: str
    kind: LineKind
    lines: int
    amount: int
    incentive: int


class EarningStore(Protocol):
    """Lines of statements, only ever added to."""

    async def add(self, scope: Scope, lines: Sequence[EarningLine], tx: Tx) -> None:
        """Add lines; one that is there already stays as it is."""
        ...

    async def page(
        self, scope: Scope, period: Period, after: tuple[dt.datetime, str] | None, limit: int
    ) -> list[EarningLine]:
        """The lines of a period, oldest first, after one of them."""
        ...

    async def sums(self, scope: Scope, period: Period) -> list[Earned]:
        """The sums of a period by agent, currency and kind."""
        ...
