"""What everybody on the staff was at which time."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from services.records.domain.staff_history import StaffVersion
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class StaffHistory(Protocol):
    """Versions of people, only ever added to."""

    async def keep(self, scope: Scope, versions: Sequence[StaffVersion], tx: Tx) -> None:
        """Keep versions; one that is there already stays as it is."""
        ...

    async def until(self, scope: Scope, at: dt.datetime) -> list[StaffVersion]:
        """Every version of the chain's staff that had begun by a moment, and each person's first one."""
        ...
