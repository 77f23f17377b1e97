"""Who stands in line for what a hotel sells on standby or to the highest bid."""

import datetime as dt
from collections.abc import Collection
from typing import Protocol

from services.records.domain.standby import InLine
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class Lines(Protocol):
    """One place for each record that waits, written with the record that says so."""

    async def first(self, scope: Scope, offer_id: str, moment: dt.datetime, limit: int, tx: Tx) -> list[str]:
        """The records at the head of the line for an offer's hour: the highest bid, of equals who waits longest."""
        ...

    async def write(self, scope: Scope, came: Collection[InLine], went: Collection[str], tx: Tx) -> None:
        """Put records in line (again, in another place) and take those that left out of it."""
        ...
