"""How schedules stand: when each comes next, and what became of its last delivery and of the e-mails of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.reporting.domain.mailing import MailState
from services.reporting.domain.schedule import Run, Schedule, When, next_busy, next_daily
from services.reporting.ports import MailingStore, RunStore
from services.reporting.usecases.forecasting import Forecasting, Outlook
from services.reporting.usecases.scheduling import Hotel, Scheduling
from shared.contracts.identity import Principal
from shared.contracts.values import Instant, Scope

LOST = (MailState.REFUSED, MailState.UNKNOWN)


@dataclass(frozen=True)
class Stand:
    """One schedule: `next_at` None says that nothing is due as things stand; mails are those of the last delivery."""

    schedule: Schedule
    next_at: Instant | None
    last: Run | None
    mails_sent: int = 0
    mails_waiting: int = 0
    mails_failed: int = 0


class Overseeing:
    """Reads beside each schedule what is ahead of it and what lies behind."""

    def __init__(
        self,
        scheduling: Scheduling,
        runs: RunStore,
        kept_mailings: MailingStore,
        forecasting: Forecasting,
        hotel: Hotel,
        now: Callable[[], Instant],
    ) -> None:
        self._scheduling, self._runs, self._mailings = scheduling, runs, kept_mailings
        self._forecasting, self._hotel, self._now = forecasting, hotel, now

    async def shown(self, caller: Principal, property_id: str | None) -> Sequence[Stand]:
        """The schedules in use where the caller may read reports."""
        found = await self._scheduling.shown(caller, property_id)
        scope = Scope(chain=caller.chain)
        looked = {one.property_id for one in found if one.terms.when is When.BEFORE_BUSY and not one.paused}
        outlooks = {hotel: await self._forecasting.ahead(scope, hotel) for hotel in sorted(looked)}
        return await asyncio.gather(*(self._stand(scope, one, outlooks.get(one.property_id)) for one in found))

    async def _stand(self, scope: Scope, one: Schedule, outlook: Outlook | None) -> Stand:
        last = await self._runs.last_of(scope, one.id)
        states = [mail.state for mail in await self._mailings.of(scope, last.id)] if last else []
        failed, sent = sum(state in LOST for state in states), states.count(MailState.SENT)
        return Stand(one, self._next(one, outlook), last, sent, len(states) - sent - failed, failed)

    def _next(self, one: Schedule, outlook: Outlook | None) -> Instant | None:
        hotel = self._hotel(one.chain, one.property_id)
        if one.paused or hotel is None:
            return None
        if one.terms.when is When.DAILY:
            return next_daily(one.terms, hotel.zone, self._now())
        return next_busy(one.terms, hotel.zone, outlook.rooms, outlook.days, self._now()) if outlook else None
