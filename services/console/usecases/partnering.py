"""Partners: taken in, told of things, looked after when their endpoint fails, and ended."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.console.domain.governance import Account
from services.console.domain.partnering import (
    DeliveryLog,
    PartnerShown,
    SubscriptionShown,
    partner_of,
    replay_of,
    subscription_of,
)
from services.console.domain.problem import Down, Problem, Refused
from services.console.domain.session import Viewer
from services.console.domain.tongue import ngettext
from services.console.ports import Governance, Partnering
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import quietly
from services.console.usecases.steps import problem_of
from shared.contracts.values import zone

Found = TypeVar("Found")
_PAGE = 50
_EMPTY = DeliveryLog()


@dataclass(frozen=True)
class PartnerView:
    """All partners, or one with its subscriptions, or one subscription with its log."""

    page: Page
    partners: Sequence[PartnerShown] = ()
    partner: PartnerShown | None = None
    subscriptions: Sequence[SubscriptionShown] = ()
    subscription: SubscriptionShown | None = None
    log: DeliveryLog = _EMPTY
    accounts: Sequence[Account] = ()
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    done: str = ""

    def account(self, account_id: str | None) -> Account | None:
        """A service account by its id."""
        return next((one for one in self.accounts if one.id == account_id), None)


@dataclass(frozen=True)
class Step:
    """What became of a step: a problem, a secret to show once, or how many will be sent."""

    problem: Problem | None = None
    secret: str = ""
    done: str = ""


class PartnerDesk:
    """Makes the pages of partners and carries their steps."""

    def __init__(self, partnering: Partnering, governance: Governance, people: People) -> None:
        self._partnering, self._governance, self._people = partnering, governance, people

    async def all(
        self, viewer: Viewer, problem: Problem | None = None, given: Mapping[str, str] | None = None
    ) -> PartnerView:
        """Every partner of the chain."""
        page = self._people.page(viewer)
        found = await self._part(page, self._partnering.partners(viewer.access), [])
        accounts = await quietly(self._governance.accounts(viewer.access), [])
        return PartnerView(page, partners=found, accounts=accounts, problem=problem, given=given or {})

    async def one(
        self, viewer: Viewer, partner: str, step: Step | None = None, given: Mapping[str, str] | None = None
    ) -> PartnerView:
        """One partner, what it hears, and its account's keys."""
        page, step = self._people.page(viewer), step or Step()
        found = await self._part(page, self._partnering.partner(viewer.access, partner), None)
        held = await quietly(self._partnering.subscriptions(viewer.access, partner), []) if found else []
        accounts = await quietly(self._governance.accounts(viewer.access), []) if found else []
        return PartnerView(
            page,
            partner=found,
            subscriptions=held,
            accounts=accounts,
            problem=step.problem,
            given=given or {},
            secret=step.secret,
        )

    async def subscription(
        self, viewer: Viewer, partner: str, subscription: str, asked: Mapping[str, str], step: Step | None = None
    ) -> PartnerView:
        """One subscription and what was sent, from an address that says `state` and `before`."""
        page, step = self._people.page(viewer), step or Step()
        found = await self._part(page, self._partnering.subscription(viewer.access, partner, subscription), None)
        wanted: dict[str, str | int] = {"limit": _PAGE}
        wanted |= {name: asked[name] for name in ("state", "before") if asked.get(name)}
        asking = self._partnering.log
        log = await quietly(asking(viewer.access, partner, subscription, wanted), _EMPTY) if found else _EMPTY
        return PartnerView(
            page,
            subscription=found,
            log=log,
            problem=step.problem,
            given=asked,
            secret=step.secret,
            done=step.done,
        )

    async def add(self, viewer: Viewer, key: str, given: Mapping[str, str]) -> Problem | None:
        """Take a partner in."""
        try:
            await self._partnering.add(viewer.access, key, partner_of(given))
        except (Refused, Down) as failure:
            return problem_of(failure)
        return None

    async def close(self, viewer: Viewer, partner: str, key: str, version: int) -> Problem | None:
        """End a partner."""
        try:
            await self._partnering.close(viewer.access, partner, key, version)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return None

    async def subscribe(self, viewer: Viewer, partner: str, key: str, given: Mapping[str, str]) -> Step:
        """Begin to tell a partner; its secret is shown this once."""
        try:
            made = await self._partnering.subscribe(viewer.access, partner, key, subscription_of(given))
        except (Refused, Down) as failure:
            return Step(problem_of(failure))
        return Step(secret=made.secret or "")

    async def move(self, viewer: Viewer, at: tuple[str, str], verb: str, key: str, version: int) -> Step:
        """Pause, resume or end a subscription, or give it a new secret."""
        try:
            moved = await self._partnering.move(viewer.access, *at, verb, key, version)
        except (Refused, Down) as failure:
            return Step(problem_of(failure))
        return Step(secret=moved.secret or "")

    async def send(self, viewer: Viewer, at: tuple[str, str], verb: str, key: str, given: Mapping[str, str]) -> Step:
        """Replay by ids or by time, ping, or try a sandbox with made-up events."""
        page = self._people.page(viewer)
        there = zone(page.properties[0].zone if page.properties else "UTC")
        try:
            body = replay_of(given, there) if verb == "replay" else {}
            count = await self._partnering.send(viewer.access, *at, verb, key, body)
        except (Refused, Down) as failure:
            return Step(problem_of(failure))
        return Step(done=ngettext("{count} event will be sent.", "{count} events will be sent.", count))

    async def _part(self, page: Page, asked: Awaitable[Found], otherwise: Found) -> Found:
        try:
            return await asked
        except (Down, Refused) as failure:
            page.missing(failure, "Partners")
            return otherwise
