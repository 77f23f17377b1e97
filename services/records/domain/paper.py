"""The board on paper: what one department of one hotel has open, for when nothing else answers."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.records.domain.kinds import KindSpec
from services.records.domain.state import RecordState
from services.records.domain.views import risk
from shared.contracts.identity import DataClass, Department
from shared.contracts.staff import Property, StaffMember

LANGUAGES = ("en", "de", "pt")
"""What sheets can be written in; the first where nobody says otherwise."""


@dataclass(frozen=True)
class Line:
    """One open record on paper, in codes. No guest's name: paper lies about."""

    room: str
    kind: str
    what: str
    owner: str
    status: str
    due_at: dt.datetime
    risk: str
    action: str


@dataclass(frozen=True)
class Sheet:
    """One department of one hotel at a moment, the soonest due first. `slot` is the stretch that it stands for."""

    chain: str
    hotel: Property
    department: Department
    language: str
    at: dt.datetime
    slot: dt.datetime
    lines: Sequence[Line]


def slot_of(now: dt.datetime, every: dt.timedelta) -> dt.datetime:
    """When the stretch of time began that a moment lies in; stretches are counted from 1970 in UTC."""
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return epoch + (now - epoch) // every * every


def language_of(staff: Iterable[StaffMember], given: str | None = None) -> str:
    """The language of a hotel: as given, else what most of its people speak first, as far as sheets can."""
    if given in LANGUAGES:
        return given
    spoken = Counter(first for one in staff if not one.service for first in one.languages[:1] if first in LANGUAGES)
    return min(spoken, key=lambda one: (-spoken[one], LANGUAGES.index(one)), default=LANGUAGES[0])


def line(
    state: RecordState, kind: KindSpec, read: frozenset[DataClass], names: Mapping[str, str], now: dt.datetime
) -> Line:
    """A record as those may see it who read these classes of data."""
    spec = next((one for one in kind.fields if one.name == kind.what), None)
    value = state.fields.get(kind.what) if spec is not None and spec.data_class in read else None
    return Line(
        room=state.room or "",
        kind=kind.label,
        what=str(value) if isinstance(value, str | int) else "",
        owner=names.get(state.owner, ""),
        status=state.status.value,
        due_at=state.due_at,
        risk=risk(state, now).value,
        action=state.next_action.code,
    )
