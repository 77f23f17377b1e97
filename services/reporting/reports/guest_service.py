"""R5: what guests felt of it: waits, contradictions, repeats, against scores and reviews, and before."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.local import day_of
from services.reporting.domain.question import Asked, Behind, Figure, Report
from services.reporting.domain.reviews import REVIEWS
from services.reporting.domain.statistics import difference_of_means, difference_of_shares
from services.reporting.domain.stay import STAYS
from services.reporting.domain.tally import Entry, Tally
from services.reporting.reports.completion_time import RUNS, WORKED
from services.reporting.reports.flow import FLOW
from shared.contracts.records import Workflow

SERVICE = "service"
TENTHS = 10
"""Reviews are summed in tenths of a point, so that sums are whole numbers."""
Tallies = Mapping[str, Tally]


def entries(fact: Fact) -> Iterator[Entry]:
    """What a guest felt of a record: repeats, corrections, a reopening, on the day of the first trigger and of each."""
    life = fact.life
    if life is None or life.workflow != Workflow.GUEST_EXPERIENCE:
        return
    for at in life.repeats:
        yield Entry(day_of(at, fact.zone), SERVICE, "all", "repeats")
    for one in life.confirmed:
        if one.correction:
            yield Entry(day_of(one.at, fact.zone), SERVICE, "all", "contradictions")
    for close in life.closes:
        again = any(later.number > close.number for later in life.closes) or life.is_open
        yield Entry(day_of(close.closed_at, fact.zone), SERVICE, "all", "undone" if again else "done")


def basis(life: Life, fact: Fact) -> object:
    """Repeats, corrections and closes of guest experience."""
    mine = life.workflow == Workflow.GUEST_EXPERIENCE and (life.repeats or life.confirmed or life.closes)
    return (life.repeats, life.confirmed, life.closes, life.is_open) if mine else None


def figures(asked: Asked) -> list[Figure]:
    """This window's figures, those of the time before, and their difference with its interval."""
    return [
        *_wait(asked.whole, asked.before),
        _count("contradictions", asked.whole),
        _count("repeats", asked.whole),
        *_per_stay(asked.whole, asked.before),
        *_compared_share("reopen_share", SERVICE, "undone", "done", asked.whole, asked.before),
        *_compared_mean("mean_score", FLOW, asked.whole, asked.before),
        *_compared_mean("mean_review", REVIEWS, asked.whole, asked.before, TENTHS),
    ]


def _of(tallies: Tallies, family: str) -> Tally:
    return tallies.get(family) or Tally()


def _both(now: Tallies, before: Tallies) -> tuple[tuple[Literal["now", "before"], Tallies], ...]:
    return ("now", now), ("before", before)


def _count(name: str, now: Tallies) -> Figure:
    n = _of(now, SERVICE).get(name)
    return Figure(name=name, value=n, unit="times", records=n, behind=Behind(family=SERVICE, measures=(name,)))


def _wait(now: Tallies, before: Tallies) -> Iterator[Figure]:
    for when, tallies in _both(now, before):
        runs = _of(tallies, RUNS)
        at = runs.percentile(WORKED, 50)
        yield Figure(name="waiting_p50", labels={"when": when}, value=at[0] if at else None, unit="seconds",
                     records=runs.get("n"), behind=Behind(family=RUNS, measures=("n",), window=when))  # fmt: skip


def _per_stay(now: Tallies, before: Tallies) -> Iterator[Figure]:
    for when, tallies in _both(now, before):
        stays, repeats = _of(tallies, STAYS).get("departed"), _of(tallies, SERVICE).get("repeats")
        value = round(repeats / stays, 4) if stays else None
        behind = Behind(family=SERVICE, measures=("repeats",), window=when)
        yield Figure(name="repeats_per_stay", labels={"when": when}, value=value, unit="repeats a stay",
                     records=repeats, behind=behind)  # fmt: skip


def _compared_share(name: str, family: str, part: str, rest: str, now: Tallies, before: Tallies) -> Iterator[Figure]:
    one, other = _of(now, family), _of(before, family)
    sums = [(tally.get(part), tally.get(part) + tally.get(rest)) for tally in (one, other)]
    for (when, _), (inside, whole) in zip(_both(now, before), sums, strict=True):
        behind = Behind(family=family, measures=(part,), window=when)
        yield Figure(name=name, labels={"when": when}, value=round(inside / whole, 4) if whole else None, unit="share",
                     records=inside, behind=behind)  # fmt: skip
    both = Behind(family=family, measures=(part, rest), window="both")
    yield _difference(name, "share", difference_of_shares(*sums[0], *sums[1]), both, sum(n for _, n in sums))


def _compared_mean(name: str, family: str, now: Tallies, before: Tallies, scale: int = 1) -> Iterator[Figure]:
    sums, of_records = [], family == FLOW  # public reviews are of no record
    for when, tallies in _both(now, before):
        tally = _of(tallies, family)
        n, total, squares = (tally.get(measure) for measure in ("scored", "score", "score2"))
        sums.append((n, total, squares))
        behind = Behind(family=family, measures=("scored",), window=when) if of_records else None
        yield Figure(name=name, labels={"when": when}, value=round(total / n / scale, 2) if n else None, unit="score",
                     records=n if behind else 0, behind=behind)  # fmt: skip
        yield Figure(name=f"{name}_count", labels={"when": when}, value=n, unit="scores",
                     records=n if behind else 0, behind=behind)  # fmt: skip
    found = difference_of_means(sums[0], sums[1])
    low_high = tuple(round(one / scale, 3) for one in found) if found else None
    both = Behind(family=family, measures=("scored",), window="both") if of_records else None
    yield _difference(name, "score", low_high, both, sum(n for n, _, _ in sums) if of_records else 0)


def _difference(name: str, unit: str, found: tuple[float, ...] | None, behind: Behind | None, records: int) -> Figure:
    """A change that may be chance says so; behind it stand the records of both times."""
    if found is None:
        return Figure(name=f"{name}_change", value=None, unit=unit, note="too_few", behind=behind, records=records)
    value, low, high = found
    note = "may_be_chance" if low <= 0 <= high else None
    return Figure(
        name=f"{name}_change", value=value, unit=unit, low=low, high=high, note=note, behind=behind, records=records
    )


def picture(found: Sequence[Figure]) -> Chart | None:
    """Scores and reviews, now beside the time before."""
    some = [one for one in found if one.name in ("mean_score", "mean_review")]
    points = [(one.name.removeprefix("mean_"), one.value, one.labels["when"]) for one in some]
    return chart("Scores, now and before", "of", "mean, 0 to 10", points, beside=True)


GUEST_SERVICE = Report(
    name="guest_service",
    figures=figures,
    families=(RUNS, FLOW, SERVICE, STAYS, REVIEWS),
    entries=entries,
    basis=basis,
    compares=True,
    picture=picture,
)
