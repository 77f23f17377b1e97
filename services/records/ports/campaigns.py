"""Campaigns, and what they ask of stays, guests and records."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.records.domain.campaigns import CampaignState
from shared.chassis.mongo import Tx
from shared.contracts.stays import Stay
from shared.contracts.values import Scope


@dataclass(frozen=True)
class Span:
    """Stays of a property whose arrival or departure lies between two days, both included."""

    property_id: str
    by: str
    first: dt.date
    last: dt.date
    status: str


@dataclass(frozen=True)
class Tally:
    """What became of a campaign's records, by arm: how many, and what they charged less what was given back."""

    sent: int = 0
    answered: int = 0
    accepted: int = 0
    sold: int = 0
    revenue: int = 0


class CampaignStore(Protocol):
    """Keeps campaigns and how far each has come. Another property's campaign is not seen."""

    async def find(self, scope: Scope, campaign_id: str, tx: Tx | None = None) -> CampaignState | None:
        """One campaign."""
        ...

    async def page(self, scope: Scope, property_id: str, after: str | None, limit: int) -> list[CampaignState]:
        """A property's campaigns, by id, after one of them."""
        ...

    async def running(self, scope: Scope) -> Sequence[CampaignState]:
        """Every campaign of every chain that runs: for the service itself, whose scope is the system's."""
        ...

    async def write(self, scope: Scope, campaign: CampaignState, tx: Tx) -> None:
        """Keep a campaign; the unique event of its version guards it."""
        ...

    async def cursor(self, scope: Scope, campaign_id: str, tx: Tx) -> str | None:
        """The stay after which this round goes on; None at the start of a round."""
        ...

    async def advance(self, scope: Scope, campaign_id: str, before: str | None, after: str | None, tx: Tx) -> None:
        """Move the cursor on, in the transaction of what was done up to there."""
        ...

    async def stays(self, scope: Scope, span: Span, after: str | None, limit: int, tx: Tx | None = None) -> list[Stay]:
        """Stays by id, after one of them."""
        ...

    async def sent_to(self, scope: Scope, stay_id: str, tx: Tx) -> list[str]:
        """The ids of the records that campaigns opened for a stay."""
        ...

    async def complaining(self, scope: Scope, kinds: Collection[str], guests: Collection[str]) -> set[str]:
        """Which of these guests have an open record of one of these kinds."""
        ...

    async def opted_out(self, scope: Scope, guests: Collection[str]) -> set[str]:
        """Which of these guests asked us to stop."""
        ...

    async def opt_out(self, scope: Scope, guests: Collection[str], tx: Tx) -> None:
        """They asked us to stop; told twice is told once."""
        ...

    async def tally(self, scope: Scope, campaign_id: str) -> Mapping[str, Tally]:
        """What became of its records, by arm."""
        ...
