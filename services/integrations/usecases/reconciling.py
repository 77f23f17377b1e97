"""Reconciles by night and on demand, and keeps the journal; finance sees both."""

import asyncio
import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from services.integrations.domain.connections import Connection
from services.integrations.domain.journal import JournalLine, of_payment, of_posting
from services.integrations.domain.payments import OperationRow
from services.integrations.domain.postings import PostingRow
from services.integrations.domain.reconciling import Expected, Found, Kind, Seen, match
from services.integrations.ports import Connections
from services.integrations.ports.payments import PaymentProvider, ProviderRefused, ProviderSilent
from services.integrations.usecases.folios import FoliosSilent, Stretch
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Tx
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.errors import AppError, ErrorKind, conflict, forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.money import PostingEvent, PostingState
from shared.contracts.payments import JournalDay, PaymentEvent, PaymentKind, PaymentOperation
from shared.contracts.policy import Resource
from shared.contracts.values import SYSTEM_CHAIN, Scope, local_day, zone

log = logging.getLogger(__name__)
ALL = Scope(chain=SYSTEM_CHAIN)
NIGHT_HOUR = 3
HOTELS_AT_ONCE = 4
LOOKS_BACK = dt.timedelta(days=4)
DAY = dt.timedelta(days=1)
OF = {PaymentKind.CAPTURE: Kind.CHARGE, PaymentKind.REFUND: Kind.REFUND}


class Differences(Protocol):
    """Where differences are kept."""

    async def on_folio(
        self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime
    ) -> list[Expected]: ...
    async def keep(
        self,
        scope: Scope,
        property_id: str,
        found: Sequence[Found],
        seen: Seen,
        since: dt.datetime,
        now: dt.datetime,
        provenance: Provenance,
    ) -> tuple[int, int]: ...
    async def page(self, scope: Scope, *, open_only: bool, limit: int) -> list[Found]: ...
    async def ran(self, scope: Scope, property_id: str, day: dt.date) -> bool: ...
    async def note_run(self, scope: Scope, property_id: str, day: dt.date, now: dt.datetime) -> None: ...


class FolioLines(Protocol):
    """What stands on a hotel's folios."""

    async def __call__(self, hotel: Connection, expected: Sequence[Expected], stretch: Stretch) -> Seen: ...


class Moved(Protocol):
    """What was done at the provider by our own word."""

    async def moved_between(
        self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime
    ) -> list[PaymentOperation]: ...


class Journal(Protocol):
    """Where the journal is kept."""

    async def add(self, scope: Scope, tx: Tx, line: JournalLine) -> bool: ...
    async def lines(self, scope: Scope, property_id: str, day: dt.date) -> list[JournalLine]: ...
    async def close(
        self, scope: Scope, property_id: str, day: dt.date, now: dt.datetime, ctx: CommandContext
    ) -> JournalDay: ...
    async def closed(self, scope: Scope, property_id: str, version: int) -> JournalDay | None: ...


