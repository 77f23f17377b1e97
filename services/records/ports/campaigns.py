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
class News:
    """What is worth another look: stays heard of since a real moment, and those whose moment came meanwhile.

    `due` are days of arrival (or, `by` departure, of departure) whose moment came.
    """

    since: dt.datetime
    by: str = "arrival"
    due: tuple[dt.date, ...] = ()


@dataclass(frozen=True)
class Round:
    """How far a campaign has come. `cursor`: the stay after which a round goes on, None between two.

    `began` (real) and `through` (business) are of the round that runs, or ran last; `whole` (real) of the last one that
    looked at every stay, `version` the campaign's then; `news` what this round is about, None for every stay.
    """

    cursor: str | None = None
    began: dt.datetime | None = None
    through: dt.datetime | None = None
    whole: dt.datetime | None = None
    version: int = 0
    news: News | None = None


@dataclass(frozen=True)
class Span:
    """Stays of a property whose arrival or departure lies between two days, both included.

    `news`: only those of them that are worth another look.
    """

    property_id: str
    by: str
    first: dt.date
    last: dt.date
    status: str
    news: "News | None" = None


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

    async def round(self, scope: Scope, campaign_id: str, tx: Tx) -> Round:
        """How far it has come."""
        ...

    async def advance(self, scope: Scope, campaign_id: str, before: Round, after: Round, tx: Tx) -> None:
        """Go on, in the transaction of what was done up to there; if somebody else did meanwhile, nothing moves."""
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
