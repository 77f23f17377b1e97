"""The side that writes to guests and hears them: ways out and in, threads, templates, rules."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from services.integrations.adapters.secrets import kept_secret
from services.integrations.api.wiring import MessageDoors
from services.integrations.domain.mail import MailBox, MailServer
from services.integrations.domain.mail_marks import marked
from services.integrations.domain.twilio_words import TwilioAccount
from services.integrations.messaging.imap import Imap
from services.integrations.messaging.registry import ways
from services.integrations.ports import GuestKey
from services.integrations.ports.messaging import Way
from services.integrations.settings import Settings
from services.integrations.store.consents import ConsentStore
from services.integrations.store.ledger import LedgerStore
from services.integrations.store.mailboxes import BoxMarkStore
from services.integrations.store.masked import MaskedStore, counting
from services.integrations.store.message_templates import TemplateStore
from services.integrations.store.messages import UNDELIVERED, MessageStore
from services.integrations.store.sending_rules import SendingRulesStore, WayBreakers
from services.integrations.store.stays import StayStore
from services.integrations.store.threads import ThreadStore
from services.integrations.usecases.choosing import House
from services.integrations.usecases.delivery_watch import WatchDelivery
from services.integrations.usecases.foretelling import Foretelling
from services.integrations.usecases.incoming import TakeFromGuests
from services.integrations.usecases.link_making import LinkMaking
from services.integrations.usecases.outgoing import SendMessages
from services.integrations.usecases.reading_mail import ReadMail
from services.integrations.usecases.sending_rules import SendingRuling
from services.integrations.usecases.templating import Templating
from services.integrations.usecases.texting import HearTwilio
from services.integrations.usecases.threading import Threading
from shared.chassis.jobs import Job
from shared.chassis.service import Chassis


@dataclass(frozen=True)
class Beside:
    """What of the rest of the service it stands on."""

    settings: Settings
    chassis: Chassis
    messages: MessageStore
    stays: StayStore
    consents: ConsentStore
    ledger: LedgerStore
    key: GuestKey


@dataclass(frozen=True)
class Outside:
    """The accounts that messages go and come by, each with its secret: from the settings, else from its own file."""

    twilio: Mapping[str, TwilioAccount]
    inboxes: tuple[MailBox, ...]
    mail: MailServer | None

    @classmethod
    def of(cls, settings: Settings) -> "Outside":
        """As the settings name them. Raises AppError for a secret that is nowhere."""

        def kept(file: str, name: str, given: SecretStr | None) -> dict[str, SecretStr]:
            return {name: kept_secret(settings.secrets_folder, file, name, given)}

        mail, accounts, boxes = settings.mail, {}, []
        for account in settings.twilio:
            token = kept(f"twilio-{account.property_id}", "token", account.token)
            accounts[account.property_id] = account.model_copy(update=token)
        for box in settings.inboxes:
            boxes.append(box.model_copy(update=kept(f"inbox-{box.property_id}", "password", box.password)))
        if mail is not None and mail.user:
            mail = mail.model_copy(update=kept("mail", "password", mail.password))
        return cls(accounts, tuple(boxes), mail)


@dataclass(frozen=True)
class MessageParts:
    """Stores and ways of this side."""

    rules: SendingRulesStore
    templates: TemplateStore
    threads: ThreadStore
    breakers: WayBreakers
    boxes: BoxMarkStore
    masked: MaskedStore
    http: httpx.AsyncClient
    outside: Outside

    @classmethod
    def of(cls, chassis: Chassis, http: httpx.AsyncClient, settings: Settings) -> "MessageParts":
        """The stores of one process, and its accounts outside."""
        mongo, outbox, idempotency = chassis.mongo, chassis.outbox, chassis.idempotency
        return cls(
            rules=SendingRulesStore(mongo, outbox, idempotency),
            templates=TemplateStore(mongo, outbox, idempotency),
            threads=ThreadStore(mongo, idempotency),
            breakers=WayBreakers(mongo),
            boxes=BoxMarkStore(mongo),
            masked=MaskedStore(mongo, counting(chassis.telemetry.metrics.registry)),
            http=http,
            outside=Outside.of(settings),
        )

    def ways(self, have: Beside) -> dict[str, Way]:
        """Every way to guests."""
        settings = have.settings

        def mark(sender: str, message_id: str) -> str:
            return marked(sender, message_id, have.key.value) if self.outside.inboxes else sender

        def call_back(property_id: str, message_id: str) -> str | None:
            base = settings.public_url
            return f"{base}/v1/twilio/{property_id}/status/{message_id}" if base else None

        mail = (self.outside.mail, mark) if self.outside.mail else None
        return ways(have.messages.drafts, mail, (self.outside.twilio, self.http, call_back))

    def house(self, have: Beside) -> House:
        """What messages are made of and kept in."""
        clock = have.chassis.clock
        return House(
            messages=have.messages,
            stays=have.stays,
            ways=self.ways(have),
            consents=have.consents,
            rules=self.rules,
            templates=self.templates,
            breakers=self.breakers,
            links=LinkMaking(have.key, have.settings.public_url, clock),
            policy=have.chassis.policy,
            clock=clock,
        )

    def send(self, have: Beside) -> SendMessages:
        """Works off the messages that wait."""
        return SendMessages(self.house(have))

    def from_guests(self, have: Beside) -> TakeFromGuests:
        """Takes what guests say."""
        return TakeFromGuests(have.messages, have.stays, have.chassis.clock, self.masked, have.consents)

    def doors(self, have: Beside) -> MessageDoors:
        """What its routes need."""
        policy, clock, settings = have.chassis.policy, have.chassis.clock, have.settings
        accounts = self.outside.twilio
        return MessageDoors(
            chassis=have.chassis,
            public_url=settings.public_url,
            twilio=HearTwilio(accounts, have.messages, self.from_guests(have), have.consents, clock),
            threading=Threading(self.threads, have.messages, have.stays, have.ledger, policy, clock),
            ruling=SendingRuling(self.rules, policy, clock),
            templating=Templating(self.templates, have.stays, policy, clock),
            foretelling=Foretelling(self.house(have)),
        )

    def watch(self, have: Beside) -> None:
        """Have the timers of messages heard."""
        receipts = frozenset(one.name for one in self.ways(have).values() if one.receipts)
        timers = have.chassis.timers
        timers.handlers[UNDELIVERED] = WatchDelivery(have.messages, receipts, have.chassis.clock)

    def read_mail(self, have: Beside) -> ReadMail:
        """Reads the inboxes."""
        side = (self.from_guests(have), have.messages, have.key, have.chassis.clock)
        return ReadMail(self.outside.inboxes, Imap(), self.boxes, *side)

    def jobs(self, have: Beside) -> list[Job]:
        """Messages that wait, and the inboxes."""
        reading = [Job("inboxes", have.settings.inbox_every_s, self.read_mail(have))] if self.outside.inboxes else []
        return [Job("messages", have.settings.commands_every_s, self.send(have)), *reading]
