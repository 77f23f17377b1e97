"""Takes what guests write and answer, and the drafts that staff write to them."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.arrivals import Arrival, arrival_id, stay_for
from services.integrations.domain.messages import Draft, GuestMessage
from services.integrations.domain.question_topics import topic_of
from services.integrations.ports import StayStore
from services.integrations.ports.consents import ConsentStore
from services.integrations.ports.masked import MaskedLog
from services.integrations.usecases.consenting import decided_by
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.errors import invalid, not_found
from shared.contracts.identity import Actor, ActorKind
from shared.contracts.messages import Direction, Message, MessageState
from shared.contracts.stays import Stay
from shared.contracts.values import Money, Scope, card_numbers, derived_id, mask_cards

MESSAGES = "guest_messages"
"""What operators know this door by."""
MOST_STAYS = 200


class Messages(Protocol):
    """The part of the message store that the doors need."""

    async def receive(
        self,
        scope: Scope,
        row: GuestMessage,
        provenance: Provenance,
        ctx: CommandContext | None = None,
        also: Callable[[Tx], Awaitable[None]] | None = None,
    ) -> bool: ...
    async def find(self, scope: Scope, message_id: str) -> GuestMessage | None: ...
    async def keep_draft(self, scope: Scope, draft: Draft, ctx: CommandContext) -> None: ...
    async def draft(self, scope: Scope, draft_id: str) -> Draft | None: ...


@dataclass(frozen=True)
class Said:
    """What a guest says: a text, an answer to an offer, a score, or several of them."""

    stay_id: str
    channel: str
    topic_code: str
    text: str | None = None
    language: str | None = None
    answer: str | None = None
    offer_id: str | None = None
    record_id: str | None = None
    score: int | None = None
    bid: Money | None = None


def refuse_cards(field: str, text: str | None) -> None:
    """A people's door refuses card numbers and stores nothing (P2)."""
    if text and card_numbers(text):
        raise invalid(field, "card_number", "Card numbers are never stored here. Take the number out.")


