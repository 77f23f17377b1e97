"""Where boards on paper are kept: files that are there when nothing else is."""

import datetime as dt
from typing import Protocol

from services.records.domain.paper import Sheet
from shared.contracts.identity import Department


class SheetFiles(Protocol):
    """Files, a folder for each department of each hotel."""

    async def kept(self, chain: str, property_id: str, department: Department, slot: dt.datetime) -> bool:
        """Whether the sheet of this stretch of time is there, whole."""
        ...

    async def keep(self, sheet: Sheet) -> None:
        """Write it; whoever looks meanwhile finds the last one. Raises OSError."""
        ...

    async def let_go(self, before: dt.datetime) -> int:
        """Remove the sheets of earlier stretches and what was left half written; how many. The latest stays."""
        ...
