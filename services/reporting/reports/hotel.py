"""The family `hotel`: the few sums by which hotels are compared, in one small document for each of their days."""

from collections.abc import Iterable, Iterator

from services.reporting.domain.tally import ALL, Entry

HOTEL = "hotel"
_TAKEN = {
    "runs": None,
    "flow": frozenset({"closed", "in_time", "late", "exceptions", "scored", "score", "score2"}),
}
_POSTED = frozenset({"posted", "posted_lines"})


def hotel(given: Iterable[Entry]) -> Iterator[Entry]:
    """What of a fact's entries the comparison of hotels needs, once more under its own family."""
    for one in given:
        if one.group == ALL and one.family in _TAKEN:
            wanted = _TAKEN[one.family]
            if wanted is None or one.measure in wanted:
                yield one._replace(family=HOTEL)
        elif one.family == "hours" and one.measure == "ms" and "|shift=" in one.group:
            yield Entry(one.day, HOTEL, ALL, "held_ms", one.amount)
        elif one.family == "money" and one.measure in _POSTED:
            yield one._replace(family=HOTEL)
