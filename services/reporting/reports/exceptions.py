"""R3: how often work leaves its path, and which causes come back."""

from collections import Counter
from collections.abc import Sequence

from services.reporting.domain.fact import ExceptionRaised, Fact
from services.reporting.domain.question import Figure, Question, Report, count

REPEATED = 3
"""A cause seen this often on one property in the days asked about is a repeat cause."""

Raised = tuple[Fact, ExceptionRaised]


def exceptions(facts: Sequence[Fact], question: Question) -> list[Figure]:
    """Counts of exceptions as a whole and by department, then the Pareto of their causes."""
    raised = [
        (fact, one) for fact in facts if fact.life for one in fact.life.exceptions if question.covers(one.at, fact)
    ]
    departments = sorted({one.department for _, one in raised})
    return [
        _counted("exceptions", raised),
        count("records_with_exceptions", sorted({fact.id for fact, _ in raised})),
        *(
            _counted("exceptions", [pair for pair in raised if pair[1].department is department], department=department)
            for department in departments
        ),
        *_pareto(raised),
    ]


def _counted(name: str, raised: Sequence[Raised], **labels: str) -> Figure:
    ids = tuple(fact.id for fact, _ in raised)
    return Figure(name=name, labels=labels, value=len(ids), unit="exceptions", records=ids)


def _pareto(raised: Sequence[Raised]) -> list[Figure]:
    """Causes by frequency, each with the share that it and those before it make up, and whether it repeats."""
    causes = Counter(one.cause for _, one in raised)
    running, figures = 0, list[Figure]()
    for cause, number in sorted(causes.items(), key=lambda pair: (-pair[1], pair[0])):
        running += number
        of_cause = [pair for pair in raised if pair[1].cause == cause]
        figures.append(_counted("cause", of_cause, cause=cause))
        whole = round(running / len(raised), 4)
        figures.append(Figure(name="cumulative_share", labels={"cause": cause}, value=whole, unit="share"))
        figures += [
            _counted("repeat_cause", mine, cause=cause, property=property_id)
            for property_id, mine in _by_property(of_cause)
            if len(mine) >= REPEATED
        ]
    return figures


def _by_property(raised: Sequence[Raised]) -> list[tuple[str, list[Raised]]]:
    properties = sorted({fact.property_id for fact, _ in raised})
    return [(one, [pair for pair in raised if pair[0].property_id == one]) for one in properties]


EXCEPTIONS = Report(
    name="exceptions",
    title="Exceptions and repeat causes",
    definition=(
        "Exceptions raised on the local days asked about, by the department that raised them and by cause. "
        "cumulative_share: the share of all exceptions that a cause and the more frequent ones make up (Pareto). "
        f"repeat_cause: a cause seen {REPEATED} times or more at one property."
    ),
    figures=exceptions,
)
