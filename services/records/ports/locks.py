"""What makes those who add to the same sum wait for each other."""

from collections.abc import Collection, Mapping
from typing import Protocol

from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class Locks(Protocol):
    """Versions by name: read before a sum is, moved by whoever adds to it. They hold no sum themselves."""

    async def read(self, scope: Scope, names: Collection[str], tx: Tx) -> dict[str, int]:
        """The version of each; 0 where nobody added yet."""
        ...

    async def move(self, scope: Scope, read: Mapping[str, int], tx: Tx) -> None:
        """One on from what was read; one that moved meanwhile makes the transaction fail."""
        ...
