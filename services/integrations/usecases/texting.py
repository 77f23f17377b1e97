"""Hears Twilio: what guests write by SMS and WhatsApp, and what became of what we sent; signed, once, in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.integrations.domain.arrivals import Arrival
from services.integrations.domain.consents import PURPOSES
from services.integrations.domain.messages import GuestMessage, Handed, concluded, tried
from services.integrations.domain.question_topics import START, STOP, keyword
from services.integrations.domain.twilio_words import (
    OPTED_OUT,
    STATES,
    TwilioAccount,
    failure_of,
    signed_by,
    spellings,
)
from services.integrations.ports.consents import ConsentStore
from services.integrations.ports.messaging import Heard
from services.integrations.usecases.consenting import deciding
from services.integrations.usecases.incoming import TakeFromGuests
from shared.chassis.clock import Clock
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, invalid, not_found
from shared.contracts.identity import system
from shared.contracts.messages import MessageState
from shared.contracts.values import Scope

WHATSAPP = "whatsapp:"
PROVIDER = "provider"
MOST_MEDIA = 10


@dataclass(frozen=True)
class Signed:
    """A request as it came: the address it was signed for, its fields in order, and the signature."""

    url: str
    fields: Sequence[tuple[str, str]]
    signature: str

    def get(self, name: str) -> str:
        """One field; empty where it is not there. New fields may appear at any time and mean nothing here."""
        return next((value for each, value in self.fields if each == name), "")


class HearTwilio:
    """The doors that Twilio calls."""

    def __init__(
        self,
        accounts: Mapping[str, TwilioAccount],
        messages: Heard,
        from_guests: TakeFromGuests,
        consents: ConsentStore,
        clock: Clock,
    ) -> None:
        self._accounts, self._messages, self._from_guests = accounts, messages, from_guests
        self._consents, self._clock = consents, clock

    def _account(self, property_id: str, said: Signed) -> TwilioAccount:
        account = self._accounts.get(property_id)
        if account is None:
            raise not_found("address")
        known = said.get("AccountSid") in ("", account.account)
        if not (
            known and account.secret and signed_by(account.secret, spellings(said.url), said.fields, said.signature)
        ):
            raise AppError(ErrorKind.UNAUTHENTICATED, "signature_wrong", "The signature is not that of this request.")
        return account

    async def status(self, property_id: str, message_id: str, said: Signed, correlation: str) -> None:
        """News of a message of ours; what is older than what we know, or not known, changes nothing."""
        account = self._account(property_id, said)
        state = STATES.get(said.get("MessageStatus") or said.get("SmsStatus"))
        reference = (said.get("MessageSid") or said.get("SmsSid"))[:64]
        if not reference:
            raise invalid("MessageSid", "required", "MessageSid is missing.")
        if state is None:
            return
        failure = failure_of(said.get("ErrorCode")) if state is MessageState.FAILED else None
        # Accepted is as good as sent, as it is when we are told so in the answer.
        known = MessageState.SENT if state is MessageState.QUEUED else state
        channel = "whatsapp" if said.get("From").startswith(WHATSAPP) else "sms"
        now = self._clock.now()

        def decide(row: GuestMessage) -> GuestMessage:
            return concluded(tried(row, channel, Handed(known, reference, failure), now), now)

        scope = Scope(chain=account.chain, properties=frozenset({property_id}))
        provenance = Provenance.fresh(correlation)
        row = await self._messages.hear(scope, message_id, decide, provenance)
        if row is None:
            raise not_found("message")
        if said.get("ErrorCode") == str(OPTED_OUT):
            await self._stopped(row, channel, provenance)

    async def _stopped(self, row: GuestMessage, channel: str, provenance: Provenance) -> None:
        """The network knows of a stop that we do not: it holds with us, too."""
        guest = row.message.guest_id
        if guest is None:
            return
        place, at = row.message.property_id, self._clock.now()
        said = [deciding(guest, place, channel, purpose, False, PROVIDER, at) for purpose in PURPOSES]

        async def work(tx: Tx) -> None:
            await self._consents.hear(Scope(chain=row.chain), tx, said, system("integrations"), provenance)

        await self._messages.together(work)

    async def inbound(self, property_id: str, said: Signed, correlation: str) -> bool:
        """What a guest wrote; whether it was new. Files are counted and not fetched."""
        account = self._account(property_id, said)
        reference = said.get("MessageSid") or said.get("SmsSid")
        sender = said.get("From")
        if not reference or not sender:
            name = "From" if reference else "MessageSid"
            raise invalid(name, "required", f"{name} is missing.")
        channel = "whatsapp" if sender.startswith(WHATSAPP) else "sms"
        text = said.get("Body")[:4000] or None
        # The network may have read a stop in words we do not know.
        told = {STOP: "STOP", START: "START"}.get(said.get("OptOutType").lower())
        media = said.get("NumMedia")
        arrival = Arrival(
            vendor_id=f"twilio|{reference[:64]}",
            channel=channel,
            sender=sender.removeprefix(WHATSAPP)[:40],
            text=told if told and keyword(text) is None else text,
            media=min(int(media), MOST_MEDIA) if media.isdecimal() and len(media) < 4 else 0,
        )
        provenance = Provenance.fresh(correlation)
        _, new = await self._from_guests.by_channel(account.chain, property_id, arrival, provenance)
        return new
