"""Telephone numbers as E.164, and where in the world whoever has one, or comes from a country, may be."""

from functools import lru_cache

import phonenumbers
from babel.core import get_global
from phonenumbers import timezone

UNKNOWN_ZONE = "Etc/Unknown"


def two_letters(country: str | None) -> str | None:
    """A country as ISO 3166 alpha-2, from that or from alpha-3; None where it is neither."""
    if country is None or len(country) == 2:
        return country
    return next(iter(get_global("territory_aliases").get(country, ())), None)


def e164(phone: str | None, country: str | None) -> str | None:
    """A number as networks want it (`+351…`); a national one is read by the guest's country. None: it is none."""
    if not phone or len(phone) > 40:
        return None
    try:
        read = phonenumbers.parse(phone, two_letters(country))
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number(read)
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164) if possible else None


def zones_of_number(number: str) -> tuple[str, ...]:
    """The IANA zones an E.164 number may be in; none where that is not known."""
    found = timezone.time_zones_for_number(phonenumbers.parse(number))
    return tuple(name for name in found if name != UNKNOWN_ZONE)


@lru_cache(maxsize=1)
def _by_country() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, country in get_global("zone_territories").items():
        found.setdefault(country, []).append(name)
    return {country: tuple(sorted(names)) for country, names in found.items()}


def zones_of_country(country: str | None) -> tuple[str, ...]:
    """The IANA zones of a country by its ISO 3166 code, of two letters or three; none where it is not known."""
    return _by_country().get(two_letters(country) or "", ())
