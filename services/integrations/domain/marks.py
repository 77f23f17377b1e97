"""A mark: something at a PMS that we must ask about. A notification is never truth, only a reason to ask."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts.values import EntityId, Frozen

SHORTEST = dt.timedelta(seconds=1)
LONGEST = dt.timedelta(minutes=15)


class About(enum.StrEnum):
    """What was said to have changed. Only a reservation is fetched; the others lead to reservations first."""

    RESERVATION = "reservation"
    GUEST = "guest"
    FOLIO = "folio"
    PAYMENT = "payment"


class Hint(Frozen):
    """One thing that may have changed, by the PMS's own id."""

    about: About = About.RESERVATION
    ref: EntityId


@dataclass(frozen=True)
class Heard:
    """What a notification comes to: hints, how much of it means nothing to us, and secrets that it brought."""

    hints: tuple[Hint, ...] = ()
    ignored: int = 0
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Claimed:
    """A mark that somebody works on. Only a stored answer may settle `rev`; `fence` tells who came later."""

    id: str
    chain: str
    property_id: str
    pms: str
    hint: Hint
    rev: int
    fence: int
    tries: int


def again_at(tries: int, now: dt.datetime, after: dt.timedelta | None = None) -> dt.datetime:
    """When to ask again: what the PMS asked for, else a second, doubled with each failure, at most 15 minutes."""
    if after is not None:
        return now + after
    wait: dt.timedelta = min(SHORTEST * (1 << min(tries, 12)), LONGEST)
    return now + wait
