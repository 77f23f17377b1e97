"""Moments, days and times as callers write them: text of one shape, inside the calendar."""

import datetime as dt
import lzma
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.integrations.pms.hotel_bookings.rows import parse
from shared.contracts.envelope import Envelope
from shared.contracts.errors import AppError
from shared.contracts.values import AskedDay, AskedInstant, Instant, LocalTime
from tests.factories.bookings import GOOD, csv_of, read
from tests.factories.events import report_event


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (AskedDay, 0),
        (AskedDay, "0"),
        (AskedDay, "20260701"),
        (AskedDay, "2026-07-01T00:00:00"),
        (AskedInstant, 0.5),
        (AskedInstant, "1751364000"),
        (AskedInstant, "2026-07-01T10:00:00"),
        (AskedInstant, "0001-01-01T00:00:00+14:00"),
        (Instant, "9999-12-31T23:59:59-14:00"),
        (LocalTime, 5),
        (LocalTime, "7:00"),
        (LocalTime, "07:00:00Z"),
        (LocalTime, "07:00\n"),
    ],
)
def test_value_of_another_shape_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value", "meant"),
    [
        (AskedDay, "2026-07-01", dt.date(2026, 7, 1)),
        (AskedInstant, "2026-07-01T10:00:00+01:00", dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)),
        (LocalTime, "23:00", dt.time(23)),
    ],
)
def test_value_of_the_right_shape_is_read(kind: Any, value: str, meant: Any) -> None:
    assert TypeAdapter(kind).validate_python(value) == meant


def test_sequence_that_no_store_holds_is_refused() -> None:
    event = report_event("run-1", 1)
    with pytest.raises((ValidationError, AppError)):
        Envelope.model_validate(event.model_dump() | {"sequence": 2**63})


def test_signalling_nan_is_no_rate() -> None:
    booking, problems = parse(2, GOOD | {"adr": "sNaN"}, "key")
    assert (booking, [one.rule for one in problems if one.rejected]) == (None, ["not_an_amount"])


def test_padding_of_an_archive_is_no_damage(tmp_path: Path) -> None:
    found = read(tmp_path, lzma.compress(csv_of(GOOD)) + bytes(200_000), "bookings.csv.xz")
    assert [one.booking is not None for one in found] == [True]
