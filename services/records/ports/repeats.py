"""Which questions have been asked before."""

import datetime as dt
from typing import Protocol

from services.records.domain.repeats import FirstAsked
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class RepeatGuard(Protocol):
    """One row for each question, so that two askings at the same moment cannot both be the first."""

    async def find(self, scope: Scope, key: str, tx: Tx | None = None) -> FirstAsked | None:
        """Who was first."""
        ...

    async def note(self, scope: Scope, key: str, first: FirstAsked, before: FirstAsked | None, tx: Tx) -> None:
        """A record was opened for a question of which `before` was known; somebody faster makes it fail."""
        ...

    async def overwrite(self, scope: Scope, key: str, record_id: str, at: dt.datetime, tx: Tx) -> None:
        """A record was opened for a question, whoever asked before."""
        ...
