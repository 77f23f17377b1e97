"""Cash desks and payment providers did something: keep it as the third side of the match, with its part of the sums."""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.reporting.domain.cashed import Cashed, entries
from services.reporting.domain.local import day_of
from services.reporting.domain.tally import differences
from services.reporting.ports import Contribution, SumStore
from shared.chassis.mongo import Tx
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.money import FinanceEvent
from shared.contracts.staff import Property
from shared.contracts.values import SYSTEM_CHAIN, Scope


class CashedStore(Protocol):
    """Keeps what cash desks and payment providers did."""

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, Cashed]:
        """Actions by id; the system scope sees all chains."""
        ...

    async def add(self, scope: Scope, some: Sequence[Cashed], tx: Tx) -> None:
        """Keep new ones."""
        ...

    async def drop(self, scope: Scope, action_id: str, tx: Tx) -> None:
        """Forget one, before its event is applied again."""
        ...


class Cashing:
    """Handles finance actions of `money.v1` inside the transaction that moves the cursors."""

    def __init__(self, cashed: CashedStore, sums: SumStore, hotel: Callable[[str, str], Property | None]) -> None:
        self._cashed, self._sums, self._hotel = cashed, sums, hotel

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Keep actions that are new; the day is that of the hotel as it is known now, else of UTC."""
        told: dict[str, Cashed] = {}
        for event in events:
            body = body_of(event) if event.noun == "finance" else None
            if isinstance(body, FinanceEvent):
                hotel = self._hotel(event.chain, event.property_id)
                day = day_of(body.finance.at, hotel.zone if hotel else "UTC")
                told[event.subject] = Cashed.of(body.finance, event.chain, event.type, day)
        everywhere = Scope(chain=SYSTEM_CHAIN)
        known = await self._cashed.load(everywhere, list(told), tx)
        fresh = [one for key, one in told.items() if key not in known]
        given = [Contribution(one.chain, one.property_id, entry) for one in fresh for entry in entries(one)]
        await self._sums.add(everywhere, given, tx)
        await self._cashed.add(everywhere, fresh, tx)

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop one action and its part of the sums."""
        everywhere = Scope(chain=SYSTEM_CHAIN)
        for one in (await self._cashed.load(everywhere, [subject], tx)).values():
            taken = [Contribution(one.chain, one.property_id, entry) for entry in differences(entries(one), ())]
            await self._sums.add(everywhere, taken, tx)
            await self._cashed.drop(everywhere, subject, tx)
