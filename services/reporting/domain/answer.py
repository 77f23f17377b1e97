"""A report answered from facts alone: the same numbers as from kept sums, for tests, checks and small worlds."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from services.reporting.domain.fact import Fact
from services.reporting.domain.question import BEFORE, Around, Asked, Figure, Question, Report
from services.reporting.domain.standing import Standing, standing_of
from services.reporting.domain.tally import Entry, Tally

Key = TypeVar("Key")
Giving = Callable[[Fact], Iterable[Entry]]


def asked_of(
    report: Report, facts: Iterable[Fact], question: Question, give: Giving, around: Around | None = None
) -> Asked:
    """What a report is made from, counted from facts."""
    listed = list(facts)
    wanted = {*report.families, *report.apart, *report.by_day}
    given = [(fact.property_id, one) for fact in listed for one in give(fact) if one.family in wanted]
    inside = [(where, one) for where, one in given if question.start <= one.day <= question.end]
    earlier = question.earlier(BEFORE)
    return Asked(
        question=question,
        whole=tallies(one for _, one in inside),
        standing=Tally.of(_standing(report, listed, question)),
        by_property=_by([pair for pair in inside if pair[1].family in report.apart], lambda where, _: where)
        if report.apart
        else {},
        by_day=_by([pair for pair in inside if pair[1].family in report.by_day], lambda _, one: one.day)
        if report.by_day
        else {},
        before=tallies(one for _, one in given if earlier.start <= one.day <= earlier.end) if report.compares else {},
        around=around or Around(),
    )


def tallies(entries: Iterable[Entry]) -> dict[str, Tally]:
    """Sums by family."""
    sorted_out: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        sorted_out[one.family].append(one)
    return {family: Tally.of(some) for family, some in sorted_out.items()}


def _by(given: list[tuple[str, Entry]], key: Callable[[str, Entry], Key]) -> dict[Key, dict[str, Tally]]:
    sorted_out: dict[Key, list[Entry]] = defaultdict(list)
    for where, one in given:
        sorted_out[key(where, one)].append(one)
    return {name: tallies(some) for name, some in sorted_out.items()}


def _standing(report: Report, facts: Iterable[Fact], question: Question) -> Iterable[Entry]:
    for fact in facts:
        one = standing_of(fact)
        if one is not None and report.standing is not None:
            yield from report.standing(one, question)


def behind(
    figure: Figure, report: Report, facts: Iterable[Fact], question: Question, give: Giving
) -> list[tuple[Fact, int]]:
    """The facts of the records behind a figure, in the order given, each with how often it counts there."""
    rule, found = figure.behind, list[tuple[Fact, int]]()
    if rule is None:
        return []
    for fact in facts:
        one: Standing | None = standing_of(fact)
        given = list(give(fact)) + (list(report.standing(one, question)) if one and report.standing else [])
        where = figure.labels.get("property")
        times = rule.times(given, question) if where is None or where == fact.property_id else 0
        if times:
            found.append((fact, times))
    return found
