"""What telling partners needs: where subscriptions and deliveries are kept, endpoints, topics."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from services.integrations.domain.deliveries import Answer, Delivery, DeliveryState
from services.integrations.domain.partners import Partner, Subscription
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.values import Scope


class AddressRefused(Exception):
    """An endpoint's address is not one we call; `why` says so in a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TopicSilent(Exception):
    """A partner's topic does not take records now: it is missing, or the broker does not answer."""


class Seal(Protocol):
    """What keeps secrets unreadable where they are stored; `about` is whose they are."""

    def close(self, said: str, about: str) -> str: ...
    def open(self, sealed: str, about: str) -> str: ...
    def newest(self, sealed: str) -> bool: ...


class PartnerStore(Protocol):
    """Keeps partners and subscriptions, each change with its event."""

    async def partner(self, scope: Scope, partner: str) -> Partner | None:
        """One partner of the chain."""
        ...

    async def of_account(self, scope: Scope, account_id: str) -> Partner | None:
        """The partner that a program speaks for."""
        ...

    async def partners(self, scope: Scope) -> list[Partner]:
        """Every partner of the chain, by id."""
        ...

    async def save_partner(self, scope: Scope, partner: Partner, event: NewEvent, ctx: CommandContext) -> None:
        """Keep a version of a partner; another one of that version is a conflict."""
        ...

    async def subscription(self, scope: Scope, partner: str, subscription_id: str) -> Subscription | None:
        """One subscription of a partner."""
        ...

    async def subscriptions(self, scope: Scope, partner: str) -> list[Subscription]:
        """Those of a partner that have not ended, oldest first."""
        ...

    async def save(self, scope: Scope, one: Subscription, event: NewEvent, ctx: CommandContext, status: int) -> None:
        """Keep a version of a subscription; another one of that version is a conflict."""
        ...

    async def disable(self, scope: Scope, one: Subscription, event: NewEvent, provenance: Provenance) -> bool:
        """Keep that it is called no more; False when it changed meanwhile."""
        ...

    async def receiving(self, scope: Scope, tx: Tx, chains: Sequence[str]) -> list[Subscription]:
        """Every subscription that events are written down for."""
        ...

    async def standing(self, scope: Scope) -> list[Subscription]:
        """Those that are being started or are active, of every chain."""
        ...

    async def note_health(self, scope: Scope, subscription_id: str, answer: Answer, now: dt.datetime) -> None:
        """Whether an endpoint took something: since when it has not, and how often in a row."""
        ...


class LatestStore(Protocol):
    """Keeps the newest event of everything that a new subscription is told as it stands."""

    async def keep(self, scope: Scope, tx: Tx, events: Sequence[Envelope], now: dt.datetime) -> None:
        """Take events; older versions than the kept one change nothing."""
        ...

    async def page(self, scope: Scope, nouns: Sequence[str], after: str, limit: int) -> list[Envelope]:
        """Some of what stands, by id."""
        ...


class DeliveryStore(Protocol):
    """Keeps what is sent to partners: once for each event and subscription, numbered without a gap."""

    async def write(self, scope: Scope, tx: Tx, rows: Sequence[Delivery], rank: int) -> int:
        """Write down what is not there yet; how many were new. The lower rank is numbered first."""
        ...

    async def list_from(self, scope: Scope, one: Subscription, rows: Sequence[Delivery], last: str, done: bool) -> None:
        """Write down a part of what stands, and how far that is; `done` makes the subscription active."""
        ...

    async def add(
        self, scope: Scope, one: Subscription, rows: Sequence[Delivery], event: NewEvent, ctx: CommandContext
    ) -> int:
        """Write rows down by a command, with the subscription's new version; how many."""
        ...

    async def listed_to(self, scope: Scope, subscription_id: str) -> str:
        """How far what stands is written down; empty at the beginning."""
        ...

    async def number(self, scope: Scope, subscription_id: str, now: dt.datetime) -> int:
        """Give the next numbers to what waits for one; how many."""
        ...

    async def due(self, scope: Scope, now: dt.datetime) -> list[str]:
        """Subscriptions that something is due for."""
        ...

    async def claim(self, scope: Scope, subscription_id: str, now: dt.datetime, limit: int) -> list[Delivery]:
        """Take some that are due; what was claimed a minute ago and never settled is due again."""
        ...

    async def settle(self, scope: Scope, after: Delivery) -> None:
        """Save how a try ended."""
        ...

    async def unsent(self, scope: Scope, subscription_id: str, limit: int) -> list[Delivery]:
        """The next of a topic, in order of their numbers."""
        ...

    async def sent(self, scope: Scope, rows: Sequence[str], now: dt.datetime) -> None:
        """These are on the topic."""
        ...

    async def log(
        self, scope: Scope, subscription_id: str, state: DeliveryState | None, after: int, limit: int
    ) -> list[Delivery]:
        """A page of deliveries, newest number first, before a number (0: from the newest)."""
        ...

    async def replay(
        self,
        scope: Scope,
        one: Subscription,
        chosen: Mapping[str, Any],
        event: NewEvent,
        ctx: CommandContext,
        now: dt.datetime,
    ) -> int:
        """Make deliveries due again, by `ids` or by `since` and `until`; how many."""
        ...


class Endpoints(Protocol):
    """Calls addresses that partners chose."""

    async def check(self, url: str) -> None:
        """Look an address up now; raises AddressRefused."""
        ...

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One try. Never raises: what went wrong is the answer's fault."""
        ...


class PartnerTopics(Protocol):
    """Writes to partners' own topics."""

    async def publish(self, topic: str, rows: Sequence[tuple[str, bytes, Sequence[tuple[str, bytes]]]]) -> int:
        """Write key, value and headers in order; how many are safe, counted from the first. Raises TopicSilent."""
        ...


Random = Callable[[int], bytes]
