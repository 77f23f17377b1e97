"""A hotel's mail: from whom, how it begins, and by which server it goes."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from services.integrations.domain.connections import LOOPBACK
from shared.contracts.values import Frozen, Slug

SUBJECTS: dict[str, str] = {
    "en": "About your stay",
    "de": "Zu Ihrem Aufenthalt",
    "pt": "Sobre a sua estadia",
    "fr": "À propos de votre séjour",
    "es": "Sobre su estancia",
}


class MailServer(Frozen):
    """An SMTP server (submission, RFC 6409). `sender` is an address, also of whoever answers."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    user: str = ""
    password: SecretStr | None = None
    sender: str = Field(pattern=r"^[^@\s<>]{1,64}@[^@\s<>]{1,190}$")
    tls: bool = Field(default=True, description="STARTTLS; without it only on this machine")


class MailBox(Frozen):
    """An inbox that answers come to, read by IMAP over TLS. `sender`: the address the hotel's own mail is from."""

    property_id: Slug
    chain: Slug
    host: str
    port: int = Field(default=993, ge=1, le=65535)
    user: str
    password: SecretStr | None = Field(default=None, description="Else in `inbox-<property>.json`")
    folder: str = "INBOX"
    sender: str = ""
    tls: bool = Field(default=True, description="Without it only on this machine")

    @model_validator(mode="after")
    def safe(self) -> Self:
        """A password goes over no open line."""
        if not self.tls and self.host not in LOOPBACK:
            raise ValueError("tls is needed but on this machine")
        return self

    @property
    def name(self) -> str:
        """What its mark is kept under."""
        return f"{self.property_id}|{self.host}|{self.user}|{self.folder}"


def subject(language: str) -> str:
    """How a mail begins, in the guest's language."""
    return SUBJECTS.get(language, SUBJECTS["en"])


def plain_address(address: str) -> bool:
    """Whether this is one address and nothing else: no second one, no header behind it (S30)."""
    local, at, domain = address.partition("@")
    odd = any(not char.isprintable() or char.isspace() or char in ',;:<>()[]\\"' for char in address)
    return bool(local and at and "." in domain) and "@" not in domain and not odd and len(address) <= 254