class Reconcile:
    """One hotel, one stretch of time, three sides. A side that does not answer stops the run: silence is no match."""

    def __init__(
        self,
        differences: Differences,
        folios: FolioLines,
        payments: Moved,
        providers: Mapping[str, PaymentProvider],
        connections: Connections,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._differences, self._folios, self._payments, self._providers = differences, folios, payments, providers
        self._connections, self._policy, self._clock = connections, policy, clock

    async def __call__(self) -> int:
        """Every hotel whose night has come and was not reconciled yet; how many were."""
        few = asyncio.Semaphore(HOTELS_AT_ONCE)

        async def one(hotel: Connection) -> bool:
            async with few:
                return await self._night(hotel)

        return sum(await asyncio.gather(*(one(hotel) for hotel in await self._connections.all(ALL))))

    async def _night(self, hotel: Connection) -> bool:
        now = self._clock.now()
        today = local_day(now, zone(hotel.zone))
        scope = Scope(chain=hotel.chain)
        night = now.astimezone(zone(hotel.zone)).hour >= NIGHT_HOUR
        if not night or await self._differences.ran(scope, hotel.property_id, today):
            return False
        try:
            await self._run(hotel, Stretch(now - LOOKS_BACK, now, whole=True))
        except (ProviderSilent, ProviderRefused, FoliosSilent) as silent:
            # Asked again the next time round.
            log.info("not reconciled: %s", type(silent).__name__, extra={"property": hotel.property_id})
            return False
        await self._differences.note_run(scope, hotel.property_id, today, now)
        return True

    async def _run(self, hotel: Connection, stretch: Stretch) -> tuple[list[Found], int, int]:
        scope, where = Scope(chain=hotel.chain), hotel.property_id
        since, until = stretch.since, stretch.until
        expected = await self._differences.on_folio(scope, where, since, until)
        # What our side dates within the stretch the others may date a little outside of it, and the other way round.
        seen = await self._folios(hotel, expected, Stretch(since - DAY, until + DAY, whole=stretch.whole))
        movements = list(seen.movements)
        provider = self._providers.get(where)
        if provider is not None:
            expected += [
                _expected(one)
                for one in await self._payments.moved_between(scope, where, since, until)
                if one.kind in OF
            ]
            movements += await provider.movements(since - DAY, until + DAY)
        known = {one.key for one in expected} | {one.reference for one in expected}
        inside = [one for one in movements if since <= one.at < until or {one.key, one.reference} & known]
        found = match(where, expected, inside)
        provenance = Provenance.fresh(self._clock.new_id())
        new, gone = await self._differences.keep(scope, where, found, seen, since, self._clock.now(), provenance)
        return found, new, gone

    def _may(self, principal: Principal, action: str, property_id: str | None) -> None:
        verdict = self._policy.decide(principal, action, Resource.PAYMENT, property_id)
        if not verdict.allow:
            if verdict.why == "other_property":
                raise not_found("property")
            raise forbidden(verdict.why, "Your role does not do this with payments.")

    async def on_demand(self, principal: Principal, property_id: str, days: int) -> tuple[list[Found], int, int]:
        """Reconcile now, the last days: all that differs, how many are new and how many are gone."""
        self._may(principal, "reconcile", property_id)
        hotel = await self._connections.find(Scope(chain=principal.chain), property_id)
        if hotel is None:
            raise not_found("property")
        now = self._clock.now()
        try:
            return await self._run(hotel, Stretch(now - days * DAY, now, whole=False))
        except FoliosSilent as silent:
            raise AppError(ErrorKind.UNAVAILABLE, "pms_silent", "The PMS does not show its folios now.") from silent
        except (ProviderSilent, ProviderRefused) as silent:
            raise AppError(
                ErrorKind.UNAVAILABLE, "provider_silent", "The payment provider does not answer."
            ) from silent

    async def page(self, principal: Principal, property_id: str | None, *, open_only: bool, limit: int) -> list[Found]:
        """Differences of the caller's hotels."""
        self._may(principal, "read", property_id)
        scope = Scope(chain=principal.chain, properties=principal.properties)
        scope = scope.narrow([property_id]) if property_id else scope
        return await self._differences.page(scope, open_only=open_only, limit=limit)


class KeepJournal:
    """The handler of the journal's group: a line for each posting and payment that is done, once for ever."""

    def __init__(self, journal: Journal, connections: Connections) -> None:
        self._journal, self._connections = journal, connections

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Write the lines of what was settled."""
        for event in events:
            line = await self._line(event)
            if line is not None:
                await self._journal.add(Scope(chain=event.chain), tx, line)

    async def _line(self, event: Envelope) -> JournalLine | None:
        body = body_of(event)
        hotel = await self._connections.find(Scope(chain=event.chain), event.property_id)
        day = local_day(event.time, zone(hotel.zone)) if hotel else event.time.date()
        if isinstance(body, PostingEvent) and body.posting.state is PostingState.DONE:
            named = {"correlation": event.correlation, "causation": event.id}
            return of_posting(PostingRow(chain=event.chain, posting=body.posting, **named), day)
        if isinstance(body, PaymentEvent) and body.payment.state is PostingState.DONE:
            return of_payment(
                OperationRow(chain=event.chain, operation=body.payment, correlation=event.correlation), day
            )
        return None

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing: what was booked stays booked."""


class Books:
    """The journal as finance reads and closes it."""

    def __init__(self, journal: Journal, policy: Policy, clock: Clock) -> None:
        self._journal, self._policy, self._clock = journal, policy, clock

    def _hotel(self, principal: Principal, action: str, property_id: str) -> Scope:
        verdict = self._policy.decide(principal, action, Resource.PAYMENT)
        if not verdict.allow:
            raise forbidden(verdict.why, "Your role does not keep the books.")
        scope = Scope(chain=principal.chain, properties=principal.properties)
        if self._policy.property(principal.chain, property_id) is None or not scope.covers(property_id):
            raise not_found("property")
        return scope

    async def lines(self, principal: Principal, property_id: str, day: dt.date) -> list[JournalLine]:
        """The lines of one day."""
        return await self._journal.lines(self._hotel(principal, "read", property_id), property_id, day)

    async def close(self, ctx: CommandContext, property_id: str, day: dt.date) -> JournalDay:
        """Close a day that is over, and all before it, for good."""
        scope = self._hotel(ctx.principal, "close", property_id)
        hotel = self._policy.property(ctx.principal.chain, property_id)
        assert hotel is not None
        if day >= local_day(self._clock.now(), zone(hotel.zone)):
            raise conflict("day_running", "A day closes when it is over.")
        return await self._journal.close(scope, property_id, day, self._clock.now(), ctx)

    async def closed(self, principal: Principal, property_id: str, version: int) -> JournalDay:
        """A close that was done before."""
        found = await self._journal.closed(self._hotel(principal, "close", property_id), property_id, version)
        if found is None:
            raise not_found("journal")
        return found


def _expected(one: PaymentOperation) -> Expected:
    return Expected(
        key=one.id,
        on="provider",
        kind=OF[one.kind],
        amount=one.amount,
        property_id=one.property_id,
        stay_id=one.stay_id,
        record_id=one.record_id,
        reference=one.provider_ref,
    )
