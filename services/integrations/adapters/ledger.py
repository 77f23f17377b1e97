"""Who was erased, as files outside the database: ids only, one append-only file of JSON lines per chain."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from services.integrations.domain.erasures import ErasureRow
from services.integrations.ports.erasures import LedgerLine
from shared.chassis.appending import append_durably


class FileErasureLedger:
    """A folder of ledgers; keep it with your backups, but not in them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, chain: str) -> Path:
        return self._folder / f"{chain}.erasures.jsonl"

    async def write(self, chain: str, lines: Sequence[LedgerLine]) -> None:
        """Append durably."""
        text = "".join(_written(line) + "\n" for line in lines)
        await asyncio.to_thread(append_durably, self._file(chain), text)

    async def read(self, chain: str) -> list[LedgerLine]:
        """The newest line of each person."""
        return await asyncio.to_thread(_newest, self._file(chain))


def _written(line: LedgerLine) -> str:
    return json.dumps({"row": line.row.model_dump(mode="json"), "stay_ids": list(line.stay_ids)})


def _newest(file: Path) -> list[LedgerLine]:
    if not file.exists():
        return []
    found: dict[str, LedgerLine] = {}
    for text in file.read_text().splitlines():
        try:
            said = json.loads(text)
            line = LedgerLine(ErasureRow.model_validate(said["row"]), tuple(said["stay_ids"]))
        except (ValueError, KeyError, TypeError, ValidationError):
            continue  # torn by a crash; what it said was written again below it
        guest = line.row.erasure.guest_id
        if guest not in found or found[guest].row.erasure.run <= line.row.erasure.run:
            found[guest] = line
    return list(found.values())
