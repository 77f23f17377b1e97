"""R6: how much work stood open for each hour that people were on duty, beside how long it took and what guests said."""

from collections.abc import Sequence

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.question import Asked, Behind, Figure, Report
from services.reporting.domain.statistics import rank_correlation
from services.reporting.domain.tally import Tally
from services.reporting.reports.bottlenecks import HOURS
from services.reporting.reports.completion_time import RUNS, WORKED
from services.reporting.reports.hotel import HOTEL

LEAST_DAYS = 10


def figures(asked: Asked) -> list[Figure]:
    """By department and shift: open load per staff hour; by department the median; over days, how the two go "
    "together."""
    hours, runs = asked.of(HOURS), asked.of(RUNS)
    found = []
    for name, labels in hours.groups("department", "shift"):
        on_duty = asked.around.staff_ms.get((labels["department"], labels["shift"]), 0)
        ms, behind = hours.get("ms", name), Behind(family=HOURS, group=name, measures=("n",))
        load = round(ms / on_duty, 2) if on_duty else None
        note = None if on_duty else "nobody_on_the_rota"
        found += [
            Figure(name="open_per_staff_hour", labels=labels, value=load, unit="records", behind=behind, note=note,
                   records=hours.get("n", name)),
            Figure(name="staff_hours", labels=labels, value=round(on_duty / 3_600_000, 2), unit="hours"),
        ]  # fmt: skip
    for name, labels in runs.groups("department"):
        at = runs.percentile(WORKED, 50, name)
        if at:
            behind = Behind(family=RUNS, group=name, measures=("n",))
            found.append(Figure(name="worked_p50", labels=labels, value=at[0], unit="seconds",
                                records=runs.get("n", name), behind=behind))  # fmt: skip
    return [*found, *_together(asked)]


def _together(asked: Asked) -> list[Figure]:
    """Rank correlation, over the days, of the load with the day's mean time and with its mean score."""
    days = [tallies[HOTEL] for tallies in asked.by_day.values() if HOTEL in tallies]
    closed, scored = [day for day in days if day.get("n")], [day for day in days if day.get("scored")]
    times = [day.get("worked_ms") / day.get("n") for day in closed]
    scores = [day.get("score") / day.get("scored") for day in scored]
    return [
        _correlated("load_with_time", closed, times, "n"),
        _correlated("load_with_score", scored, scores, "scored"),
    ]


def _correlated(name: str, days: Sequence[Tally], other: Sequence[float], counted: str) -> Figure:
    low, high, value = None, None, None
    if len(days) >= LEAST_DAYS:
        value, low, high = rank_correlation([day.get("held_ms") for day in days], other)
    note = None if value is not None else "too_few_days"
    if low is not None and high is not None and low <= 0 <= high:
        note = "may_be_chance"
    behind = Behind(family=HOTEL, measures=(counted,))
    records = sum(day.get(counted) for day in days)
    return Figure(
        name=name, value=value, unit="rank correlation", low=low, high=high, note=note, records=records, behind=behind
    )


def picture(found: Sequence[Figure]) -> Chart | None:
    """Open work per staff hour, by department and shift."""
    some = [one for one in found if one.name == "open_per_staff_hour"]
    points = [(one.labels["department"], one.value, one.labels["shift"]) for one in some]
    return chart("Open work per staff hour", "department", "records", points, beside=True)


SERVICE_PRESSURE = Report(
    name="service_pressure",
    figures=figures,
    families=(HOURS, RUNS),
    by_day=(HOTEL,),
    picture=picture,
)
