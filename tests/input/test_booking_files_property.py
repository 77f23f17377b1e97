"""Any bytes, any rows: each line of a booking file becomes a stay or is named with its rule; none is lost."""

import lzma
import tempfile
import zlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.integrations.domain.imports import ImportLine
from services.integrations.pms.hotel_bookings.adapter import HotelBookings
from services.integrations.pms.hotel_bookings.columns import COLUMNS
from tests.factories.bookings import CONNECTIONS, GOOD, REAL, csv_of, generated_file, needs_real_file

ODD = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters='\r\n",'), max_size=12),
    st.sampled_from(
        ["sNaN", "NaN", "Infinity", "-0", "1E+999", "1E-999", "0.005", "-0.004", "NULL", "NA", "Undefined"]
    ),
    st.sampled_from(["9999-12-31", "0001-01-01", "2026-02-29", "20260701", "2026-W27-3", "December", "february", "31"]),
    st.sampled_from(["1e3", "１２", "٣", "1_0", "+1", " 1", "9" * 400, "\x00", "\x1f", "\u2028", "½", "A\u0300"]),
    st.integers(-(10**12), 10**12).map(str),
)
ADAPTER = HotelBookings(None, 7)  # type: ignore[arg-type] # a file needs no folios
ROWS = st.lists(st.dictionaries(st.sampled_from(COLUMNS), ODD, max_size=6), min_size=1, max_size=8)


def imported(data: bytes) -> list[ImportLine]:
    """What the adapter makes of a file's bytes, down to reservations."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bookings.csv"
        path.write_bytes(data)
        return list(ADAPTER.file(path, CONNECTIONS, lambda _: None))


def accounted(lines: list[ImportLine]) -> int:
    """How many lines came out; each is a reservation, or has a problem that rejects it."""
    for line in lines:
        rejected = [problem for problem in line.problems if problem.rejected]
        assert (line.reservation is not None) != bool(rejected)
        assert all(problem.rule and problem.message for problem in line.problems)
    return len(lines)


@given(ROWS)
def test_any_row_is_a_stay_or_a_named_rejection(rows: list[dict[str, str]]) -> None:
    assert accounted(imported(csv_of(*rows))) == len(rows)


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_read_or_named(data: bytes, after_a_header: bool) -> None:
    header = csv_of() if after_a_header else b""
    assert accounted(imported(header + data)) >= (0 if after_a_header else 1)


@given(st.binary(min_size=1, max_size=30), st.integers(0, 2000), st.sampled_from(["plain", "xz", "gz"]))
def test_damaged_file_names_what_is_damaged(junk: bytes, where: int, packing: str) -> None:
    plain = csv_of(GOOD, GOOD)
    gzip = zlib.compressobj(wbits=31)
    packed = {"plain": plain, "xz": lzma.compress(plain), "gz": gzip.compress(plain) + gzip.flush()}[packing]
    at = where % (len(packed) + 1)
    accounted(imported(packed[:at] + junk + packed[at:]))
    accounted(imported(packed[:at]))
    assert accounted(imported(packed)) == 2


def test_padded_and_joined_archives_are_read_to_their_end() -> None:
    packed = lzma.compress(csv_of(GOOD)) + bytes(200_000)
    assert accounted(imported(packed)) == 1
    gzip = zlib.compressobj(wbits=31)
    whole = gzip.compress(csv_of(GOOD)) + gzip.flush() + bytes(200_000)
    assert accounted(imported(whole)) == 1


REAL_LINES = generated_file(days=3).decode().splitlines()


@given(
    st.lists(st.tuples(st.integers(1, 300), st.integers(0, len(COLUMNS) - 1), ODD), min_size=1, max_size=12),
)
def test_mutated_rows_of_a_real_shape_are_all_accounted_for(mutations: list[tuple[int, int, str]]) -> None:
    rows = [line.split(",") for line in REAL_LINES]
    for number, column, value in mutations:
        rows[1 + number % 10][column] = value
    some = rows[:11]
    assert accounted(imported("\n".join(",".join(row) for row in some).encode())) == len(some) - 1


@needs_real_file
@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(COLUMNS), ODD), min_size=1, max_size=12))
def test_mutated_rows_of_the_real_file_are_all_accounted_for(mutations: list[tuple[int, str, str]]) -> None:
    header, *rows = [line.rstrip("\r\n").split(",") for line in real_lines()]
    for number, column, value in mutations:
        rows[number % len(rows)][header.index(column)] = value
    text = "\n".join(",".join(row) for row in [header, *rows])
    assert accounted(imported(text.encode())) == len(rows)


_REAL: list[str] = []


def real_lines() -> list[str]:
    """The header and ten rows from all over the real file, read once."""
    if not _REAL:
        with lzma.open(REAL, "rt", encoding="utf-8") as file:
            whole = file.read().splitlines()
        _REAL.extend([whole[0], *whole[1 :: len(whole) // 10]])
    return _REAL
