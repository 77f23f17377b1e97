"""Answers about a guest's loyalty: tier, balance and entries; each read is written down."""

from pydantic import Field

from services.records.domain.points import Entry
from services.records.usecases.house import House
from services.records.usecases.permissions import may_in
from services.records.usecases.reading import scope_of
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Frozen, Instant


class ShownPoints(Frozen):
    """A guest's loyalty, the newest entries first. `next` is the cursor of the following page, if there is one."""

    guest_id: str
    tier: str | None
    balance: int
    mirrored: int | None = Field(default=None, description="What the PMS's programme said last")
    mirrored_at: Instant | None = None
    drift: int | None = Field(default=None, description="What the balance is more, or less, than the programme said")
    entries: tuple[Entry, ...]
    next: int | None = None


class Pointing:
    """The use case behind `/v1/guests/{id}/points`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def points(self, principal: Principal, guest_id: str, before: int | None, limit: int) -> ShownPoints:
        """A guest who has, or had, a stay at one of the caller's hotels; any other does not exist for them."""
        scope = scope_of(principal)
        stay = await self._house.loyalty.latest_stay(scope, guest_id)
        if stay is None:
            raise not_found("guest")
        verdict = may_in(self._house, principal, "read", Resource.GUEST.value, stay.property_id, None)
        if DataClass.GUEST_IDENTITY not in verdict.read:
            raise forbidden("not_granted", "You may not read what belongs to guests.")
        account = await self._house.loyalty.account(scope, guest_id)
        found = await self._house.loyalty.page(scope, guest_id, before, limit + 1)
        await self._write_down(principal, guest_id, stay.property_id)
        page, more = found[:limit], len(found) > limit
        return ShownPoints(
            guest_id=guest_id,
            tier=stay.tier,
            balance=account.balance,
            mirrored=account.mirrored,
            mirrored_at=account.mirrored_at,
            drift=account.drift,
            entries=tuple(page),
            next=page[-1].seq if more else None,
        )

    async def _write_down(self, principal: Principal, guest_id: str, property_id: str) -> None:
        read = AccessRead(subjects=(guest_id,), action="read", classes=(DataClass.GUEST_IDENTITY,))
        event = NewEvent(
            type="access.read.v1",
            chain=principal.chain,
            property_id=property_id,
            subject=self._house.clock.new_id(),
            sequence=1,
            time=self._house.clock.now(),
            body=AccessEvent(actor=principal.actor, access=read),
        )

        async def work(tx: Tx) -> None:
            await self._house.journal.append(tx, [event], Provenance.fresh(self._house.clock.new_id()))

        await self._house.transactions.run(work)
