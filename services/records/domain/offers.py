"""What a hotel sells beside the room: an offer as it is edited, versioned and pinned by records."""

import enum
import hashlib
import re
from collections.abc import Collection, Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

from services.records.domain.expressions import fault, names_in
from shared.contracts.errors import Breach
from shared.contracts.identity import Department
from shared.contracts.offers import CatalogueOffer
from shared.contracts.values import (
    AskedDay,
    Code,
    EntityId,
    Frozen,
    Instant,
    LocalTime,
    Money,
    Version,
    card_numbers,
    derived_id,
)

MAX_CAPACITY = 1_000
MAX_YEARS_H = 24 * 366
FACTS = frozenset({"stay", "now", "today", "time"})
"""What an offer's conditions may speak of: there may be no record yet."""

_HOST = re.compile(r"(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}", re.ASCII)
_IMAGE = re.compile(
    r"https://(?P<host>[^/?#@:\s]+)(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@/%-]*)(\?[A-Za-z0-9._~=&%-]*)?", re.ASCII
)


class Per(enum.StrEnum):
    """What the price is for."""

    STAY = "stay"
    NIGHT = "night"
    PERSON = "person"
    PERSON_NIGHT = "person_night"
    UNIT = "unit"


class Uses(enum.StrEnum):
    """The days of a stay on which it is delivered, and capacity is used."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    EACH_NIGHT = "each_night"


class Way(enum.StrEnum):
    """How it is sold: at its price, to who stands by until its day, or to who bids most."""

    FIXED = "fixed"
    STANDBY = "standby"
    BID = "bid"


class Wording(Frozen):
    """An offer's public words in one language."""

    title: str = Field(min_length=1, max_length=120)
    text: str = Field(default="", max_length=2_000)


class Eligibility(Frozen):
    """A condition on who may have it, in CEL over `stay`, `now`, `today` and `time`; `message` says it in words."""

    rule: Code
    expression: str = Field(min_length=1, max_length=500, examples=["stay.nights >= 2"])
    message: str = Field(min_length=1, max_length=200, examples=["For stays of two nights or more."])


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Minor = Annotated[int, Field(strict=True, ge=0, le=10**9)]
ImageUrl = Annotated[str, StringConstraints(max_length=500)]


class OfferTerms(Frozen):
    """One version of an offer, as a hotel writes it. Money is in minor units of the property's currency."""

    code: Code
    service: Code = Field(description="What is delivered, one of the services that records know")
    texts: dict[Language, Wording] = Field(min_length=1, max_length=20)
    images: tuple[ImageUrl, ...] = Field(default=(), max_length=8, description="https addresses; never fetched here")
    price: Money
    per: Per = Per.STAY
    tax_bp: int = Field(default=0, strict=True, ge=0, le=10_000, description="Tax in hundredths of a percent")
    tax_included: bool = True
    valid_from: AskedDay | None = None
    valid_until: AskedDay | None = None
    departments: tuple[Department, ...] = Field(min_length=1, max_length=4, description="Who delivers it")
    uses: Uses = Uses.ARRIVAL
    capacity: int | None = Field(default=None, strict=True, ge=0, le=MAX_CAPACITY, description="How many a day")
    floor: Minor | None = Field(default=None, description="The lowest price of one, in minor units")
    ceiling: Minor | None = Field(default=None, description="The highest price of one, in minor units")
    notice_hours: int = Field(default=0, strict=True, ge=0, le=MAX_YEARS_H, description="Before noon of its first day")
    instant: bool = Field(default=False, description="Inside its terms the policy confirms it; else a person does")
    cancel_until_hours: int | None = Field(
        default=None, strict=True, ge=0, le=MAX_YEARS_H, description="Guests cancel until then before noon of its day"
    )
    eligibility: tuple[Eligibility, ...] = Field(default=(), max_length=20)
    after_stay: bool = Field(default=False, description="Also for guests who have checked out")
    suggested: bool = Field(default=True, description="Offered before arrival by itself, the lowest rank first")
    rank: int = Field(default=100, strict=True, ge=0, le=1_000)
    way: Way = Way.FIXED
    decided_at: LocalTime | None = Field(default=None, description="The hour at which standbys and bids are decided")
    decided_days: int = Field(default=0, strict=True, ge=0, le=60, description="How many days before its first day")
    reserve: Minor | None = Field(
        default=None, description="Bids for one below it are not granted; guests never see it"
    )

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.model_dump_json(exclude_none=True).encode()).hexdigest()


