"""What Twilio's words and numbers mean here, and how its requests are signed; pure."""

import base64
import hmac
from collections.abc import Iterable, Sequence
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, model_validator

from services.integrations.domain.connections import Address
from shared.contracts.messages import MessageState
from shared.contracts.values import Frozen, Slug

E164 = r"^\+[1-9][0-9]{6,14}$"


class TwilioAccount(Frozen):
    """A hotel's account at Twilio, or at whoever speaks as Twilio does. One of the senders at least is named."""

    property_id: Slug
    chain: Slug
    account: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    token: SecretStr | None = Field(default=None, repr=False, description="Else in `twilio-<property>.json`")
    sms_from: str | None = Field(default=None, pattern=E164)
    service: str | None = Field(default=None, pattern=r"^MG[0-9a-f]{32}$", description="A messaging service for SMS")
    whatsapp_from: str | None = Field(default=None, pattern=E164)
    base_url: Address = "https://api.twilio.com"

    @property
    def secret(self) -> str:
        """Its token, which whoever made the account ready has looked up."""
        return self.token.get_secret_value() if self.token else ""

    @model_validator(mode="after")
    def some_sender(self) -> Self:
        """An account that can send nothing is a mistake."""
        if not (self.sms_from or self.service or self.whatsapp_from):
            raise ValueError("name sms_from, service or whatsapp_from")
        return self


STATES: dict[str, MessageState] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), MessageState.QUEUED),
    "sent": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.READ,
    **dict.fromkeys(("undelivered", "failed", "canceled"), MessageState.FAILED),
}
"""What each status of Twilio is here; one that is not listed says nothing."""
OPTED_OUT, OUTSIDE_WINDOW = 21610, 63016
FAILURES: dict[int, str] = {
    OPTED_OUT: "opted_out",
    OUTSIDE_WINDOW: "window_closed",
    21211: "address_invalid",
    21614: "address_invalid",
    21408: "region_not_allowed",
    30003: "unreachable",
    30004: "blocked_by_carrier",
    30005: "address_invalid",
    30006: "landline",
    30007: "filtered_by_carrier",
    30036: "took_too_long",
    63003: "address_invalid",
}
"""Why, in our words, by Twilio's error code."""


def failure_of(code: object) -> str:
    """Why a message failed; a code we do not know is told by its number."""
    number = int(str(code)) if str(code).isdecimal() and len(str(code)) < 7 else 0
    return FAILURES.get(number, f"provider_{number}" if number else "refused_by_provider")


def signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """The value of X-Twilio-Signature: base64 of HMAC-SHA1 over the URL and each field's name and value, sorted."""
    said = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()


def signed_by(token: str, urls: Sequence[str], fields: Sequence[tuple[str, str]], given: str) -> bool:
    """Whether a request was signed for any of these ways to write its address."""
    return any(hmac.compare_digest(signature(token, url, fields).encode(), given.encode()) for url in urls)


def spellings(url: str) -> tuple[str, ...]:
    """An address with and without its usual port: Twilio signs the one it was given, or the one it called."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(parts.scheme, 443)
    found = [url, urlunsplit(parts._replace(netloc=f"{host}:{parts.port or usual}"))]
    if parts.port in (None, usual):
        found.append(urlunsplit(parts._replace(netloc=host)))
    return tuple(dict.fromkeys(found))
