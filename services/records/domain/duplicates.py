"""Whether a new record looks like one that is already open: told to the person, never refused."""

import datetime as dt
from collections.abc import Iterable

from services.records.domain.occurrences import Opening
from services.records.domain.state import RecordState

WINDOW = dt.timedelta(hours=2)


def similar(opening: Opening, others: Iterable[RecordState], now: dt.datetime) -> tuple[str, ...]:
    """The ids of records of the same kind for the same room or stay, opened within two hours."""
    return tuple(
        other.id
        for other in others
        if other.kind == opening.kind
        and now - other.opened_at <= WINDOW
        and (_same(other.stay_id, opening.stay_id) or _same(other.room, opening.room))
    )


def _same(left: str | None, right: str | None) -> bool:
    return left is not None and left == right
