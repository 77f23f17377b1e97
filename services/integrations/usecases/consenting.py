"""What guests agree to: said to staff, or by the guest's own message; held to whenever something is sent."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.consents import CHANNELS, PURPOSES, changed, consent_id, word_of
from services.integrations.ports import StayStore
from services.integrations.ports.consents import ConsentStore, Decide
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Tx
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Actor, ActorKind, Principal
from shared.contracts.messages import Consent, Message, MessageEvent
from shared.contracts.policy import Resource
from shared.contracts.values import Scope


def deciding(
    guest_id: str, property_id: str, channel: str, purpose: str, given: bool, source: str, at: dt.datetime
) -> tuple[str, Decide]:
    """The consent that somebody's word is about, and what it becomes by it."""

    def decide(before: Consent | None) -> Consent | None:
        return changed(before, guest_id, property_id, channel, purpose, given, source, at)

    return consent_id(guest_id, channel, purpose), decide


class Consents:
    """What staff read and write down."""

    def __init__(self, store: ConsentStore, stays: StayStore, policy: Policy, clock: Clock) -> None:
        self._store, self._stays, self._policy, self._clock = store, stays, policy, clock

    async def _where(self, principal: Principal, guest_id: str) -> str:
        """A hotel of the caller's that knows the guest; others' guests are not found."""
        if not self._policy.decide(principal, "request_message", Resource.MESSAGE).allow:
            raise forbidden("messages_not_writable", "Your role does not write guest messages.")
        scope = Scope(chain=principal.chain, properties=principal.properties)
        found = await self._stays.profiles(scope, [guest_id])
        if not found:
            raise not_found("guest")
        return min(one for one in found[0].properties if scope.covers(one))

    async def of_guest(self, principal: Principal, guest_id: str) -> list[Consent]:
        """Everything a guest said about being written to."""
        await self._where(principal, guest_id)
        return await self._store.of_guest(Scope(chain=principal.chain), guest_id)

    async def say(self, ctx: CommandContext, guest_id: str, channel: str, purpose: str, given: bool) -> list[Consent]:
        """Write down what a guest said to staff; everything they said after it."""
        where = await self._where(ctx.principal, guest_id)
        now = self._clock.now()
        named, decide = deciding(guest_id, where, channel, purpose, given, "staff", now)
        await self._store.say(Scope(chain=ctx.principal.chain), named, decide, ctx.principal.actor, ctx)
        return await self._store.of_guest(Scope(chain=ctx.principal.chain), guest_id)


RECEIVED = "message.received.v1"


class HearConsents:
    """The handler of the consents' group: a guest who writes stop is sent nothing more by that channel."""

    def __init__(self, store: ConsentStore) -> None:
        self._store = store

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Keep every stop, and every word that takes one back."""
        for event in events:
            body = body_of(event)
            # What is told of a message later on says nothing anew: a guest may have taken it back meanwhile.
            said = decided_by(body.message) if isinstance(body, MessageEvent) and event.type == RECEIVED else []
            if said and isinstance(body, MessageEvent) and body.message.guest_id:
                guest = Actor(kind=ActorKind.GUEST, id=body.message.guest_id)
                await self._store.hear(Scope(chain=event.chain), tx, said, guest, Provenance.of(event))

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing: who said stop has said it."""


def decided_by(message: Message) -> list[tuple[str, Decide]]:
    """What a guest's own message decides about being written to; nothing in most of them."""
    given = word_of(message)
    if given is None or message.guest_id is None:
        return []
    # On a page or at the desk a guest means every channel; by one of them they mean that one.
    channels = (message.channel,) if message.channel in CHANNELS else CHANNELS
    return [
        deciding(message.guest_id, message.property_id, channel, purpose, given, "guest", message.at)
        for channel in channels
        for purpose in PURPOSES
    ]
