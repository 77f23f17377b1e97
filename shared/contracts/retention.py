"""How long a chain keeps what, and what was let go of for its age, on `access.v1`: names and counts, never content."""

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import DataClass
from shared.contracts.values import Code, Wire


class Retention(Wire):
    """One sort of data of one store. `count`: how much was let go of, or would be at the moment of a change."""

    service: Code
    name: Code
    data_class: DataClass
    days: int = Field(ge=1)
    days_before: int | None = None
    count: int = Field(ge=0)


class RetentionEvent(EventBody):
    """A rule was changed, or applied."""

    retention: Retention


RETENTION_VERBS = ("changed", "applied")
