"""A sweep over the event rows that wait: pages in order per aggregate, each topic in its turn."""

from collections import deque
from collections.abc import AsyncGenerator

from shared.chassis.mongo import Collection, Document
from shared.chassis.outbox import WAITING

PAGE = 500
ORDER = (("topic", 1), ("agg", 1), ("ver", 1))
TURNS = 20
"""Pages of backlog after which a sweep ends, so that the next one looks for what has come to other topics."""


async def pages(rows: Collection) -> AsyncGenerator[list[Document], None]:
    """Rows that wait, halted ones among them, ≤ 500 at a time, by topic, aggregate and version.

    A topic with more than a page takes turns with the others: an import must not hold back the desk's events.
    Positions last for one sweep only: a row whose transaction commits late, behind where a sweep has been, is the
    next sweep's (F7).
    """
    behind, backlogs = "", deque[Document]()
    while True:
        page = await rows.find({"st": WAITING, "topic": {"$gt": behind}}, sort=ORDER, limit=PAGE)
        if page:
            yield page
        if len(page) < PAGE:
            break
        behind = page[-1]["topic"]
        backlogs.append(page[-1])
    for _ in range(TURNS):
        if not backlogs:
            return
        page = await rows.find(_after(backlogs.popleft()), sort=ORDER, limit=PAGE)
        if page:
            yield page
        if len(page) == PAGE:
            backlogs.append(page[-1])


def _after(last: Document) -> Document:
    later = [{"agg": {"$gt": last["agg"]}}, {"agg": last["agg"], "ver": {"$gt": last["ver"]}}]
    return {"st": WAITING, "topic": last["topic"], "$or": later}