class OfferVersion(Frozen):
    """An offer at one version."""

    id: EntityId
    chain: str
    property_id: str
    version: Version
    live: bool = True
    terms: OfferTerms
    published_by: EntityId
    published_at: Instant

    @property
    def told(self) -> CatalogueOffer:
        """What its events say of it."""
        terms = self.terms
        return CatalogueOffer(
            id=self.id,
            property_id=self.property_id,
            code=terms.code,
            service=terms.service,
            state="live" if self.live else "withdrawn",
            price=terms.price,
            per=terms.per.value,
            tax_bp=terms.tax_bp,
            tax_included=terms.tax_included,
            departments=terms.departments,
            capacity=terms.capacity,
            instant=terms.instant,
            way=terms.way.value,
            digest=terms.digest,
            version=self.version,
        )


def offer_id(chain: str, property_id: str, code: str) -> str:
    """The id of a hotel's offer: its code is used once for ever."""
    return derived_id("offer", chain, property_id, code)


def in_words(terms: OfferTerms, language: str) -> Wording:
    """Its words in a language, else in English, else in the first it has."""
    texts = terms.texts
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


def offer_faults(terms: OfferTerms, currency: str, services: Collection[str]) -> list[Breach]:
    """Everything that is wrong with an offer, each place named."""
    return [
        Breach(field=field, rule=rule, message=message) for field, rule, message in _faults(terms, currency, services)
    ]


def _faults(terms: OfferTerms, currency: str, services: Collection[str]) -> Iterable[tuple[str, str, str]]:
    if terms.service not in services:
        yield "service", "choice", f"service must be one of {', '.join(sorted(services))}."
    yield from _price_faults(terms, currency)
    yield from _way_faults(terms)
    if terms.valid_from and terms.valid_until and terms.valid_from > terms.valid_until:
        yield "valid_until", "order", "valid_until lies before valid_from."
    for place, address in enumerate(terms.images):
        if not image_url(address):
            yield f"images.{place}", "url", "An image is a plain https address of a public host."
    for language, words in terms.texts.items():
        if card_numbers(f"{words.title} {words.text}"):
            yield f"texts.{language}", "card_number", "The words hold a card number; it was not stored."
    if len(set(terms.departments)) < len(terms.departments):
        yield "departments", "twice", "A department is named twice."
    yield from expression_faults("eligibility", terms.eligibility)


def _price_faults(terms: OfferTerms, currency: str) -> Iterable[tuple[str, str, str]]:
    if terms.price.currency != currency:
        yield "price", "currency", f"price must be in {currency}."
    if not 0 < terms.price.amount <= 10**9:
        yield "price", "positive", "price must be more than nothing, and a price of one."
    if terms.floor is not None and terms.price.amount < terms.floor:
        yield "floor", "order", "The price lies under its floor."
    if terms.ceiling is not None and terms.price.amount > terms.ceiling:
        yield "ceiling", "order", "The price lies over its ceiling."


def _way_faults(terms: OfferTerms) -> Iterable[tuple[str, str, str]]:
    if terms.way is Way.FIXED:
        for name in ("decided_at", "reserve"):
            if getattr(terms, name) is not None:
                yield name, "way", f"{name} is said of standbys and bids only."
        return
    if terms.decided_at is None:
        yield "decided_at", "required", "Standbys and bids are decided at an hour of their day: say which."
    if terms.capacity is None:
        yield "capacity", "required", "Standbys and bids stand in line for a number of places: say how many a day."
    if terms.way is Way.STANDBY and terms.reserve is not None:
        yield "reserve", "way", "reserve is said of bids only."
    if terms.way is Way.BID and terms.floor is None:
        yield "floor", "required", "Guests bid from a floor on: say which."
    if terms.reserve is not None and terms.floor is not None and terms.reserve < terms.floor:
        yield "reserve", "order", "The reserve lies under the floor."


def expression_faults(where: str, conditions: Collection[Eligibility]) -> Iterable[tuple[str, str, str]]:
    """What is wrong with conditions in CEL: triples of field, rule and message."""
    rules = [each.rule for each in conditions]
    for rule in sorted({rule for rule in rules if rules.count(rule) > 1}):
        yield f"{where}.{rule}", "twice", f"{rule} is given twice."
    for each in conditions:
        wrong = fault(each.expression)
        if wrong:
            yield f"{where}.{each.rule}", "expression", f"{each.rule}: {wrong}."
        elif strangers := sorted(names_in(each.expression) - FACTS):
            yield f"{where}.{each.rule}", "expression", f"{each.rule} may not speak of {', '.join(strangers)}."
        if card_numbers(each.message) or card_numbers(each.expression):
            yield f"{where}.{each.rule}", "card_number", f"{each.rule} holds a card number."


def image_url(address: str) -> bool:
    """Whether an address may stand as an image: https, a public host name, no user, port or fragment."""
    found = _IMAGE.fullmatch(address)
    return found is not None and _HOST.fullmatch(found["host"]) is not None
