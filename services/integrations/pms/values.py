"""Vendors' values in our words: amounts, days, moments, codes and ids, each read without trusting its form."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from services.integrations.ports.vendors import PmsUnreadable
from shared.contracts.values import Money, instant_of, minor_digits

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}")
LIMIT = Decimal(10**9)


def money(value: Any, currency: str) -> Money:
    """An amount in major units, as a number or text, in minor units. Fractions of those are rounded half to even."""
    try:
        amount = Decimal(str(value if value is not None else 0))
    except InvalidOperation as failure:
        raise PmsUnreadable("amount") from failure
    if not amount.is_finite() or abs(amount) > LIMIT:
        raise PmsUnreadable("amount")
    return Money(amount=int((amount * 10 ** minor_digits(currency)).to_integral_value()), currency=currency)


def major(amount: Money) -> Decimal:
    """An amount in major units, exactly."""
    return Decimal(amount.amount).scaleb(-minor_digits(amount.currency))


def per_night(whole: Money, nights: int) -> Money:
    """The rate of one night of a whole; of a stay without nights the whole."""
    return Money(amount=round(whole.amount / max(1, nights)), currency=whole.currency)


def moment(value: Any, zone: ZoneInfo | None = None) -> dt.datetime | None:
    """A moment as vendors write it: ISO 8601, or without a zone on the hotel's clock. None stays None."""
    if value in (None, ""):
        return None
    try:
        found = dt.datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
    except ValueError as failure:
        raise PmsUnreadable("time") from failure
    if found.tzinfo is None:
        return instant_of(found, zone or ZoneInfo("UTC"))
    return found.astimezone(dt.UTC)


def day(value: Any) -> dt.date:
    """A calendar day of the hotel, as the first ten characters write it."""
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError as failure:
        raise PmsUnreadable("date") from failure


def code(value: Any) -> str | None:
    """A vendor's word as a code of ours: `Booking.com` is `booking_com`. None for what holds no letter."""
    plain = unicodedata.normalize("NFKD", str(value or "")).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:64]
    return found if found[:1].isalpha() else (f"c_{found}"[:64] if found else None)


def entity(value: Any, field: str = "id") -> str:
    """A vendor's id, which must be one that may travel."""
    text = str(value)
    if not _ID.fullmatch(text):
        raise PmsUnreadable(field)
    return text


def language(value: Any) -> str:
    """A language's two letters; English where none is told."""
    found = str(value or "")[:2].lower()
    return found if re.fullmatch(r"[a-z]{2}", found) else "en"


def text(value: Any, most: int = 200) -> str:
    """A vendor's text, cut to what a field holds."""
    return str(value or "")[:most]


def minor(value: Any) -> Money:
    """An amount of a write-back, which is in minor units already."""
    return Money.model_validate(value)
