"""What lists show when only some fields are asked for."""

from pydantic import ConfigDict

from shared.contracts.values import Frozen


class Sparse(Frozen):
    """Some fields of a record: those asked for, and always its id and version."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    version: int


class SparseCards(Frozen):
    """As Cards, with only the fields asked for."""

    cards: tuple[Sparse, ...]
    next: str | None = None
