"""R1: time from trigger to close, pauses apart, and where that time went."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.fact import Close, Fact, Life
from services.reporting.domain.local import day_of, hour_of, shift_of, whole_ms_between
from services.reporting.domain.question import Asked, Behind, Figure, Report, count
from services.reporting.domain.tally import ALL, Entry, Tally, group, scaled
from services.reporting.domain.timeline import between
from services.reporting.reports.hotel import HOTEL
from shared.contracts.records import Outcome

PERCENTS = (50, 90, 99)
RUNS, WHEN, HELD = "runs", "runs_when", "held"
RAW, WORKED = "r", "w"


def entries(fact: Fact) -> Iterator[Entry]:
    """Each fulfilled close on its day: how long it took on scales, and what each department held of it."""
    life = fact.life
    for close in life.closes if life else ():
        if life is not None and close.outcome is Outcome.FULFILLED:
            yield from _run(fact, life, close)


def _run(fact: Fact, life: Life, close: Close) -> Iterator[Entry]:
    day = day_of(close.closed_at, fact.zone)
    stretches = between(life.stretches, close.began_at, close.closed_at)
    whole = whole_ms_between(close.began_at, close.closed_at)
    paused = sum(whole_ms_between(one.start, one.end) for one in stretches if one.paused and one.end)
    raw, worked = scaled(RAW, whole / 1000), scaled(WORKED, (whole - paused) / 1000)
    department = (stretches[-1].department if stretches else life.department).value
    hour = hour_of(close.began_at, fact.zone)
    runs = (ALL, group(department=department), group(kind=life.kind), group(department=department, kind=life.kind))
    when = (group(shift=shift_of(hour)), group(hour=f"{hour:02d}"))
    for family, names in ((RUNS, runs), (WHEN, when)):
        for name in names:
            yield from (Entry(day, family, name, measure) for measure in ("n", raw, worked))
            yield Entry(day, family, name, "ms", whole)
            yield Entry(day, family, name, "worked_ms", whole - paused)
    for one in stretches:
        if one.end is not None:
            length, held = whole_ms_between(one.start, one.end), group(department=one.department.value)
            yield Entry(day, HELD, held, "total_ms", length)
            yield Entry(day, HELD, held, "total_n")
            if one.paused:
                yield Entry(day, HELD, held, "paused_ms", length)
                yield Entry(day, HELD, held, "paused_n")


def basis(life: Life, fact: Fact) -> object:
    """Closes, and the stretches they are made of."""
    return (life.kind, life.closes, life.stretches) if life.closes else None


def figures(asked: Asked) -> list[Figure]:
    """Percentiles of the whole and by department, kind, both, shift, hour and property; then the hours held."""
    runs, when = asked.of(RUNS), asked.of(WHEN)
    found = [one for name in sorted(runs.sums) for one in percentiles(runs, RUNS, name)]
    found += [one for label in ("shift", "hour") for n, _ in when.groups(label) for one in percentiles(when, WHEN, n)]
    for property_id, tallies in sorted(asked.by_property.items()):
        mine = tallies.get(HOTEL)
        found += percentiles(mine, HOTEL, ALL, property=property_id) if mine else []
    held = asked.of(HELD)
    for name, labels in held.groups("department"):
        for which in ("total", "paused"):
            value, n = held.get(f"{which}_ms", name) / 1000, held.get(f"{which}_n", name)
            behind = Behind(family=HELD, group=name, measures=(f"{which}_n",))
            found.append(
                Figure(name=f"held_{which}", labels=labels, value=value, unit="seconds", records=n, behind=behind)
            )
    return found


def percentiles(tally: Tally, family: str, name: str, **more: str) -> list[Figure]:
    """Raw and pause-adjusted percentiles of one group; behind each stand the records that took about as long or "
    "more."""
    n = tally.get("n", name)
    if not n:
        return []
    closed = count("closed", tally, family, "n", "closes", **_labels(name))
    found = [closed.model_copy(update={"labels": closed.labels | more})]
    labels = _labels(name) | more
    scales = (("raw", RAW), ("worked", WORKED))
    by_scale = [(title, scale, tally.percentiles(scale, PERCENTS, name)) for title, scale in scales]
    for place, percent in enumerate(PERCENTS):
        for title, scale, ranked in by_scale:
            value, step, longer = ranked[place] if ranked else (0.0, 0, 0)
            behind = Behind(family=family, group=name, scale=scale, least=step)
            found.append(Figure(name=f"{title}_p{percent}", labels=labels, value=value, unit="seconds",
                                records=longer, behind=behind))  # fmt: skip
    return found


def _labels(name: str) -> dict[str, str]:
    return {} if name == ALL else dict(part.split("=", 1) for part in name.split("|"))


def picture(found: Sequence[Figure]) -> Chart | None:
    """Median and ninetieth percentile by department, in minutes."""
    names = {"raw_p50": "median", "raw_p90": "90 of 100"}
    some = [one for one in found if one.name in names and set(one.labels) == {"department"}]
    points = [(one.labels["department"], round((one.value or 0) / 60, 1), names[one.name]) for one in some]
    return chart("From trigger to close", "department", "minutes", points, beside=True)


COMPLETION_TIME = Report(
    name="completion_time",
    figures=figures,
    families=(RUNS, WHEN, HELD),
    apart=(HOTEL,),
    entries=entries,
    basis=basis,
    picture=picture,
)
