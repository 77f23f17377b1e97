"""What callers are told of a bulk action, record by record."""

from pydantic import Field

from shared.contracts.errors import Breach
from shared.contracts.records import Status
from shared.contracts.values import Frozen


class ItemResult(Frozen):
    """What happened to one record, or would: as the single command would have been answered."""

    id: str
    status: int = Field(description="The HTTP status of the single command", examples=[200])
    code: str = Field(examples=["done"])
    detail: str | None = None
    breaches: tuple[Breach, ...] = ()
    version: int | None = Field(default=None, description="Its version after the command")
    would_be: Status | None = Field(default=None, description="Its status after the command; only in a preview")


class BulkResult(Frozen):
    """One result for each record, in the order they were given."""

    preview: bool
    done: int
    refused: int
    items: tuple[ItemResult, ...]
