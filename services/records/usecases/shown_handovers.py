"""What callers are shown of handovers."""

from services.records.domain.handover import Gone, Item
from shared.contracts.handovers import Handover
from shared.contracts.values import Frozen


class ShownHandovers(Frozen):
    """Handovers, newest first. `next` is the cursor of the following page, if there is one."""

    handovers: tuple[Handover, ...]
    next: str | None = None


class ShownHandover(Handover):
    """A handover with a page of its items, soonest due first; `hidden` counts what the caller may not read of it.

    What left the department in the shift (`gone`) comes with the first page. `next` goes into `after` for the items
    that follow.
    """

    items: tuple[Item, ...]
    gone: tuple[Gone, ...]
    hidden: int
    reason_code: str | None = None
    may_acknowledge: bool
    next: int | None = None
