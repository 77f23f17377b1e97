"""What is known of a guest: the newest confirmed note on each topic, while it holds."""

from collections.abc import Iterable, Mapping

from services.records.domain.kinds import KindSpec
from services.records.domain.state import RecordState
from shared.contracts.records import Outcome
from shared.contracts.stays import Stay, StayStatus

ENDED = frozenset({StayStatus.CHECKED_OUT, StayStatus.CANCELLED, StayStatus.NO_SHOW})


def preferences(
    records: Iterable[RecordState], kinds: Mapping[str, KindSpec], stays: Mapping[str, Stay]
) -> list[RecordState]:
    """The records that say what a guest likes, one for each kind and topic, by kind and topic."""
    newest: dict[tuple[str, str], RecordState] = {}
    for record in sorted((each for each in records if each.checked), key=_confirmed):
        kind = kinds[record.kind]
        if kind.remembers is not None and _holds(record, kind, stays.get(record.stay_id or "")):
            newest[kind.code, str(record.fields.get(kind.remembers.topic))] = record
    return [newest[name] for name in sorted(newest)]


def _confirmed(record: RecordState) -> tuple[str, str]:
    assert record.checked is not None
    return record.checked.at.isoformat(), record.id


def _holds(record: RecordState, kind: KindSpec, stay: Stay | None) -> bool:
    if record.outcome not in (None, Outcome.FULFILLED):
        return False
    assert kind.remembers is not None
    passing = kind.remembers.ends_with_stay
    over = stay is not None and stay.status in ENDED
    return not (over and passing is not None and passing.holds(record.fields))
