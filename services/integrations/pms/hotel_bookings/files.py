"""Opens a booking file (.csv, .csv.xz, .csv.gz) as a stream of numbered lines, and says where it breaks."""

import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

CHUNK = 1 << 16
MAX_LINE = 1 << 16
XZ, GZIP = b"\xfd7zXZ\x00", b"\x1f\x8b"


class Line(NamedTuple):
    """One physical line, counted from 1. `broken` names the rule the file itself breaks here."""

    number: int
    data: bytes
    broken: str | None = None


class _Inflater(Protocol):
    """What lzma and zlib decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Broken(Exception):
    """The compressed stream ends early or is damaged; everything before it was already yielded."""


def _make(head: bytes) -> Callable[[], _Inflater] | None:
    if head.startswith(XZ):
        return lzma.LZMADecompressor
    if head.startswith(GZIP):
        return lambda: zlib.decompressobj(31)
    return None


def _inflated(path: Path, on_bytes: Callable[[int], None]) -> Iterator[bytes]:
    """The unpacked bytes, whatever the file's name says. `on_bytes` hears how many packed bytes were read."""
    with path.open("rb") as file:
        data = file.read(CHUNK)
        make = _make(data)
        inflater = make() if make else None
        while data:
            on_bytes(len(data))
            if inflater is None or make is None:
                yield data
            else:
                try:
                    # An archive may be padded with zeros, and another may follow it.
                    data = b"" if inflater.eof and not data.strip(b"\0") else data
                    inflater = make() if inflater.eof and data else inflater
                    yield inflater.decompress(data) if data else b""
                    while inflater.eof and inflater.unused_data.strip(b"\0"):
                        rest, inflater = inflater.unused_data.lstrip(b"\0"), make()
                        yield inflater.decompress(rest)
                except (lzma.LZMAError, zlib.error) as damaged:
                    raise _Broken("file_damaged") from damaged
            data = file.read(CHUNK)
        if inflater is not None and not inflater.eof:
            raise _Broken("file_truncated")


def lines(path: Path, on_bytes: Callable[[int], None] = lambda _: None) -> Iterator[Line]:
    """Every line that can be read; a file that ends early yields a last Line with `broken` set.

    A missing or unreadable file raises OSError.
    """
    number, rest, broken = 0, b"", None
    try:
        for chunk in _inflated(path, on_bytes):
            *whole, rest = (rest + chunk).split(b"\n")
            for data in whole:
                number += 1
                yield Line(number, data.rstrip(b"\r"))
            if len(rest) > MAX_LINE:
                number += 1
                yield Line(number, b"", "line_too_long")
                return
    except _Broken as stop:
        broken = str(stop)
    if broken:
        # What stands after the last line break was cut somewhere: it is reported, never guessed at.
        yield Line(number + 1, b"", broken)
    elif rest.strip():
        yield Line(number + 1, rest.rstrip(b"\r"))
