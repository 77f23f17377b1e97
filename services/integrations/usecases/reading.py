"""Reads stays and guests for a caller: masked by rights, each sensitive read written down before it is answered."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Protocol

from services.integrations.domain.guests import Profile, folded
from services.integrations.ports import StayStore
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy, Verdict
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import forbidden, invalid, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.stays import SeenStay, StayStatus
from shared.contracts.values import Scope

SEARCHED = 50
SHORTEST = 2


class Ledger(Protocol):
    """Where accesses are written down."""

    async def tell(self, scope: Scope, events: Sequence[NewEvent], provenance: Provenance) -> int: ...


def scope_of(principal: Principal, property_id: str | None = None) -> Scope:
    """What a caller may see, narrowed to one property when asked."""
    whole = Scope(chain=principal.chain, properties=principal.properties)
    return whole.narrow([property_id]) if property_id else whole


class ReadStays:
    """Stays hold no identity; what they cost is for who may see payments."""

    def __init__(self, stays: StayStore, policy: Policy) -> None:
        self._stays, self._policy = stays, policy

    def _allow(self, principal: Principal) -> bool:
        """Whether with what they cost."""
        verdict = self._policy.decide(principal, "read", "stay")
        if not verdict.allow:
            raise forbidden("stays_not_readable", "Your role does not read stays.")
        return DataClass.PAYMENT in verdict.read

    async def page(
        self,
        principal: Principal,
        property_id: str | None,
        *,
        status: StayStatus | None,
        on: dt.date | None,
        guest_ids: Sequence[str] | None,
        number: str | None = None,
        cursor: str | None,
        limit: int,
    ) -> tuple[list[SeenStay], str | None]:
        """A page of stays by departure, and the cursor of the next."""
        money = self._allow(principal)
        scope = scope_of(principal, property_id)
        found, following = await self._stays.page(
            scope, status=status, on=on, guest_ids=guest_ids, number=number, after=cursor, limit=limit
        )
        return [SeenStay.masked(each, money=money) for each in found], following

    async def one(self, principal: Principal, stay_id: str) -> SeenStay:
        """One stay; another hotel's is not found."""
        money = self._allow(principal)
        kept = await self._stays.get(scope_of(principal), stay_id)
        if kept is None:
            raise not_found("stay")
        return SeenStay.masked(kept.stay, money=money)


class ReadGuests:
    """Guest identity: only for callers with the class, and never without a row in the access log."""

    def __init__(self, stays: StayStore, ledger: Ledger, policy: Policy, clock: Clock) -> None:
        self._stays, self._ledger, self._policy, self._clock = stays, ledger, policy, clock

    async def some(self, principal: Principal, ids: Sequence[str], correlation: str) -> list[Profile]:
        """Profiles of guests within the caller's hotels; those of others are left out."""
        await self._allow(principal, "read_guest", ids, correlation)
        found = await self._stays.profiles(scope_of(principal), ids)
        if found:
            await self._tell(principal, "read_guest", [one.id for one in found], correlation)
        return found

    async def search(self, principal: Principal, name: str, property_id: str | None, correlation: str) -> list[str]:
        """Ids of guests whose first, last or whole name begins so; the name itself is written nowhere."""
        wanted = folded(name)
        if len(wanted) < SHORTEST:
            raise invalid("name", "too_short", f"Give at least {SHORTEST} letters.")
        await self._allow(principal, "search_guest", (), correlation)
        found = await self._stays.search(scope_of(principal, property_id), f"^{re.escape(wanted)}", SEARCHED)
        await self._tell(principal, "search_guest", found, correlation)
        return found

    async def _allow(self, principal: Principal, action: str, ids: Sequence[str], correlation: str) -> None:
        verdict: Verdict = self._policy.decide(principal, "read", "guest")
        if not (verdict.allow and DataClass.GUEST_IDENTITY in verdict.read):
            await self._tell(principal, action, ids, correlation, refused=True)
            raise forbidden("guests_not_readable", "Your role does not read who the guests are.")

    async def _tell(
        self, principal: Principal, action: str, ids: Sequence[str], correlation: str, refused: bool = False
    ) -> None:
        """Write the access down; while that is impossible nothing is answered."""
        read = AccessRead(subjects=tuple(ids), action=action, classes=(DataClass.GUEST_IDENTITY,), refused=refused)
        event = NewEvent(
            type="access.refused.v1" if refused else "access.read.v1",
            chain=principal.chain,
            property_id=_where(principal),
            subject=self._clock.new_id(),
            sequence=1,
            time=self._clock.now(),
            body=AccessEvent(actor=principal.actor, access=read),
        )
        await self._ledger.tell(scope_of(principal), [event], Provenance.fresh(correlation))


def _where(principal: Principal) -> str:
    """The property an access is filed under: the caller's only one, else the chain's own."""
    only = principal.properties or frozenset()
    return next(iter(only)) if len(only) == 1 else "chain"
