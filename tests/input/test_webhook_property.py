"""Any JSON at a PMS's door is read whole or refused naming every wrong field; it never raises anything else."""

import copy
import datetime as dt
from typing import Any

from bson import encode as bson
from hypothesis import given
from hypothesis import strategies as st

from services.integrations.domain.following import Delivered, Loaded, follow, guests_of
from services.integrations.pms.hotel_bookings.webhook import read
from services.integrations.usecases.doors import masked
from services.records.domain.deadlines import anchored
from services.records.domain.kinds import Anchor, Moment
from shared.contracts.errors import AppError, ErrorKind
from tests.factories.bookings import KEY, LISBON, TODAY, payloads, small_schedule

SEEN = payloads(small_schedule())
NOW = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
ODD = st.one_of(
    JSON,
    st.sampled_from(
        ["9999-12-31", "0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0", 0, 0.5]
    ),
    st.sampled_from(
        ["sNaN", "1E+999999", "NaN", "-0", "1e-400", 10**18, "4111 1111 1111 1111", "\ud800", "\x00", "x" * 300]
    ),
)


def paths(value: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [where, *(found for name, each in inner for found in paths(each, (*where, name)))]


PATHS = [(index, path) for index, payload in enumerate(SEEN[:20]) for path in paths(payload)[1:]]


def changed(index: int, path: tuple[Any, ...], value: Any) -> Any:
    """A real payload with one value replaced."""
    payload = copy.deepcopy(SEEN[index])
    inner: Any = payload
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return payload


def named(refusal: AppError) -> ErrorKind:
    """The kind of a refusal, which names every field and rule."""
    assert refusal.breaches
    assert all(breach.field and breach.rule for breach in refusal.breaches)
    return refusal.kind


def taken(payload: Any) -> int | ErrorKind:
    """How many stays came of a payload, all the way to what is stored; or the kind of the refusal."""
    try:
        found = read(masked(payload), "city", "EUR")
    except AppError as refusal:
        return named(refusal)
    batch = [Delivered(event_id, reservation) for event_id, reservation in found]
    guests_of(batch, KEY, "demo")
    followed = follow(Loaded(), batch, KEY, "demo", NOW)
    for kept in followed.stays.values():
        bson(kept.stay.model_dump(mode="json"))
        for moment in Moment:
            anchored(Anchor(moment, days=2, hours=30), kept.stay, LISBON)
    return len(followed.stays)


@given(JSON)
def test_any_json_is_refused_in_words(payload: Any) -> None:
    assert taken(payload) is ErrorKind.INVALID


@given(st.sampled_from(PATHS), ODD)
def test_real_payload_with_one_odd_value_is_taken_or_refused(place: tuple[int, tuple[Any, ...]], value: Any) -> None:
    assert taken(changed(*place, value)) in (1, ErrorKind.INVALID)


@given(st.lists(st.tuples(st.sampled_from(PATHS), ODD), min_size=2, max_size=5))
def test_real_payloads_come_together_or_not_at_all(changes: list[tuple[tuple[int, tuple[Any, ...]], Any]]) -> None:
    found = taken({"events": [changed(*place, value) for place, value in changes]})
    assert found is ErrorKind.INVALID or 1 <= found <= len(changes)
