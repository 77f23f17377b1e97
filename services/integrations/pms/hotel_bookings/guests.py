"""Makes the guests the file does not name: seeded names, contacts and languages by country, one in ten a repeat."""

import unicodedata
from functools import cached_property
from typing import NamedTuple

from faker import Faker

from services.integrations.domain.reservations import Guest
from services.integrations.pms.hotel_bookings.chance import Chance, Weighted
from services.integrations.pms.hotel_bookings.columns import HOTELS
from services.integrations.pms.hotel_bookings.countries import country
from services.integrations.pms.hotel_bookings.rows import Booking

REPEATS = 0.10
"""Share of bookings that are a returning guest's."""

MARKED = 0.032
"""Share the file itself marks as returning; the rest up to REPEATS is drawn."""

RETURNING_PROFILES = 60
"""How many returning guests a hotel knows of one country; few enough that most come back again."""

_FIRST, _LAST = 120, 400
_TIERS = Weighted.of({"silver": 60, "gold": 30, "platinum": 10})


class NamePool(NamedTuple):
    """Names of one locale, drawn from Faker once: asking it for each of 119,390 guests would take minutes."""

    first: tuple[str, ...]
    last: tuple[str, ...]


class Visitor(NamedTuple):
    """The guest of one booking and what the PMS knows about them beside identity."""

    guest: Guest
    repeat: bool
    tier: str | None
    vip: bool


def _pool(locale: str, seed: int) -> NamePool:
    faker = Faker(locale, providers=["faker.providers.person"])
    faker.seed_instance(f"{seed}-{locale}")
    return NamePool(
        tuple(dict.fromkeys(faker.first_name() for _ in range(_FIRST))),
        tuple(dict.fromkeys(faker.last_name() for _ in range(_LAST))),
    )


def _mailbox(first: str, last: str, digits: int) -> str:
    """A mailbox in a domain reserved for examples (RFC 2606): it can reach nobody."""
    plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode().lower()
    local = "".join(char for char in plain if char.isalnum() or char == ".").strip(".")
    return f"{local or 'guest'}{digits}@example.com"


class GuestBook:
    """Makes the guest of any booking; the same seed gives the same guests in every run and order."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._pools: dict[str, NamePool] = {}

    @cached_property
    def _drawn(self) -> float:
        return (REPEATS - MARKED) / (1 - MARKED)

    def names(self, locale: str) -> NamePool:
        """The names of a locale, made on first use."""
        if locale not in self._pools:
            self._pools[locale] = _pool(locale, self._seed)
        return self._pools[locale]

    def visitor(self, booking: Booking) -> Visitor:
        """The guest of a booking; a returning one shares a profile with other bookings of hotel and country."""
        own = Chance(self._seed, booking.key)
        repeat = booking.repeated or own.roll("repeat") < self._drawn
        letter, origin = HOTELS[booking.hotel], booking.country or "XXX"
        if repeat:
            profile = f"P-{letter}-{origin}-{own.whole('profile', 1, RETURNING_PROFILES):03d}"
        else:
            profile = f"P-{letter}-{booking.key}"
        person = Chance(self._seed, profile)
        tier = person.weighted("tier", _TIERS) if repeat else None
        vip = person.roll("vip") < (0.08 if repeat else 0.01)
        return Visitor(self._guest(profile, booking.country, person), repeat, tier, vip)

    def _guest(self, profile: str, origin: str | None, person: Chance) -> Guest:
        home = country(origin)
        pool = self.names(home.locale)
        first, last = person.one("first", pool.first), person.one("last", pool.last)
        return Guest(
            profile=profile,
            first_name=first,
            last_name=last,
            email=_mailbox(first, last, person.whole("digits", 10, 999)),
            # No subscriber number begins with 000: it can be dialled nowhere.
            phone=f"+{home.calling}000{person.whole('phone', 0, 999_999):06d}",
            language=home.language,
            country=origin,
        )
