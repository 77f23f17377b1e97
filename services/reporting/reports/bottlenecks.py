"""Where work waits: the hours each department, status and shift held, what stood blocked, and hand-offs."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.fact import Fact, Life, Stretch
from services.reporting.domain.local import Piece, day_of, pieces, whole_ms_between
from services.reporting.domain.question import Asked, Behind, Figure, Question, Report, count
from services.reporting.domain.standing import Standing
from services.reporting.domain.tally import ALL, Entry, group, scaled

HOURS, HANDED = "hours", "handed"
ACCEPTED = "a"


def entries(fact: Fact) -> Iterator[Entry]:
    """Every stretch that ended, cut at midnights and shifts; every hand-off; how long until somebody took it."""
    life = fact.life
    if life is None:
        return
    for one in life.stretches:
        yield from _held(fact, one)
    for before, after in pairwise(life.stretches):
        if before.department is not after.department:
            name = group(**{"from": before.department.value, "to": after.department.value})
            yield Entry(day_of(after.start, fact.zone), HANDED, name, "n")
        elif before.owner != after.owner:
            yield Entry(day_of(after.start, fact.zone), HANDED, group(department=after.department.value), "owners")
    if life.accepted_at is not None:
        waited = whole_ms_between(life.opened_at, life.accepted_at) / 1000
        name = group(department=life.stretches[0].department.value) if life.stretches else ALL
        yield Entry(day_of(life.accepted_at, fact.zone), HANDED, name, scaled(ACCEPTED, waited))


def _held(fact: Fact, one: Stretch) -> Iterator[Entry]:
    if one.end is None:
        return
    yield from _cut(one.department.value, one.status.value, one.paused, pieces(one.start, one.end, fact.zone))


def _cut(department: str, status: str, paused: bool, parts: Iterable[Piece]) -> Iterator[Entry]:
    for day, shift, ms in parts:
        for name in (group(department=department, status=status), group(department=department, shift=shift)):
            yield Entry(day, HOURS, name, "ms", ms)
            yield Entry(day, HOURS, name, "n")
            if paused:
                yield Entry(day, HOURS, name, "paused_ms", ms)
                yield Entry(day, HOURS, name, "paused_n")


def standing(one: Standing, question: Question) -> Iterator[Entry]:
    """What an open record's running stretch has taken by now."""
    paused = one.paused_at is not None
    running = pieces(one.since, max(one.since, question.now), one.zone)
    for entry in _cut(one.department, one.status, paused, running):
        if question.start <= entry.day <= question.end:
            yield entry


def basis(life: Life, fact: Fact) -> object:
    """Stretches, and when somebody took it."""
    return (life.stretches, life.accepted_at)


def figures(asked: Asked) -> list[Figure]:
    """Hours by department and status, the longest first; by shift; hand-offs; time until accepted."""
    hours, handed = asked.of(HOURS), asked.of(HANDED)
    hours.add(asked.standing.sums)
    held = hours.groups("department", "status")
    whole = sum(hours.get("ms", name) for name, _ in held)
    found = []
    for name, labels in sorted(held, key=lambda one: -hours.get("ms", one[0])):
        behind, n = Behind(family=HOURS, group=name, measures=("n",)), hours.get("n", name)
        stopped = Behind(family=HOURS, group=name, measures=("paused_n",))
        ms, paused = hours.get("ms", name), hours.get("paused_ms", name)
        found += [
            Figure(name="held", labels=labels, value=ms / 1000, unit="seconds", records=n, behind=behind),
            Figure(name="held_share", labels=labels, value=round(ms / whole, 4) if whole else None, unit="share",
                   records=n, behind=behind),
            Figure(name="held_paused", labels=labels, value=paused / 1000, unit="seconds",
                   records=hours.get("paused_n", name), behind=stopped),
        ]  # fmt: skip
    for name, labels in hours.groups("department", "shift"):
        behind = Behind(family=HOURS, group=name, measures=("n",))
        seconds, n = hours.get("ms", name) / 1000, hours.get("n", name)
        found.append(Figure(name="held", labels=labels, value=seconds, unit="seconds", records=n, behind=behind))
    for name, labels in handed.groups("department"):
        owners = Behind(family=HANDED, group=name, measures=("owners",))
        n = handed.get("owners", name)
        found.append(Figure(name="changed_hands", labels=labels, value=n, unit="records", records=n, behind=owners))
        for percent in (50, 90):
            at = handed.percentile(ACCEPTED, percent, name)
            if at:
                slow = Behind(family=HANDED, group=name, scale=ACCEPTED, least=at[1])
                some = sum(amount for step, amount in handed.steps(ACCEPTED, name) if step >= at[1])
                found.append(Figure(name=f"accept_p{percent}", labels=labels, value=at[0], unit="seconds",
                                    records=some, behind=slow))  # fmt: skip
    return found + [
        count("handed_off", handed, HANDED, "n", "hand-offs", **said) for _, said in handed.groups("from", "to")
    ]


def picture(found: Sequence[Figure]) -> Chart | None:
    """The waterfall of all hours: by department, each status a part."""
    some = [one for one in found if one.name == "held" and set(one.labels) == {"department", "status"}]
    points = [(o.labels["department"], round((o.value or 0) / 3600, 2), o.labels["status"]) for o in some]
    return chart("Where the hours went", "department", "hours", points)


BOTTLENECKS = Report(
    name="bottlenecks",
    figures=figures,
    families=(HOURS, HANDED),
    entries=entries,
    basis=basis,
    by_stretch=True,
    standing=standing,
    picture=picture,
)
