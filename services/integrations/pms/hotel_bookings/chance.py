"""Seeded chance by name: the same booking always draws the same lots, in whatever order it is met."""

import hashlib
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

Item = TypeVar("Item")
_SPAN = float(2**64)


class Chance:
    """Draws for one subject, each under a name of its own."""

    __slots__ = ("_root",)

    def __init__(self, seed: int, subject: str) -> None:
        self._root = f"{seed}\x1f{subject}\x1f"

    def roll(self, name: str) -> float:
        """A number in [0, 1), always the same for this subject and name."""
        digest = hashlib.blake2b((self._root + name).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / _SPAN

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number low..high, both included."""
        return low + int(self.roll(name) * (high - low + 1))

    def one(self, name: str, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[int(self.roll(name) * len(items))]

    def weighted(self, name: str, items: "Weighted[Item]") -> Item:
        """One of the items by their weights."""
        return items.at(self.roll(name))


class Weighted(tuple[tuple[Item, float], ...]):
    """Items with the share of the whole below which each is drawn."""

    __slots__ = ()

    @classmethod
    def of(cls, table: dict[Item, float]) -> "Weighted[Item]":
        """From a table item → weight; the weights need not sum to one."""
        total = sum(table.values())
        bounds = accumulate(weight / total for weight in table.values())
        return cls(zip(table, bounds, strict=True))

    def at(self, point: float) -> Item:
        """The item at a point in [0, 1)."""
        for item, bound in self:
            if point < bound:
                return item
        return self[-1][0]
