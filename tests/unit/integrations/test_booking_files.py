"""Booking files that are broken as files: what can be read is read, and the break is named by line and rule."""

import gzip
import lzma
from pathlib import Path

import pytest

from services.integrations.pms.hotel_bookings.columns import COLUMNS
from services.integrations.pms.hotel_bookings.files import lines
from services.integrations.pms.hotel_bookings.reader import Read
from tests.factories.bookings import REAL, csv_of, generated_file, needs_real_file, read


def rules(found: list[Read]) -> list[tuple[int, str, str]]:
    """Line, field and rule of what was rejected."""
    return [(p.line, p.field, p.rule) for each in found for p in each.problems if p.rejected]


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress, lzma.compress], ids=["csv", "gz", "xz"])
def test_file_reads_the_same_however_it_is_packed(tmp_path: Path, pack: object) -> None:
    data = generated_file(days=2)
    assert callable(pack)

    assert read(tmp_path, pack(data)) == read(tmp_path, data, "plain.csv")


def test_missing_column_is_named_and_nothing_is_guessed(tmp_path: Path) -> None:
    columns = [name for name in COLUMNS if name not in {"adr", "hotel"}]

    found = read(tmp_path, csv_of({}, columns=columns))

    assert rules(found) == [(1, "hotel", "column_missing"), (1, "adr", "column_missing")]
    assert not any(each.booking for each in found)


@pytest.mark.parametrize("data", [b"", b"\n"], ids=["nothing", "one empty line"])
def test_empty_file_is_said_to_be_one(tmp_path: Path, data: bytes) -> None:
    assert rules(read(tmp_path, data))


def test_file_in_utf_16_is_refused_as_such(tmp_path: Path) -> None:
    assert rules(read(tmp_path, csv_of({}).decode().encode("utf-16"))) == [(1, "file", "not_utf8")]


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert rules(read(tmp_path, b"\xef\xbb\xbf" + csv_of({}))) == []


def test_line_in_another_encoding_harms_only_itself(tmp_path: Path) -> None:
    header, row = csv_of({}).splitlines()
    bad = row.replace(b"Transient", "Tränsient".encode("latin-1"))

    found = read(tmp_path, b"\n".join([header, row, bad, row, b""]))

    assert rules(found) == [(3, "row", "not_utf8")]
    assert sum(1 for each in found if each.booking) == 2


def test_quote_left_open_harms_only_its_line(tmp_path: Path) -> None:
    header, row = csv_of({}).splitlines()

    found = read(tmp_path, b"\n".join([header, b'"' + row, row, row, b""]))

    assert rules(found) == [(2, "row", "not_csv")]
    assert sum(1 for each in found if each.booking) == 2


def test_line_cut_short_is_reported_with_its_number(tmp_path: Path) -> None:
    data = csv_of({}, {}, {})

    found = read(tmp_path, data[:-40])

    assert rules(found) == [(4, "row", "columns")]
    assert sum(1 for each in found if each.booking) == 2


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gz", "xz"])
def test_packed_file_cut_short_gives_what_it_holds_and_says_so(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    packed = pack(generated_file(days=8))

    found = read(tmp_path, packed[: len(packed) * 2 // 3])

    assert [rule for _, _, rule in rules(found)] == ["file_truncated"]
    assert sum(1 for each in found if each.booking) > 50


def test_damaged_file_gives_what_stands_before_the_damage(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(generated_file(days=8)))
    packed[len(packed) // 2 : len(packed) // 2 + 64] = b"\xff" * 64

    found = read(tmp_path, bytes(packed))

    assert "file_damaged" in [rule for _, _, rule in rules(found)]


def test_endless_line_does_not_fill_the_memory(tmp_path: Path) -> None:
    found = read(tmp_path, csv_of({}) + b"x" * 300_000)

    assert [rule for _, _, rule in rules(found)] == ["line_too_long"]


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(lines(tmp_path / "nowhere.csv"))


@needs_real_file
def test_every_line_of_the_start_of_the_real_file_is_a_booking(tmp_path: Path) -> None:
    with lzma.open(REAL) as file:
        data = b"".join(next(file) for _ in range(3001))

    found = read(tmp_path, data)

    assert sum(1 for each in found if each.booking) == 3000
    assert rules(found) == []
