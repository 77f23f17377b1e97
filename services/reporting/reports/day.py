"""The figures of the day: what is open, late and at risk now, and what the day has brought."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.local import day_of
from services.reporting.domain.question import Asked, Behind, Figure, Question, Report, count, share
from services.reporting.domain.standing import Standing
from services.reporting.domain.tally import ALL, Entry, group
from services.reporting.reports.flow import FLOW, basis, flow
from services.reporting.reports.money import MONEY_LINES, sums

NOW = "now"


def standing(one: Standing, question: Question) -> Iterator[Entry]:
    """One open record: by status and by department, and whether it is late or at risk."""
    day = day_of(question.now, one.zone)
    mine = (ALL, group(status=one.status), group(department=one.department))
    timing = "late" if one.late(question.now) else "at_risk" if one.at_risk(question.now) else None
    for name in mine:
        yield Entry(day, NOW, name, "open")
        if timing:
            yield Entry(day, NOW, name, timing)


def figures(asked: Asked) -> list[Figure]:
    """Open work as it stands now; everything else within the days asked about."""
    flows, now = asked.of(FLOW), asked.standing
    outcomes = [labels["outcome"] for _, labels in flows.groups("outcome")]
    scored = flows.get("scored")
    return [
        *(_now(asked, measure) for measure in ("open", "late", "at_risk")),
        *(_now(asked, "open", status=labels["status"]) for _, labels in now.groups("status")),
        *(_now(asked, m, department=d["department"]) for _, d in now.groups("department") for m in ("open", "late")),
        count("opened", flows, FLOW, "opened"),
        count("closed", flows, FLOW, "closed"),
        *(count("closed", flows, FLOW, "closed", outcome=outcome) for outcome in outcomes),
        share("closed_in_time", flows, FLOW, "in_time", "late"),
        count("exceptions", flows, FLOW, "exceptions", "exceptions"),
        Figure(name="upsell_answered", value=flows.get("won") + flows.get("lost"), unit="records",
               records=flows.get("won") + flows.get("lost"), behind=Behind(family=FLOW, measures=("won", "lost"))),
        count("upsell_won", flows, FLOW, "won"),
        share("conversion", flows, FLOW, "won", "lost"),
        *(share("conversion", flows, FLOW, "won", "lost", name) for name, _ in flows.groups("kind")),
        Figure(name="mean_score", value=round(flows.get("score") / scored, 2) if scored else None, unit="score",
               records=scored, behind=Behind(family=FLOW, measures=("scored",))),
        *sums(asked.of(MONEY_LINES)),
    ]  # fmt: skip


def _now(asked: Asked, measure: str, **labels: str) -> Figure:
    name = group(**labels)
    value = asked.standing.get(measure, name)
    behind = Behind(family=NOW, group=name, measures=(measure,), standing=True)
    return Figure(name=measure, labels=labels, value=value, unit="records", records=value, behind=behind)


def picture(found: Sequence[Figure]) -> Chart | None:
    """Open and late work by department."""
    some = [one for one in found if one.name in ("open", "late") and set(one.labels) == {"department"}]
    points = [(one.labels["department"], one.value, one.name) for one in some]
    return chart("Open now, and late of it", "department", "records", points, beside=True)


DAY = Report(
    name="day",
    figures=figures,
    families=(FLOW, MONEY_LINES),
    entries=flow,
    basis=basis,
    standing=standing,
    picture=picture,
)
