"""Values every service shares: money, ids, scope and local time."""

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Iterable
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from shared.contracts.cards import card_numbers as card_numbers
from shared.contracts.cards import luhn as luhn
from shared.contracts.cards import mask_cards as mask_cards

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A name chosen by us or by a hotel's configuration: lower snake case, never personal."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""An id a chain chose for itself or for one of its hotels."""

EntityId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$")]
"""Any aggregate id: printable ASCII, safe in a Kafka header and a URL path."""

Version = Annotated[int, Field(ge=1)]

_CURRENCY_DIGITS = {
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
}
_STAY_NAMESPACE = uuid.UUID("6f1b6a52-5d0e-5a7d-9f43-1f6d7d0c3a11")
MAX_MINOR_UNITS = 10**12


class Frozen(BaseModel):
    """A value: equal by content, never changed, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Wire(BaseModel):
    """A value read from a topic: unknown fields of a newer minor version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def _utc(value: dt.datetime) -> dt.datetime:
    try:
        return value.astimezone(dt.UTC)
    except OverflowError as failure:  # the first and last hours of the calendar have no UTC
        raise ValueError("is outside the calendar") from failure


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A moment, always carried in UTC."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?")


def _written_instant(value: Any) -> Any:
    # Left to itself the parser takes "0" and 0.5 for seconds since 1970.
    if isinstance(value, dt.datetime) or (isinstance(value, str) and _DAY.match(value)):
        return value
    raise ValueError("is written as in RFC 3339, e.g. 2026-07-01T14:30:00Z")


def _written_day(value: Any) -> Any:
    if isinstance(value, dt.date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("is written as in RFC 3339, e.g. 2026-07-01")


def _written_time(value: Any) -> Any:
    if isinstance(value, dt.time) or (isinstance(value, str) and _TIME.fullmatch(value)):
        return value
    raise ValueError("is written as hours and minutes, e.g. 14:30")


AskedInstant = Annotated[Instant, BeforeValidator(_written_instant)]
"""A moment that a caller wrote: text only, never a number of seconds."""

AskedDay = Annotated[dt.date, BeforeValidator(_written_day)]
"""A day that a caller wrote: text only."""

LocalTime = Annotated[
    dt.time,
    BeforeValidator(_written_time),
    WithJsonSchema({"type": "string", "pattern": f"^{_TIME.pattern}$", "examples": ["14:30:00"]}),
]
"""A time of day on a hotel's own clock: JSON Schema's `time` would demand an offset."""


class Money(Frozen):
    """An amount in integer minor units of an ISO 4217 currency, e.g. 1250 EUR = 12.50 euros."""

    amount: Annotated[int, Field(strict=True, ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    def __add__(self, other: "Money") -> "Money":
        """Add an amount of the same currency; another currency raises ValueError."""
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __neg__(self) -> "Money":
        return Money(amount=-self.amount, currency=self.currency)

    def __str__(self) -> str:
        digits = minor_digits(self.currency)
        sign, whole = ("-" if self.amount < 0 else ""), abs(self.amount)
        if not digits:
            return f"{sign}{whole} {self.currency}"
        return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d} {self.currency}"


def minor_digits(currency: str) -> int:
    """Decimal places of a currency (ISO 4217 exponent)."""
    return _CURRENCY_DIGITS.get(currency, 2)


def total(lines: Iterable[Money], currency: str) -> Money:
    """Sum amounts of one currency, zero when there are none."""
    result = Money(amount=0, currency=currency)
    for line in lines:
        result = result + line
    return result


class Scope(Frozen):
    """Whose data a store method may touch: one chain, and some or all of its properties.

    `properties=None` means every property of the chain (chain roles, and services acting for themselves).
    """

    chain: Slug
    properties: frozenset[str] | None = None

    def covers(self, property_id: str) -> bool:
        """Whether one property lies within."""
        return self.properties is None or property_id in self.properties

    def narrow(self, property_ids: Iterable[str]) -> "Scope":
        """The part of this scope that lies in the named properties."""
        wanted = frozenset(property_ids)
        return Scope(chain=self.chain, properties=wanted if self.properties is None else self.properties & wanted)


SYSTEM_CHAIN = "system"
"""The chain of aggregates that belong to no customer, such as a service's own keys."""


def stay_id(property_id: str, pms: str, reservation: str) -> str:
    """The id of a stay, computable by anyone who knows the PMS reservation, before hearing of it."""
    return _named("\x1f".join((property_id, pms, reservation)))


def derived_id(*parts: str) -> str:
    """A deterministic id for something that must exist once for these parts."""
    return _named("\x1e".join(parts))


def _named(name: str) -> str:
    """A version 5 UUID of our namespace (RFC 9562, 5.5), three times as fast as the standard library's."""
    digest = hashlib.sha1(_STAY_NAMESPACE.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def zone(name: str) -> ZoneInfo:
    """An IANA time zone; an unknown name raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(f"{name!r} is not an IANA time zone") from unknown


def instant_of(local: dt.datetime, tz: ZoneInfo) -> dt.datetime:
    """The UTC instant of a wall-clock time.

    In a gap (spring) the first instant after it; in a fold (autumn) the first of the two.
    """
    naive = local.replace(tzinfo=None, fold=0)
    there = naive.replace(tzinfo=tz).astimezone(dt.UTC)
    back = there.astimezone(tz).replace(tzinfo=None)
    if back == naive:
        return there
    early, late = (naive.replace(tzinfo=tz, fold=f).utcoffset() or dt.timedelta() for f in (0, 1))
    gap = abs(late - early)
    probe = naive - gap
    # Walk up from before the gap: the first minute whose round trip jumps is where the gap ends.
    while probe.replace(tzinfo=tz).astimezone(dt.UTC).astimezone(tz).replace(tzinfo=None) == probe:
        probe += dt.timedelta(minutes=1)
    return (probe - dt.timedelta(minutes=1)).replace(tzinfo=tz).astimezone(dt.UTC) + dt.timedelta(minutes=1)


def local_day(moment: dt.datetime, tz: ZoneInfo) -> dt.date:
    """The hotel's calendar day at a moment."""
    return moment.astimezone(tz).date()


def iso(moment: dt.datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as on every wire: a MongoDB date holds no more."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
