"""The majors of what partners hear: the newest is made of our event, an older one of it, until its stated end."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel, create_model

from shared.contracts.identity import DataClass
from shared.contracts.partner_changes import CHANGES, OLD_MAJOR_MONTHS
from shared.contracts.partner_hearing import SENT_TYPES
from shared.contracts.partners import CLASS, COMPULSORY, MODELS, OWN, WITH_STATE, PartnerData

Fields = Mapping[str, Any]
Step = Callable[[Fields], Fields]
SELECTABLE = ("record", "stay", "posting", "finance", "message", "inventory")
"""Nouns whose fields a subscription may choose among."""


def _as_it_is(fields: Fields) -> Fields:
    return fields


@dataclass(frozen=True)
class Rendering:
    """How partners see a noun in one major.

    The newest is made of our own event (`of` says what it calls differently); an older one by `down` of the next newer.
    """

    noun: str
    major: int
    model: type[BaseModel]
    down: Step | None = None
    of: Step = _as_it_is


@dataclass(frozen=True)
class Retired:
    """A major that a newer one replaces: since when that is said, until when it runs, what is different in the next.

    The row stays for ever; `removed` is the day of the release that runs it no more.
    """

    noun: str
    major: int
    deprecated: dt.date
    sunset: dt.date
    difference: str
    removed: dt.date | None = None


class ContractBroken(Exception):
    """What partners were promised is not kept."""


@dataclass(frozen=True)
class PartnerContract:
    """All that partners may build against. One that breaks a promise cannot be made."""

    renderings: tuple[Rendering, ...]
    retired: tuple[Retired, ...] = ()

    def __post_init__(self) -> None:
        faults = [fault for noun in sorted(self._nouns()) for fault in self._faults(noun)]
        if faults:
            raise ContractBroken(" ".join(faults))

    def _nouns(self) -> set[str]:
        return {one.noun for one in self.renderings} | {one.noun for one in self.retired}

    def _faults(self, noun: str) -> list[str]:
        there = {one.major: one for one in self.renderings if one.noun == noun}
        rows = {one.major: one for one in self.retired if one.noun == noun}
        newest = max([*there, *rows], default=0)
        if newest not in there or newest in rows or there[newest].down is not None:
            return [f"The newest major of {noun} must run and is not retired."]
        return [fault for major in range(1, newest) for fault in self._old(f"{noun} v{major}", there, rows, major)]

    @staticmethod
    def _old(name: str, there: Mapping[int, Rendering], rows: Mapping[int, Retired], major: int) -> list[str]:
        said = rows.get(major)
        if said is None:
            return [f"{name} was published: say when it was deprecated and until when it runs."]
        if said.sunset < months_after(said.deprecated, OLD_MAJOR_MONTHS):
            return [f"{name} must run for {OLD_MAJOR_MONTHS} months after {said.deprecated}, not until {said.sunset}."]
        if major in there:
            kept = there[major].down is not None and said.removed is None
            return [] if kept else [f"{name} runs: it is made of the next newer major, and not removed."]
        if said.removed is None or said.removed < said.sunset:
            return [f"{name} must run until {said.sunset}; it was removed before."]
        return []

    def ahead_of_time(self, today: dt.date) -> list[str]:
        """Majors whose removal is dated in the future: they are gone already, whatever the row says."""
        early = [one for one in self.retired if one.removed is not None and one.removed > today]
        return [f"{one.noun} v{one.major} was removed before {one.removed}." for one in early]

    def majors(self, noun: str) -> list[int]:
        """The majors of a noun that run, oldest first."""
        return sorted(one.major for one in self.renderings if one.noun == noun)

    def rendering(self, noun: str, major: int) -> Rendering:
        """One that runs (KeyError)."""
        return self._running[noun, major]

    @cached_property
    def _running(self) -> dict[tuple[str, int], Rendering]:
        return {(one.noun, one.major): one for one in self.renderings}

    def types_of(self, event_type: str) -> list[str]:
        """The types that partners may hear an event of ours as, oldest major first."""
        stem, noun = event_type.rpartition(".v")[0], noun_of(event_type)
        return [f"{stem}.v{major}" for major in self.majors(noun)]

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Every published type."""
        begun = SENT_TYPES | {f"{noun}.listed.v1" for noun in WITH_STATE} | OWN
        return tuple(sorted(name for one in begun for name in self.types_of(one)))

    @property
    def always(self) -> list[str]:
        """The types that every subscription is told, asked for or not."""
        return sorted(name for one in COMPULSORY | OWN for name in self.types_of(one))

    def ending(self, event_type: str) -> Retired | None:
        """The row of a type that is deprecated."""
        noun, major = noun_of(event_type), major_of(event_type)
        return next((one for one in self.retired if (one.noun, one.major) == (noun, major)), None)

    def rendered(self, noun: str, major: int, source: Fields, classes: Collection[DataClass]) -> dict[str, Any]:
        """A noun's fields in one major, of what could be said of it; nothing beyond the classes is looked at."""
        newest, *older = sorted(
            (one for one in self.renderings if one.noun == noun), key=lambda one: one.major, reverse=True
        )
        whole = newest.of(source)
        fields: Fields = {name: whole[name] for name in granted(newest.model, classes) if whole.get(name) is not None}
        for one in older:
            if one.major >= major and one.down is not None:
                fields = one.down(fields)
        return {name: value for name, value in fields.items() if value is not None}

    def model(self, event_type: str) -> type[BaseModel]:
        """The model of a type's noun in its major."""
        return self.rendering(noun_of(event_type), major_of(event_type)).model

    def data_model(self, event_type: str) -> type[PartnerData]:
        """The model of a type's whole `data`."""
        return _data_model(noun_of(event_type), self.model(event_type))

    @cached_property
    def selectable(self) -> dict[str, DataClass]:
        """Every field of every running major that a subscription may name, `noun.field`, and the class it needs."""
        return {
            f"{one.noun}.{name}": class_of(one.model, name)
            for one in sorted(self.renderings, key=lambda one: one.major)
            if one.noun in SELECTABLE
            for name in one.model.model_fields
        }

    @property
    def changes(self) -> tuple[tuple[str, str], ...]:
        """What changed when, newest first, the deprecations among it."""
        said = [(one.deprecated.isoformat(), _told(one)) for one in self.retired]
        return tuple(sorted((*CHANGES, *said), key=lambda one: one[0], reverse=True))


