"""The mirror of stays."""

from collections.abc import Collection, Sequence
from typing import Protocol

from shared.chassis.mongo import Tx
from shared.contracts.stays import Stay
from shared.contracts.values import Scope


class StayMirror(Protocol):
    """The last word on each stay, as `stays.v1` gave it."""

    async def find_all(self, scope: Scope, ids: Collection[str], tx: Tx | None = None) -> list[Stay]:
        """The stays of these ids that are known."""
        ...

    async def keep(self, scope: Scope, stays: Sequence[Stay], tx: Tx) -> None:
        """Remember stays."""
        ...
