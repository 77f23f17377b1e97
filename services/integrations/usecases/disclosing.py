"""Everything integrations holds of one guest, for the guest: profile, stays, messages, drafts. Written down first."""

from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.guests import Profile
from services.integrations.domain.messages import Draft, GuestMessage
from services.integrations.ports import StayStore
from services.integrations.usecases.reading import Ledger, scope_of
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource
from shared.contracts.stays import Stay
from shared.contracts.values import Scope

EXPORT = "export"
MOST_STAYS = 10_000


class Messages(Protocol):
    """The part of the message store that is needed."""

    async def of_guest(self, scope: Scope, guest_id: str) -> list[GuestMessage]: ...
    async def drafts_of(self, scope: Scope, guest_id: str) -> list[Draft]: ...


@dataclass(frozen=True)
class Held:
    """What is held of one person. `elsewhere`: they stayed at hotels that are not the caller's, too."""

    profile: Profile | None
    stays: list[Stay]
    messages: list[GuestMessage]
    drafts: list[Draft]
    elsewhere: bool


class Disclose:
    """Hands out what is held of a person to who may."""

    def __init__(self, stays: StayStore, messages: Messages, ledger: Ledger, policy: Policy, clock: Clock) -> None:
        self._stays, self._messages, self._ledger = stays, messages, ledger
        self._policy, self._clock = policy, clock

    async def __call__(self, principal: Principal, guest_id: str, correlation: str) -> Held:
        """All that is held of a guest in the caller's hotels; nobody known there is a 404."""
        verdict = self._policy.decide(principal, EXPORT, Resource.GUEST)
        read = AccessRead(
            subjects=(guest_id,), action="export_guest", classes=tuple(sorted(verdict.read)), refused=not verdict.allow
        )
        event = NewEvent(
            type="access.read.v1" if verdict.allow else "access.refused.v1",
            chain=principal.chain,
            property_id="*",
            subject=self._clock.new_id(),
            sequence=1,
            time=self._clock.now(),
            body=AccessEvent(actor=principal.actor, access=read),
        )
        await self._ledger.tell(scope_of(principal), [event], Provenance.fresh(correlation))
        if not verdict.allow:
            raise forbidden(verdict.why, "Your role does not hand out what is held of a guest.")
        return await self._held(scope_of(principal), guest_id)

    async def _held(self, scope: Scope, guest_id: str) -> Held:
        profiles = await self._stays.profiles(scope, [guest_id])
        stays, _ = await self._stays.page(scope, guest_ids=[guest_id], limit=MOST_STAYS)
        if not profiles and not stays:
            raise not_found("guest")
        known = profiles[0].properties if profiles else frozenset()
        return Held(
            profile=profiles[0] if profiles else None,
            stays=stays,
            messages=await self._messages.of_guest(scope, guest_id),
            drafts=await self._messages.drafts_of(scope, guest_id),
            elsewhere=not all(scope.covers(one) for one in known),
        )
