"""Whatever stands on a topic is an event or is called broken; what we wrote reads back as it was."""

import datetime as dt
from typing import Any

from bson import encode as bson
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope, encode, parse
from shared.contracts.errors import AppError, ErrorKind
from tests.factories.events import AT, report_event

VALUE = encode(report_event("run-1", 1).body)
NAMES = (
    *("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_chainid", "ce_propertyid"),
    *("ce_sequence", "ce_correlationid", "ce_causationid", "traceparent", "content-type"),
)
BYTES = st.one_of(
    st.none(),
    st.binary(max_size=40),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from([b"0", b"1" * 5000, b"9" * 30, b"-1", b" 7 ", b"1_000", b"\xff\xfe", b"1.0", b"NaN"]),
    st.sampled_from([b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"2026-01-01", b"0", b"2026-W01-1"]),
)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@|-]{0,40}", fullmatch=True)
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
EVENTS = st.builds(
    Envelope,
    id=IDS,
    type=WORDS,
    source=WORDS,
    subject=IDS,
    time=st.integers(0, 2 * 10**14).map(lambda ms: dt.datetime.fromtimestamp(ms // 1000, dt.UTC)),
    chain=WORDS,
    property_id=WORDS,
    sequence=st.integers(1, 2**53),
    topic=st.just("reports.v1"),
    correlation=WORDS,
    causation=st.none() | WORDS,
    traceparent=st.none() | WORDS,
    value=st.binary(max_size=200),
)


def good() -> dict[str, bytes]:
    """The headers of a sound event."""
    event = Envelope(
        id="0197-1",
        type="report.delivered.v1",
        source="/bellboard/reporting",
        subject="run-1",
        time=AT,
        chain="grand",
        property_id="city",
        sequence=1,
        topic="reports.v1",
        correlation="corr-0001",
        value=VALUE,
    )
    return dict(event.headers())


def read(headers: list[tuple[str, bytes | None]], value: bytes | None) -> Envelope | ErrorKind:
    """The event, or the kind of the refusal; anything else is raised."""
    try:
        event = parse("reports.v1", headers, value)
        body_of(event)
    except AppError as refusal:
        return refusal.kind
    return event


@given(st.dictionaries(st.sampled_from(NAMES), BYTES, max_size=4), st.none() | st.binary(max_size=60) | st.just(VALUE))
def test_event_with_any_headers_is_read_or_broken(changed: dict[str, bytes | None], value: bytes | None) -> None:
    found = read(list((good() | changed).items()), value)
    assert isinstance(found, Envelope) or found is ErrorKind.BROKEN


@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=12), BYTES), max_size=20), st.binary(max_size=60))
def test_any_list_of_headers_is_read_or_broken(headers: list[tuple[str, bytes | None]], value: bytes) -> None:
    found = read(headers, value)
    assert isinstance(found, Envelope) or found is ErrorKind.BROKEN


@given(st.dictionaries(st.sampled_from(NAMES), BYTES, max_size=2))
def test_event_that_is_read_can_be_stored(changed: dict[str, bytes | None]) -> None:
    found = read(list((good() | changed).items()), VALUE)
    kept: dict[str, Any] = {"sequence": found.sequence, "time": found.time} if isinstance(found, Envelope) else {}
    assert bson(kept)


@given(EVENTS)
def test_event_reads_back_as_it_was_written(event: Envelope) -> None:
    assert parse(event.topic, event.headers(), event.value) == event


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), st.lists, max_leaves=5)
)
def test_event_with_any_json_value_is_read_or_broken(value: Any) -> None:
    found = read(list(good().items()), repr(value).encode("utf-8", "replace"))
    assert isinstance(found, Envelope) or found is ErrorKind.BROKEN
