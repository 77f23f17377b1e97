"""Who carries how much: closes, time held and hand-offs by person; for those who may read about staff."""

from collections import Counter
from collections.abc import Iterator, Sequence

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.local import day_of, whole_ms_between
from services.reporting.domain.question import Asked, Behind, Figure, Question, Report
from services.reporting.domain.standing import Standing
from services.reporting.domain.tally import Entry, group
from shared.contracts.identity import DataClass

STAFF = "staff"
MOST_PEOPLE = 25


def entries(fact: Fact) -> Iterator[Entry]:
    """Each close for who had it; each stretch that ended, pauses apart, for who held it, on the day it ended."""
    life = fact.life
    if life is None:
        return
    for close in life.closes:
        day, name = day_of(close.closed_at, fact.zone), group(staff=close.owner)
        yield Entry(day, STAFF, name, "closed")
        if close.closed_at > close.due_at:
            yield Entry(day, STAFF, name, "closed_late")
    for one in life.stretches:
        if one.end is not None and not one.paused:
            held = whole_ms_between(one.start, one.end)
            day, name = day_of(one.end, fact.zone), group(staff=one.owner)
            yield Entry(day, STAFF, name, "ms", held)
            yield Entry(day, STAFF, name, "held")


def standing(one: Standing, question: Question) -> Iterator[Entry]:
    """An open record for who has it."""
    yield Entry(day_of(question.now, one.zone), STAFF, group(staff=one.owner), "open_now")


def basis(life: Life, fact: Fact) -> object:
    """Closes and stretches."""
    return (life.closes, life.stretches)


def figures(asked: Asked) -> list[Figure]:
    """By person: open now, closed, closed late, hours held."""
    tally = asked.of(STAFF)
    tally.add(asked.standing.sums)
    found = []
    for name, labels in tally.groups("staff"):
        for measure, unit, scale in (("open_now", "records", 1), ("closed", "closes", 1), ("closed_late", "closes", 1),
                                     ("ms", "seconds", 1000)):  # fmt: skip
            value, title = tally.get(measure, name), "held" if measure == "ms" else measure
            behind = Behind(family=STAFF, group=name, measures=(title,), standing=measure == "open_now")
            one = Figure(name=title, labels=labels, value=value / scale if scale > 1 else value, unit=unit)
            more = {"records": tally.get(title, name), "behind": behind, "data_class": DataClass.STAFF}
            found.append(one.model_copy(update=more))
    return found


def picture(found: Sequence[Figure]) -> Chart | None:
    """Open and closed by person."""
    some = [one for one in found if one.name in ("open_now", "closed")]
    loads = Counter[str]()
    for one in some:
        loads[one.labels["staff"]] += int(one.value or 0)
    most = [person for person, _ in loads.most_common(MOST_PEOPLE)]
    by_load = sorted((one for one in some if one.labels["staff"] in most), key=lambda o: most.index(o.labels["staff"]))
    title = "Load by person" if len(loads) <= MOST_PEOPLE else f"Load by person, the {MOST_PEOPLE} with most"
    return chart(title, "person", "records", [(one.labels["staff"], one.value, one.name) for one in by_load])


STAFF_LOAD = Report(
    name="staff_load",
    figures=figures,
    families=(STAFF,),
    entries=entries,
    basis=basis,
    by_stretch=True,
    standing=standing,
    picture=picture,
)