def _told(one: Retired) -> str:
    until = f"v{one.major} is deprecated and sent until {one.sunset.isoformat()}"
    return f"{one.noun}.* v{one.major + 1}: {one.difference}. {until}."


def noun_of(event_type: str) -> str:
    """`record` of `record.opened.v1`."""
    return event_type.partition(".")[0]


def major_of(event_type: str) -> int:
    """1 of `record.opened.v1`."""
    return int(event_type.rpartition(".v")[2])


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = dt.date(year, month + 1, 1)
    last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def class_of(model: type[BaseModel], field: str) -> DataClass:
    """How sensitive a published field is."""
    extra = model.model_fields[field].json_schema_extra
    said = extra.get(CLASS) if isinstance(extra, dict) else None
    return DataClass(said) if isinstance(said, str) else DataClass.ORDINARY


def granted(model: type[BaseModel], classes: Collection[DataClass]) -> set[str]:
    """The fields of a model that a grant leaves."""
    return {name for name in model.model_fields if class_of(model, name) in {DataClass.ORDINARY, *classes}}


@cache
def _data_model(noun: str, model: type[BaseModel]) -> type[PartnerData]:
    if model is MODELS[noun]:
        return PartnerData
    fields: dict[str, Any] = {noun: (model | None, None)}
    return create_model(f"PartnerData{model.__name__}", __base__=PartnerData, **fields)


RETIRED: tuple[Retired, ...] = ()
"""Every major that was ever replaced. A new major of a noun: its rendering below, and the old one's row here."""
CURRENT = PartnerContract(tuple(Rendering(noun, 1, model) for noun, model in MODELS.items()), RETIRED)
"""What partners are promised now."""
