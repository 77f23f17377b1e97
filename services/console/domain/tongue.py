"""The language a page is spoken in: messages by their English text, dates, times and money as its readers write them.

What is spoken is ambient to the answer being made, as Babel's users expect: a page has hundreds of words, and no
decision hangs on any of them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from shared.contracts.values import minor_digits

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "pt": "Português"}
"""The languages there are, each by its own name; the first is spoken where nothing else is asked for."""

_LOCALES = {"en": Locale("en", "GB"), "de": Locale("de", "DE"), "pt": Locale("pt", "PT")}


@dataclass(frozen=True)
class Tongue:
    """One language: the message of an English text, one form or, for counted things, several."""

    language: str = "en"
    messages: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def locale(self) -> Locale:
        """Babel's locale."""
        return _LOCALES[self.language]

    def one(self, text: str) -> str:
        """A message; its English text where nobody has translated it."""
        found = self.messages.get(text) or text
        return found if isinstance(found, str) else found[0]

    def counted(self, single: str, many: str, count: float) -> str:
        """The form of a message for a number."""
        forms = self.messages.get(single)
        if not forms or isinstance(forms, str):
            return single if count == 1 else many
        return forms[0] if self.locale.plural_form(count) == "one" else forms[-1]


ENGLISH = Tongue()
SPOKEN: ContextVar[Tongue] = ContextVar("spoken", default=ENGLISH)
"""What the viewer of the page being made reads."""


def language(code: str) -> str:
    """A language's name, as the reader calls it; a code that nobody knows as it is."""
    name = SPOKEN.get().locale.languages.get(code)
    return str(name[:1].upper() + name[1:]) if name else code


def mark(text: str) -> str:
    """A message that is said later: only marks it for the catalogues."""
    return text


def _(text: str, **values: object) -> str:
    """A message in the viewer's language, with values at the places its English text names."""
    said = SPOKEN.get().one(text)
    return said.format(**values) if values else said


def ngettext(single: str, many: str, count: float, **values: object) -> str:
    """A message of something counted; `{count}` is the number."""
    return SPOKEN.get().counted(single, many, count).format(count=number(count), **values)


def low(words: str) -> str:
    """Words as they stand inside a sentence; German nouns keep their capitals."""
    return words if SPOKEN.get().language == "de" else words.lower()


def negotiated(accepted: str) -> str:
    """The best of our languages for an Accept-Language header; what nobody can read there is passed over."""
    wishes: list[tuple[float, int, str]] = []
    for at, part in enumerate(accepted.split(",")[:20]):
        tag, _semicolon, weight = part.strip().partition(";q=")
        try:
            wishes.append((-float(weight or 1), at, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for weight, _at, tag in sorted(wishes) if tag in LANGUAGES and weight < 0), "en")


def number(value: float, digits: int = 0) -> str:
    """A number with the thousands set apart, e.g. "12,400"."""
    return format_decimal(round(value, digits), locale=SPOKEN.get().locale)


def percent(share: float) -> str:
    """A share of 1 as a percentage, e.g. "14 %"."""
    return format_percent(share, locale=SPOKEN.get().locale)


def money(amount: int, currency: str) -> str:
    """Minor units as an amount with its currency, e.g. "€45.00"."""
    value = Decimal(amount).scaleb(-minor_digits(currency))
    return format_currency(value, currency, locale=SPOKEN.get().locale)


def moment(value: dt.datetime, pattern: str) -> str:
    """A local moment by a CLDR pattern, e.g. `EEE HH:mm`."""
    return format_datetime(value, pattern, locale=SPOKEN.get().locale)


def day(value: dt.date, pattern: str = "EEE d MMM y") -> str:
    """A day by a CLDR pattern, e.g. "Tue 3 Nov 2026"."""
    return format_date(value, pattern, locale=SPOKEN.get().locale)


def scripted() -> Mapping[str, Any]:
    """The words that scripts say by themselves, under the names they use."""
    return {
        "underMinute": _("under 1 min"),
        "minutes": _("{m} min"),
        "hours": _("{h} h {m}"),
        "days": _("{d} d"),
        "daysHours": _("{d} d {h} h"),
        "seconds": _("{s} s"),
        "late": _("Late by {length}"),
        "left": _("{length} left"),
        "lateCount": _("{n} late"),
        "new": _("{n} new"),
        "show": _("Show"),
        "hide": _("Hide"),
        "lost": _("That did not get through. Look at your connection and press again; it is done once at most."),
        "kept": _("No connection. This is kept on this device and sent as soon as there is one."),
        "queued": _("{n} kept for later"),
        "sent": _("Sent what was kept: {n}"),
        "conflict": _("Somebody changed it meanwhile; yours was not done. Open it and look again."),
        "refused": _("It was refused: {words}"),
        "chosen": _("{n} chosen"),
        "locksIn": _("This screen locks in {s} s."),
        "sure": _("{what}?"),
        "locked": _("Something rings. Sign in to see it."),
    }
