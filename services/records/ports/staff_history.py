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

    async def between(self, scope: Scope, first: dt.datetime, last: dt.datetime) -> list[StaffVersion]:
        """What tells the chain's staff at any moment from `first` to `last`.

        Of each person the versions that began in between, the newest before, and the first one.
        """
        ...
