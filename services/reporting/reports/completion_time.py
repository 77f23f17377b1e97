"""R1: how long work takes from its trigger to its close, by department and kind, paused time apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from services.reporting.domain.fact import Close, Fact
from services.reporting.domain.question import Figure, Question, Report, percentile
from services.reporting.domain.timeline import Held, between, by_department, held
from shared.contracts.identity import Department
from shared.contracts.records import Outcome
from shared.contracts.values import Frozen

PERCENTS = (50, 90, 99)


class Run(Frozen):
    """One fulfilled close: which record, under whom it closed, and where its time went."""

    record: str
    kind: str
    department: Department
    raw_s: float
    worked_s: float
    departments: dict[Department, Held]


def completion_time(facts: Sequence[Fact], question: Question) -> list[Figure]:
    """Percentiles over the closes of the days asked about, as one whole, by department, by kind and by both."""
    runs = [run for fact in facts for run in _runs(fact, question)]
    groups: dict[tuple[tuple[str, str], ...], list[Run]] = defaultdict(list)
    for run in runs:
        department, kind = ("department", run.department.value), ("kind", run.kind)
        for group in ((), (department,), (kind,), (department, kind)):
            groups[group].append(run)
    figures = [figure for group in sorted(groups) for figure in _figures(dict(group), groups[group])]
    return [*figures, *_held_by_department(runs)]


def _runs(fact: Fact, question: Question) -> list[Run]:
    life = fact.life
    if life is None:
        return []
    return [_run(fact, close) for close in life.closes if _counts(close, fact, question)]


def _counts(close: Close, fact: Fact, question: Question) -> bool:
    return close.outcome is Outcome.FULFILLED and question.covers(close.closed_at, fact)


def _run(fact: Fact, close: Close) -> Run:
    assert fact.life is not None
    stretches = between(fact.life.stretches, close.began_at, close.closed_at)
    raw_s = (close.closed_at - close.began_at).total_seconds()
    return Run(
        record=fact.id,
        kind=fact.life.kind,
        department=stretches[-1].department if stretches else fact.life.department,
        raw_s=raw_s,
        worked_s=raw_s - held(stretches, close.closed_at).paused_s,
        departments=by_department(stretches, close.closed_at),
    )


def _figures(labels: Mapping[str, str], runs: Sequence[Run]) -> list[Figure]:
    """Raw and pause-adjusted percentiles of one group; behind each stand the records that took at least as long."""
    found = [_figure("closed", labels, len(runs), "closes", [run.record for run in runs])]
    for percent in PERCENTS:
        raw = percentile([run.raw_s for run in runs], percent) or 0
        worked = percentile([run.worked_s for run in runs], percent) or 0
        slow = [run.record for run in runs if run.raw_s >= raw]
        slow_worked = [run.record for run in runs if run.worked_s >= worked]
        found.append(_figure(f"raw_p{percent}", labels, raw, "seconds", slow))
        found.append(_figure(f"worked_p{percent}", labels, worked, "seconds", slow_worked))
    return found


def _held_by_department(runs: Sequence[Run]) -> list[Figure]:
    """Where the hours went: what each department held of these records, whoever closed them."""
    hours: dict[Department, list[tuple[str, Held]]] = defaultdict(list)
    for run in runs:
        for department, time in run.departments.items():
            hours[department].append((run.record, time))
    return [
        _figure(
            name,
            {"department": department.value},
            sum(getattr(time, field) for _, time in hours[department]),
            "seconds",
            [record for record, _ in hours[department]],
        )
        for department in sorted(hours)
        for name, field in (("held_total", "total_s"), ("held_paused", "paused_s"))
    ]


def _figure(name: str, labels: Mapping[str, str], value: float, unit: str, records: Sequence[str]) -> Figure:
    return Figure(name=name, labels=dict(labels), value=value, unit=unit, records=tuple(records))


COMPLETION_TIME = Report(
    name="completion_time",
    title="Completion time",
    definition=(
        "Time from a record's trigger (or its reopening) to its close, for closes with outcome fulfilled on the local "
        "days asked about. raw: as the clock on the wall ran; worked: without the time the record was blocked. "
        "Percentiles are nearest-rank: each is a time that was really measured. By department: the one that closed it; "
        "held_total: the time each department held those records, whoever closed them."
    ),
    figures=completion_time,
)