class TakeFromGuests:
    """Keeps inbound messages; the text stays here, the event carries codes."""

    def __init__(
        self, messages: Messages, stays: StayStore, clock: Clock, cards: MaskedLog, consents: ConsentStore
    ) -> None:
        self._messages, self._stays, self._clock, self._cards = messages, stays, clock, cards
        self._consents = consents

    async def stay(self, scope: Scope, stay_id: str) -> Stay:
        """The stay a message is about; another hotel's is not found."""
        kept = await self._stays.get(scope, stay_id)
        if kept is None:
            raise not_found("stay")
        return kept.stay

    async def by_machine(self, scope: Scope, vendor_id: str, said: Said, provenance: Provenance) -> tuple[str, bool]:
        """A channel hands a message over; card numbers are masked and flagged. Its id, and whether it was new."""
        stay = await self.stay(scope, said.stay_id)
        message_id = derived_id("message", stay.property_id, vendor_id)
        masked = await self._masked(stay.chain, stay.property_id, said.text)
        row = self._row(message_id, stay, said, masked, provenance, flagged=masked != said.text)
        return message_id, await self._kept(scope, row, provenance)

    async def by_channel(
        self, chain: str, property_id: str, arrival: Arrival, provenance: Provenance
    ) -> tuple[GuestMessage, bool]:
        """A channel hands over what somebody wrote to a hotel: whose it is and what it is about is found out here.

        What belongs to no stay we know is kept, too, for people to look at.
        """
        scope = Scope(chain=chain, properties=frozenset({property_id}))
        stay = await self._whose(scope, arrival)
        masked = await self._masked(chain, property_id, arrival.text)
        message = Message(
            id=arrival_id(property_id, arrival.vendor_id),
            property_id=property_id,
            stay_id=stay.id if stay else None,
            guest_id=stay.guest_id if stay else None,
            direction=Direction.INBOUND,
            channel=arrival.channel,
            language=stay.language if stay else "en",
            topic_code=arrival.auto or topic_of(masked),
            state=MessageState.RECEIVED,
            at=self._clock.now(),
            version=1,
        )
        row = GuestMessage(
            chain=chain,
            message=message,
            text=masked,
            flagged=masked != arrival.text or arrival.cut,
            correlation=provenance.correlation,
            sender=None if stay else arrival.sender,
            auto=arrival.auto,
            media=arrival.media,
            said=1,
        )
        return row, await self._kept(scope, row, provenance)

    async def _whose(self, scope: Scope, arrival: Arrival) -> Stay | None:
        """The stay of the message it answers; else of whoever has this number or address."""
        for answered in arrival.answers:
            ours = await self._messages.find(scope, answered)
            if ours is not None and ours.message.stay_id is not None:
                kept = await self._stays.get(scope, ours.message.stay_id)
                if kept is not None:
                    return kept.stay
        guests = await self._stays.by_contact(scope, arrival.sender) if arrival.sender else []
        found, _ = await self._stays.page(scope, guest_ids=guests, limit=MOST_STAYS) if guests else ([], None)
        return stay_for(found, self._clock.now().date())

    async def _masked(self, chain: str, property_id: str, text: str | None) -> str | None:
        masked = mask_cards(text) if text else text
        if masked != text:
            await self._cards.note(Scope(chain=chain), property_id, MESSAGES, self._clock.real_now())
        return masked

    async def _kept(
        self, scope: Scope, row: GuestMessage, provenance: Provenance, ctx: CommandContext | None = None
    ) -> bool:
        """Keep it, and in the same transaction what it says about being written to: a stop holds from then on."""
        said = decided_by(row.message)

        async def also(tx: Tx) -> None:
            if row.message.guest_id and said:
                guest = Actor(kind=ActorKind.GUEST, id=row.message.guest_id)
                await self._consents.hear(Scope(chain=row.chain), tx, said, guest, provenance)

        return await self._messages.receive(scope, row, provenance, ctx, also)

    async def by_person(self, ctx: CommandContext, said: Said) -> str:
        """Somebody at the desk writes down what a guest said. Its id."""
        refuse_cards("text", said.text)
        stay = await self.stay(ctx.scope, said.stay_id)
        message_id = self._clock.new_id()
        row = self._row(message_id, stay, said, said.text, ctx.provenance, flagged=False)
        await self._kept(ctx.scope, row, ctx.provenance, ctx)
        return message_id

    def _row(
        self, message_id: str, stay: Stay, said: Said, text: str | None, provenance: Provenance, *, flagged: bool
    ) -> GuestMessage:
        message = Message(
            id=message_id,
            property_id=stay.property_id,
            stay_id=stay.id,
            guest_id=stay.guest_id,
            record_id=said.record_id,
            direction=Direction.INBOUND,
            channel=said.channel,
            language=said.language or stay.language,
            topic_code=said.topic_code,
            state=MessageState.RECEIVED,
            answer=said.answer,
            offer_id=said.offer_id,
            score=said.score,
            bid=said.bid,
            at=self._clock.now(),
            version=1,
        )
        kept = {"chain": stay.chain, "message": message, "text": text, "flagged": flagged, "said": 1}
        return GuestMessage(**kept, correlation=provenance.correlation)

    async def draft(self, ctx: CommandContext, stay_id: str, text: str) -> Draft:
        """Keep a text for a guest until a record asks for it by id and digest."""
        refuse_cards("text", text)
        stay = await self.stay(ctx.scope, stay_id)
        draft = Draft(
            id=self._clock.new_id(),
            chain=stay.chain,
            property_id=stay.property_id,
            guest_id=stay.guest_id,
            stay_id=stay.id,
            text=text,
            salt=secrets.token_hex(16),
            at=self._clock.now(),
        )
        await self._messages.keep_draft(ctx.scope, draft, ctx)
        return draft

    async def kept_draft(self, ctx: CommandContext, draft_id: str) -> Draft:
        """A draft that this Idempotency-Key made before."""
        found = await self._messages.draft(ctx.scope, draft_id)
        if found is None:
            raise not_found("draft")
        return found
