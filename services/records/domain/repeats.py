"""Whether a question has been asked before: the same topic in the same stay, within the hotel's window (S1)."""

import datetime as dt
from dataclasses import dataclass

from services.records.domain.kinds import KindSpec
from services.records.domain.occurrences import Opening
from services.records.domain.parts import Repeat
from services.records.domain.state import RecordState
from services.records.domain.steps.kin import MOST_REPEATS
from shared.contracts.records import Outcome
from shared.contracts.values import derived_id

UNANSWERED = frozenset({Outcome.CANCELLED, Outcome.EXPIRED})


@dataclass(frozen=True)
class FirstAsked:
    """Which record a question opened, and when."""

    record_id: str
    at: dt.datetime


def repeat_key(kind: KindSpec, opening: Opening) -> str | None:
    """What two askings of one question have in common; None where nothing tells that they are one."""
    values = [opening.fields.get(name) for name in kind.repeats_by]
    if not values or opening.stay_id is None or any(value is None for value in values):
        return None
    return derived_id("repeat", opening.property_id, kind.code, opening.stay_id, *(str(value) for value in values))


def answers_it(first: RecordState, asked: FirstAsked, now: dt.datetime, window_s: int) -> bool:
    """Whether an earlier record still stands for the question: young enough, and not closed without an answer."""
    return now - asked.at <= dt.timedelta(seconds=window_s) and first.outcome not in UNANSWERED


def may_count(first: RecordState, repeat: Repeat) -> bool:
    """Whether a repeat is new to a record that has room for it."""
    return len(first.repeated) < MOST_REPEATS and all(each.key != repeat.key for each in first.repeated)
