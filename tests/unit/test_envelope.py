"""The envelope reads back what it wrote and names what is wrong with what others wrote."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.catalogue import body_of
from shared.contracts.envelope import MAX_VALUE_BYTES, Envelope, encode, parse
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.identity import system
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from shared.contracts.reports import ReportEvent
from tests.factories.events import AT, report_event


def sample() -> Envelope:
    """An event with nothing optional."""
    return Envelope(
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
        value=encode(report_event("run-1", 1).body),
    )


def test_envelope_reads_back_what_it_wrote() -> None:
    event = sample()
    assert parse("reports.v1", event.headers(), event.value) == event


def test_body_of_is_typed_when_the_type_is_known_and_none_when_not() -> None:
    event = sample()
    assert isinstance(body_of(event), ReportEvent)
    assert body_of(event.model_copy(update={"type": "report.shredded.v1"})) is None


def test_body_ignores_a_field_of_a_newer_minor_version() -> None:
    event = sample()
    newer = event.model_copy(update={"value": event.value[:-1] + b',"since":"2.0"}'})
    assert isinstance(body_of(newer), ReportEvent)


@pytest.mark.parametrize(
    ("header", "value", "named"),
    [
        ("ce_id", None, "ce_id"),
        ("ce_id", b"\xff\xfe", "ce_id"),
        ("ce_specversion", b"0.3", "ce_specversion"),
        ("ce_sequence", b"0", "ce_sequence"),
        ("ce_sequence", b"one", "ce_time or ce_sequence"),
        ("ce_time", b"yesterday", "ce_time or ce_sequence"),
        ("ce_time", b"2026-05-01T12:00:00", "ce_time"),
        ("ce_subject", b"../../etc/passwd", "ce_subject"),
    ],
)
def test_parse_names_the_header_when_it_is_wrong(header: str, value: bytes | None, named: str) -> None:
    event = sample()
    headers = [(name, value if name == header else held) for name, held in event.headers()]
    with pytest.raises(AppError) as refused:
        parse("reports.v1", headers, event.value)
    assert refused.value.kind is ErrorKind.BROKEN
    assert refused.value.message.startswith(f"{named}:")


def test_parse_refuses_a_header_given_twice() -> None:
    event = sample()
    with pytest.raises(AppError, match="twice"):
        parse("reports.v1", [*event.headers(), ("ce_subject", b"run-2")], event.value)


def test_encode_refuses_what_is_too_large_for_the_wire() -> None:
    body = report_event("run-1", 1).body
    large = body.model_copy(update={"reason_code": "x" * MAX_VALUE_BYTES})
    with pytest.raises(AppError) as refused:
        encode(large)
    assert refused.value.code == "event_too_large"


@given(st.lists(st.tuples(st.text(max_size=12), st.none() | st.binary(max_size=40))), st.none() | st.binary())
def test_parse_never_fails_in_another_way_whatever_it_is_given(
    headers: list[tuple[str, bytes | None]], value: bytes | None
) -> None:
    with pytest.raises(AppError):
        parse("reports.v1", headers, value)


def test_time_is_written_in_utc_with_milliseconds() -> None:
    there = AT.astimezone(dt.timezone(dt.timedelta(hours=2)))
    event = sample().model_copy(update={"time": there})
    assert dict(event.headers())["ce_time"] == b"2026-05-01T12:00:00.000Z"


def test_message_of_no_stay_is_read_back_though_the_wire_leaves_out_what_is_none() -> None:
    message = Message(
        id="msg-1",
        property_id="city",
        direction=Direction.OUTBOUND,
        channel="email",
        topic_code="any",
        state=MessageState.FAILED,
        at=AT,
        version=1,
    )
    body = MessageEvent(actor=system("tests"), message=message)
    assert MessageEvent.model_validate_json(encode(body)) == body
