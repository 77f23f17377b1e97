"""Everything integrations holds of one guest, for the guest: profile, stays, messages, drafts. Written down first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.comments import KeptComment
from services.integrations.domain.guests import Profile
from services.integrations.domain.messages import Draft, GuestMessage
from services.integrations.domain.postings import FolioLine
from services.integrations.ports import StayStore
from services.integrations.usecases.reading import Ledger, scope_of
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource
from shared.contracts.stays import SeenStay
from shared.contracts.values import Scope

EXPORT = "export"
NEEDED = frozenset({DataClass.GUEST_IDENTITY, DataClass.PRIVATE_STAY})
"""Without names and words there is nothing to hand out."""
MOST_STAYS = 10_000


class Messages(Protocol):
    """The part of the message store that is needed."""

    async def of_guest(self, scope: Scope, guest_id: str) -> list[GuestMessage]: ...
    async def drafts_of(self, scope: Scope, guest_id: str) -> list[Draft]: ...


class Comments(Protocol):
    """The part of the comment store that is needed."""

    async def of_guest(self, scope: Scope, guest_id: str) -> list[KeptComment]: ...


class Folios(Protocol):
    """The part of the folio ledger that is needed."""

    async def of_stays(self, scope: Scope, stay_ids: Sequence[str]) -> list[FolioLine]: ...


@dataclass(frozen=True)
class Held:
    """What is held of one person. `elsewhere`: they stayed at hotels that are not the caller's, too."""

    profile: Profile | None
    stays: list[SeenStay]
    messages: list[GuestMessage]
    drafts: list[Draft]
    comments: list[KeptComment]
    folio: list[FolioLine]
    elsewhere: bool


class Disclose:
    """Hands out what is held of a person to who may."""

    def __init__(
        self,
        stays: StayStore,
        messages: Messages,
        comments: Comments,
        folios: Folios,
        ledger: Ledger,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._stays, self._messages, self._folios = stays, messages, folios
        self._comments = comments
        self._ledger, self._policy, self._clock = ledger, policy, clock

    async def __call__(self, principal: Principal, guest_id: str, correlation: str) -> Held:
        """All that is held of a guest in the caller's hotels; nobody known there is a 404."""
        verdict = self._policy.decide(principal, EXPORT, Resource.GUEST)
        allowed = verdict.allow and verdict.read >= NEEDED
        read = AccessRead(
            subjects=(guest_id,), action="export_guest", classes=tuple(sorted(verdict.read)), refused=not allowed
        )
        event = NewEvent(
            type="access.read.v1" if allowed else "access.refused.v1",
            chain=principal.chain,
            property_id="*",
            subject=self._clock.new_id(),
            sequence=1,
            time=self._clock.now(),
            body=AccessEvent(actor=principal.actor, access=read),
        )
        await self._ledger.tell(scope_of(principal), [event], Provenance.fresh(correlation))
        if not allowed:
            raise forbidden("guests_not_readable", "Your role does not hand out what is held of a guest.")
        return await self._held(scope_of(principal), guest_id, money=DataClass.PAYMENT in verdict.read)

    async def _held(self, scope: Scope, guest_id: str, *, money: bool) -> Held:
        profiles = await self._stays.profiles(scope, [guest_id])
        stays, _ = await self._stays.page(scope, guest_ids=[guest_id], limit=MOST_STAYS)
        if not profiles and not stays:
            raise not_found("guest")
        known = profiles[0].properties if profiles else frozenset()
        return Held(
            profile=profiles[0] if profiles else None,
            stays=[SeenStay.masked(stay, money=money) for stay in stays],
            messages=await self._messages.of_guest(scope, guest_id),
            drafts=await self._messages.drafts_of(scope, guest_id),
            comments=await self._comments.of_guest(scope, guest_id),
            folio=await self._folios.of_stays(scope, [stay.id for stay in stays]) if money else [],
            elsewhere=not all(scope.covers(one) for one in known),
        )
