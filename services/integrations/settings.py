"""What the integrations service is told by its environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from services.integrations.domain.accounts import PaymentAccount
from services.integrations.domain.connections import Address, ConnectionSpec
from services.integrations.domain.mail import MailBox, MailServer
from services.integrations.domain.twilio_words import TwilioAccount
from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Integrations' own knobs beside the common ones."""

    service: Literal["integrations"] = "integrations"
    connections: tuple[ConnectionSpec, ...] = Field(
        default=(), description="Hotels to connect at start, as a JSON list; those connected before stay connected"
    )
    guest_key: SecretStr | None = Field(
        default=None, min_length=16, description="Key of guest ids; absent, one is drawn at first start and kept"
    )
    seed: int = Field(
        default=7, ge=0, description="Seed of everything made up for the booking file: guests, hours, rooms"
    )
    secrets_dir: Path | None = Field(
        default=None,
        description="Folder of the connections' secrets, one JSON file each, and of `seal.keys`; default: in data_dir",
    )
    fetch_every_s: float = Field(default=0.5, gt=0, description="How often marks are looked for")
    catch_up_every_s: float = Field(default=900.0, gt=0, description="How often a PMS is asked what changed")
    poll_every_s: float = Field(default=20.0, gt=0, description="How often a queue of events at a PMS is emptied")
    inventory_days: int = Field(default=30, ge=1, le=400, description="How many days ahead inventory is published")
    inventory_every_s: float = Field(default=2.0, gt=0)
    commands_every_s: float = Field(default=0.5, gt=0)
    partners_every_s: float = Field(default=0.5, gt=0)
    partners_settle_s: float = Field(
        default=60.0, ge=0, description="What stands is told to a new subscription once older transactions are over"
    )
    payment_accounts: tuple[PaymentAccount, ...] = Field(
        default=(), description="Hotels' accounts at payment providers, as a JSON list with their keys", repr=False
    )
    reconcile_every_s: float = Field(default=600.0, gt=0, description="How often it is asked whose night has come")
    mail: MailServer | None = Field(
        default=None, repr=False, description="The server that guests' mail goes by, as JSON; absent: the maildrop"
    )
    inboxes: tuple[MailBox, ...] = Field(
        default=(), repr=False, description="Inboxes that guests' answers come to, as a JSON list (IMAP)"
    )
    inbox_every_s: float = Field(default=15.0, gt=0, description="How often inboxes are looked into")
    twilio: tuple[TwilioAccount, ...] = Field(
        default=(), repr=False, description="Hotels' accounts for SMS and WhatsApp, as a JSON list"
    )
    public_url: Address | None = Field(
        default=None, description="How guests and providers reach this service: links and signatures are made with it"
    )

    @property
    def secrets_folder(self) -> Path:
        """Where secrets lie."""
        return self.secrets_dir or self.data_dir / "secrets"
