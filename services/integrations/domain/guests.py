"""Guest profiles: who a guest is, kept here and nowhere else, and the random-looking id all others know them by."""

import datetime as dt
import hmac
import unicodedata
import uuid
from functools import lru_cache

from services.integrations.domain.numbers import e164
from services.integrations.domain.reservations import Guest
from shared.contracts.values import EntityId, Frozen, Instant, mask_cards


class Profile(Frozen):
    """One guest as the PMS knows them. `version` rises when anything but the source time changes."""

    id: EntityId
    chain: str
    properties: frozenset[str]
    version: int = 1
    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    language: str = "en"
    country: str | None = None
    source_time: Instant

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


def guest_id(key: bytes, chain: str, pms: str, profile: str) -> str:
    """The id of a guest: a keyed hash of the PMS's profile number, so it says nothing without the key."""
    digest = hmac.digest(key, "\x1f".join((chain, pms, profile)).encode(), "sha256")
    return str(uuid.UUID(bytes=digest[:16], version=4))


def profile_of(guest: Guest, id: str, chain: str, property_id: str, at: dt.datetime) -> Profile:
    """A profile as first seen. A card number in a name field is masked: this door is a machine's."""
    return Profile(
        id=id,
        chain=chain,
        properties=frozenset({property_id}),
        first_name=mask_cards(guest.first_name),
        last_name=mask_cards(guest.last_name),
        email=guest.email,
        phone=guest.phone,
        language=guest.language,
        country=guest.country,
        source_time=at,
    )


def renewed(current: Profile | None, seen: Profile) -> Profile | None:
    """The profile after a newer word of it, or None when nothing is to be saved."""
    if current is None:
        return seen
    properties = current.properties | seen.properties
    if seen.source_time <= current.source_time:
        return current.model_copy(update={"properties": properties}) if properties != current.properties else None
    same = _said(seen) == _said(current)
    version = current.version if same else current.version + 1
    return seen.model_copy(update={"version": version, "properties": properties})


def _said(profile: Profile) -> dict[str, object]:
    return profile.model_dump(exclude={"version", "properties", "source_time"})


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """A name as it is searched: without accents, case and doubled spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def contacts_of(profile: Profile) -> list[str]:
    """The addresses a guest writes from, as channels say them: mail in small letters, numbers as E.164."""
    number = e164(profile.phone, profile.country)
    return [one for one in (profile.email.lower() if profile.email else None, number) if one]


def search_keys(profile: Profile) -> list[str]:
    """What a search may begin with to find this guest."""
    first, last = folded(profile.first_name), folded(profile.last_name)
    return sorted({key for key in (first, last, f"{first} {last}".strip(), f"{last} {first}".strip()) if key})
