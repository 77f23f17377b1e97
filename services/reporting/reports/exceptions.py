"""R3: how often work leaves its path, and which causes come back."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.local import day_of
from services.reporting.domain.question import Asked, Behind, Figure, Report, count
from services.reporting.domain.tally import ALL, Entry, group

REPEATED = 3
"""A cause seen this often on one property in the days asked about is a repeat cause."""
EXCEPTIONS_RAISED = "exceptions"


def entries(fact: Fact) -> Iterator[Entry]:
    """Each exception on its day, by department and cause; the record once a day beside them."""
    raised = fact.life.exceptions if fact.life else ()
    for one in raised:
        day = day_of(one.at, fact.zone)
        for name in (ALL, group(department=one.department.value), group(cause=one.cause)):
            yield Entry(day, EXCEPTIONS_RAISED, name, "raised")
    if raised:
        yield Entry(day_of(raised[0].at, fact.zone), EXCEPTIONS_RAISED, ALL, "records")


def basis(life: Life, fact: Fact) -> object:
    """Exceptions."""
    return life.exceptions or None


def figures(asked: Asked) -> list[Figure]:
    """Counts of exceptions as a whole and by department, then the Pareto of their causes."""
    tally = asked.of(EXCEPTIONS_RAISED)
    return [
        _counted("exceptions", asked),
        count("records_with_exceptions", tally, EXCEPTIONS_RAISED, "records"),
        *(_counted("exceptions", asked, department=said["department"]) for _, said in tally.groups("department")),
        *_pareto(asked),
    ]


def _counted(name: str, asked: Asked, **labels: str) -> Figure:
    return count(name, asked.of(EXCEPTIONS_RAISED), EXCEPTIONS_RAISED, "raised", "exceptions", **labels)


def _pareto(asked: Asked) -> list[Figure]:
    """Causes by frequency, each with the share that it and those before it make up, and whether it repeats."""
    tally = asked.of(EXCEPTIONS_RAISED)
    causes = {labels["cause"]: tally.get("raised", name) for name, labels in tally.groups("cause")}
    running, figures, sooner = 0, list[Figure](), list[str]()
    for cause, number in sorted(causes.items(), key=lambda pair: (-pair[1], pair[0])):
        running += number
        figures.append(_counted("cause", asked, cause=cause))
        whole = round(running / tally.get("raised"), 4)
        sooner.append(group(cause=cause))
        behind = Behind(family=EXCEPTIONS_RAISED, group=sooner[0], groups=tuple(sooner[1:]), measures=("raised",))
        figures.append(
            Figure(name="cumulative_share", labels={"cause": cause}, value=whole, unit="share", records=running,
                   behind=behind)
        )  # fmt: skip
        figures += _repeats(asked, cause)
    return figures


def _repeats(asked: Asked, cause: str) -> Iterator[Figure]:
    name = group(cause=cause)
    for property_id, tallies in sorted(asked.by_property.items()):
        mine = tallies.get(EXCEPTIONS_RAISED)
        times = mine.get("raised", name) if mine else 0
        if times >= REPEATED:
            yield Figure(
                name="repeat_cause", labels={"cause": cause, "property": property_id}, value=times, unit="exceptions",
                records=times, behind=Behind(family=EXCEPTIONS_RAISED, group=name, measures=("raised",)),
            )  # fmt: skip


def picture(found: Sequence[Figure]) -> Chart | None:
    """The Pareto of causes."""
    causes = [(one.labels["cause"], one.value, None) for one in found if one.name == "cause"]
    line = [(one.labels["cause"], one.value, None) for one in found if one.name == "cumulative_share"]
    return chart("Causes of exceptions", "cause", "exceptions", causes, line=line)


EXCEPTIONS = Report(
    name="exceptions",
    figures=figures,
    families=(EXCEPTIONS_RAISED,),
    entries=entries,
    basis=basis,
    apart=(EXCEPTIONS_RAISED,),
    picture=picture,
)
