"""What guests answer on pages: each link is for one stay and one form, each form sent is one message."""

import datetime as dt
from dataclasses import dataclass

from services.integrations.domain.guest_links import LASTS, Form, GuestLink, read, written
from services.integrations.ports import GuestKey, StayStore
from services.integrations.usecases.incoming import Said, TakeFromGuests
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.contracts.cards import card_numbers
from shared.contracts.errors import forbidden, invalid, not_found
from shared.contracts.identity import Principal
from shared.contracts.policy import ANY
from shared.contracts.values import Scope, derived_id


@dataclass(frozen=True)
class Filled:
    """A form as it was sent: texts as the browser gave them."""

    once: str
    text: str = ""
    answer: str = ""
    score: str = ""
    topic: str = ""


class Answering:
    """Makes links for guests, and takes what comes by them."""

    def __init__(self, guests: TakeFromGuests, stays: StayStore, key: GuestKey, policy: Policy, clock: Clock) -> None:
        self._guests, self._stays, self._key = guests, stays, key
        self._policy, self._clock = policy, clock

    async def link(
        self, principal: Principal, stay_id: str, form: Form, record_id: str | None, offer_id: str | None
    ) -> tuple[str, dt.datetime]:
        """The secret part of a new link, and until when it holds (real time)."""
        scope = Scope(chain=principal.chain, properties=principal.properties)
        stay = await self._guests.stay(scope, stay_id)
        if not self._policy.decide(principal, "request_message", ANY, stay.property_id).allow:
            raise forbidden("messages_not_writable", "Your role does not write guest messages.")
        if form is Form.OFFER and record_id is None and offer_id is None:
            raise invalid("record_id", "offer_named", "An offer's page names its record_id or offer_id.")
        ends = self._clock.real_now() + LASTS
        link = GuestLink(
            chain=stay.chain,
            property_id=stay.property_id,
            stay_id=stay.id,
            form=form,
            record_id=record_id,
            offer_id=offer_id,
            ends=int(ends.timestamp()),
        )
        return written(link, self._key.value), ends

    async def opened(self, token: str) -> tuple[GuestLink, str]:
        """What a link says, and the guest's language; one that is not good is not found."""
        link = read(token, self._key.value, self._clock.real_now())
        if link is None:
            raise not_found("address")
        stay = await self._guests.stay(Scope(chain=link.chain), link.stay_id)
        return link, stay.language

    def fresh(self) -> str:
        """What makes one form one answer."""
        return self._clock.new_id()

    async def answer(self, token: str, filled: Filled, correlation: str) -> str | None:
        """Take a form that was sent; what is wrong with it, as a word of the page, or None when it is kept."""
        link, _ = await self.opened(token)
        if card_numbers(filled.text):
            return "card"
        said = _said(link, filled)
        if said is None:
            return "empty"
        scope = Scope(chain=link.chain, properties=frozenset({link.property_id}))
        message = derived_id("guest-page", token, filled.once)
        await self._guests.by_machine(scope, message, said, Provenance.fresh(correlation))
        return None


def _said(link: GuestLink, filled: Filled) -> Said | None:
    """What a form says; None when it says nothing. What is not one of its choices is not said."""
    answer = filled.answer if link.form is Form.OFFER and filled.answer in ("accepted", "declined") else None
    scored = link.form is Form.FEEDBACK and filled.score.isascii() and filled.score.isdecimal()
    score = int(filled.score) if scored and len(filled.score) < 3 and int(filled.score) <= 10 else None
    known = filled.topic if filled.topic in ("baby_cot", "extra_towels") else ""
    topic = known if link.form is Form.ARRIVAL else ""
    text = filled.text.strip()[:4000] or None
    chosen = answer is not None or score is not None or bool(topic)
    if not chosen and text is None:
        return None
    return Said(
        stay_id=link.stay_id,
        channel="web",
        topic_code=topic or {Form.OFFER: "offer", Form.FEEDBACK: "feedback"}.get(link.form, "other"),
        text=text,
        answer=answer,
        offer_id=link.offer_id,
        record_id=link.record_id,
        score=score,
    )
