"""How a person wants to hear of alerts, within what their role allows."""

import enum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from services.alerts.domain.book import QuietHours
from shared.contracts.alerts import Severity
from shared.contracts.values import Code, EntityId, Frozen, LocalTime

INBOX = "inbox"
PLACE = "place"
"""The channel of destinations: what kind of place it is, the destination itself knows."""

LANGUAGES = ("en", "de", "pt")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL_PATTERN = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+$"
MOST_DEVICES = 5
LONGEST_QUIET_MIN = 12 * 60

Email = Annotated[str, StringConstraints(pattern=EMAIL_PATTERN, max_length=254)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
PersonalChannel = Literal["email", "sms", "whatsapp", "push"]


class Digest(enum.StrEnum):
    """How often what need not ring is told together."""

    NEVER = "never"
    HOURLY = "hourly"
    DAILY = "daily"


def _address(endpoint: str) -> str:
    if not urlsplit(endpoint).hostname:
        raise ValueError("is no web address")
    return endpoint


class Device(Frozen):
    """A browser that takes Web Push messages (RFC 8030), with its keys (RFC 8291)."""

    endpoint: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=1000), AfterValidator(_address)]
    p256dh: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{86,88}=?$")]
    auth: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{21,24}={0,2}$")]


def _half_a_day(quiet: QuietHours) -> QuietHours:
    minutes = (quiet.end.hour * 60 + quiet.end.minute - quiet.start.hour * 60 - quiet.start.minute) % 1440
    if minutes > LONGEST_QUIET_MIN:
        raise ValueError("last twelve hours at most")
    return quiet


OwnQuiet = Annotated[QuietHours, AfterValidator(_half_a_day)]


class Preferences(Frozen):
    """One person's own. `channels`: these ones, in this order; None: as the hotel routes. `quiet`: off duty, instead of
    the hotel's quiet hours; danger to life, payments and security pass these as they pass those.

    A critical alert goes by the hotel's channels all the same, those wanted first. Addresses never leave this store.
    """

    language: Literal["en", "de", "pt"] | None = None
    channels: Annotated[tuple[PersonalChannel, ...], Field(max_length=4)] | None = None
    digest: Digest = Digest.NEVER
    digest_at: LocalTime | None = None
    quiet: OwnQuiet | None = None
    email: Email | None = None
    phone: Phone | None = None


class Person(Frozen):
    """Whom a notice is for: their own wishes, their devices and the languages they speak."""

    staff_id: EntityId
    wishes: Preferences = Preferences()
    devices: tuple[Device, ...] = ()
    languages: tuple[str, ...] = ("en",)

    @property
    def language(self) -> str:
        """The language they are told in."""
        spoken = (each.partition("-")[0] for each in self.languages)
        return self.wishes.language or next((each for each in spoken if each in LANGUAGES), "en")

    def has(self, channel: str) -> bool:
        """Whether there is an address to reach them by."""
        wishes = self.wishes
        return {
            "email": wishes.email is not None,
            "sms": wishes.phone is not None,
            "whatsapp": wishes.phone is not None,
            "push": bool(self.devices),
        }.get(channel, False)

    def ways(self, routed: tuple[Code, ...], severity: Severity, usable: frozenset[str]) -> tuple[str, ...]:
        """The channels to reach them by, in order, of those the hotel routes by."""
        wanted = self.wishes.channels
        chosen = routed if wanted is None else tuple(each for each in wanted if each in routed)
        if severity is Severity.CRITICAL:
            chosen = tuple(dict.fromkeys((*chosen, *routed)))
        return tuple(each for each in chosen if each in usable and self.has(each))
