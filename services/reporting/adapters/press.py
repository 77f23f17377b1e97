"""Has files made by a press, a process for each job: see `files/__main__.py`."""

import asyncio
import contextlib
import datetime as dt
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from services.reporting.adapters.files.plain import csv_bytes, json_bytes
from services.reporting.domain.question import Figure, Question, Report
from services.reporting.reports.rows import Column, Table
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.values import iso

log = logging.getLogger(__name__)
MODULE = "services.reporting.adapters.files"
AT_ONCE = 2
REPORT_S, TABLE_S = 60.0, 1_800.0
LENGTH_BYTES = 8
_QUICK = {"csv": csv_bytes, "json": json_bytes}
"""Made here: they take no library."""


class Press:
    """Two jobs at a time; a press that fails or takes too long is a 503, and its process is gone."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", MODULE), report_s: float = REPORT_S) -> None:
        self._command, self._report_s = tuple(command), report_s
        self._free = asyncio.Semaphore(AT_ONCE)

    async def render(
        self,
        forms: Sequence[str],
        report: Report,
        question: Question,
        figures: Sequence[Figure],
        property_id: str | None,
    ) -> dict[str, bytes]:
        """A report in some formats, by format."""
        if set(forms) <= _QUICK.keys():
            return {form: _QUICK[form](report, question, figures, property_id) for form in forms}
        job = {
            "report": report.name,
            "forms": list(forms),
            "question": question.model_dump(mode="json"),
            "property": property_id,
            "figures": [one.model_dump(mode="json") for one in figures],
        }
        made = await self._make(_once(job), self._report_s)
        return dict(zip(forms, made, strict=True))

    async def table(
        self, form: str, table: Table, columns: Sequence[Column], rows: AsyncIterator[Sequence[Mapping[str, Any]]]
    ) -> bytes:
        """A whole table in one format; rows are handed on as they come, and only these columns of them."""
        names = [column.name for column in columns]
        made = await self._make(_lines({"table": table.value, "form": form, "columns": names}, names, rows), TABLE_S)
        return made[0]

    async def _make(self, job: AsyncIterator[bytes], limit_s: float) -> list[bytes]:
        async with self._free:
            pipe = asyncio.subprocess.PIPE
            running = await asyncio.create_subprocess_exec(
                *self._command, stdin=pipe, stdout=pipe, stderr=pipe, env=_surroundings()
            )
            try:
                async with asyncio.timeout(limit_s):
                    return await _worked(running, job)
            except TimeoutError as late:
                raise AppError(
                    ErrorKind.UNAVAILABLE, "file_not_made", "The file could not be made; try again."
                ) from late
            finally:
                if running.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        running.kill()
                    await running.wait()


async def _worked(running: asyncio.subprocess.Process, job: AsyncIterator[bytes]) -> list[bytes]:
    assert running.stdin is not None
    assert running.stdout is not None
    assert running.stderr is not None
    async with asyncio.TaskGroup() as together:
        told = together.create_task(running.stdout.read())
        complained = together.create_task(running.stderr.read())
        with contextlib.suppress(ConnectionError):  # it ended: its code says why
            async for piece in job:
                running.stdin.write(piece)
                await running.stdin.drain()
        running.stdin.close()
    if await running.wait() != 0:
        last = complained.result().decode(errors="replace").strip().rpartition("\n")[2]
        log.error("a file could not be made (%s): %s", running.returncode, last[:200])
        raise AppError(ErrorKind.UNAVAILABLE, "file_not_made", "The file could not be made; try again.")
    return list(_parts(told.result()))


def _parts(told: bytes) -> list[bytes]:
    found, at = list[bytes](), 0
    while at < len(told):
        length = int.from_bytes(told[at : at + LENGTH_BYTES], "big")
        at += LENGTH_BYTES
        found.append(told[at : at + length])
        at += length
    return found


async def _once(job: Mapping[str, Any]) -> AsyncIterator[bytes]:
    yield json.dumps(job).encode() + b"\n"


async def _lines(
    head: Mapping[str, Any], names: Sequence[str], rows: AsyncIterator[Sequence[Mapping[str, Any]]]
) -> AsyncIterator[bytes]:
    yield json.dumps(head).encode() + b"\n"
    async for some in rows:
        yield "".join(json.dumps({name: _said(row[name]) for name in names}) + "\n" for row in some).encode()


def _said(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _surroundings() -> dict[str, str]:
    """What a press may know: not where the stores are, and no secret."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BELLBOARD_")}
