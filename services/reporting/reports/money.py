"""R4, first part: what records asked to be charged, refunded, deposited or paid, and what became of it."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.chart import Chart, Panel, Point, in_panels
from services.reporting.domain.fact import Fact, Life, Line
from services.reporting.domain.local import day_of
from services.reporting.domain.question import Asked, Behind, Figure, Report
from services.reporting.domain.tally import Entry, Tally, group
from shared.contracts.identity import DataClass
from shared.contracts.money import PostingState
from shared.contracts.values import minor_digits

MONEY_LINES = "money"


POSTED, FAILED, WAITING, UNKNOWN, VOID = "posted", "failed", "waiting", "unknown", "void"
STATES = (POSTED, FAILED, WAITING, UNKNOWN)
_BECAME: dict[str, str] = {
    PostingState.DONE.value: POSTED,
    PostingState.FAILED.value: FAILED,
    PostingState.UNKNOWN.value: UNKNOWN,
    VOID: VOID,
}


def entries(fact: Fact) -> Iterator[Entry]:
    """Each line on the day it was first asked for: its amount and itself, under what became of it."""
    for line in fact.life.lines if fact.life else ():
        day, state = day_of(line.at, fact.zone), state_of(fact, line)
        name = group(currency=line.amount.currency, kind=line.kind.value)
        yield Entry(day, MONEY_LINES, name, state, line.amount.amount)
        yield Entry(day, MONEY_LINES, name, f"{state}_lines")


def state_of(fact: Fact, line: Line) -> str:
    """What became of a line: as its posting says, where there is one, else as the record does; else it waits."""
    if line.state == VOID:
        return VOID
    posting = max((one for one in fact.postings if one.line_id == line.id), key=lambda one: one.at, default=None)
    return _BECAME.get(posting.state.value if posting else line.state, WAITING)


def basis(life: Life, fact: Fact) -> object:
    """Lines, and what became of them."""
    return (life.lines, fact.postings) if life.lines else None


def figures(asked: Asked) -> list[Figure]:
    """Sums in minor units by kind of line, state and currency; `requested` is the sum of all states but void."""
    return sums(asked.of(MONEY_LINES))


def sums(tally: Tally) -> list[Figure]:
    """The sums of a tally of lines."""
    found = []
    for name, labels in tally.groups("currency", "kind"):
        asked = (("requested", STATES), *((state, (state,)) for state in (*STATES, VOID)))
        for title, states in asked:
            lines = sum(tally.get(f"{state}_lines", name) for state in states)
            if lines:
                found.append(amount(title, tally, MONEY_LINES, name, states, labels))
    return found


def amount(title: str, tally: Tally, family: str, name: str, measures: Sequence[str], labels: dict[str, str]) -> Figure:
    """An amount of money in minor units: an integer, always."""
    lines = tuple(f"{measure}_lines" for measure in measures)
    return Figure(
        name=title,
        labels=labels,
        value=sum(tally.get(measure, name) for measure in measures),
        unit=f"{labels['currency']} minor units",
        records=sum(tally.get(line, name) for line in lines),
        behind=Behind(family=family, group=name, measures=lines),
        data_class=DataClass.PAYMENT,
    )


def picture(found: Sequence[Figure]) -> Chart | None:
    """What became of the money, by kind: a panel for each currency."""
    some = [one for one in found if one.name in STATES]
    return by_currency("Money asked for, and what became of it", "kind", some)


def by_currency(title: str, across: str, some: Sequence[Figure]) -> Chart | None:
    """Amounts by a label, a panel with an axis of its own for each currency: they are never compared by height."""
    points = [
        Point(name=one.labels[across], value=one.value, part=one.name, panel=one.labels["currency"])
        for one in some
        if one.value is not None
    ]
    currencies = sorted({one.labels["currency"] for one in some})
    panels = [Panel(name=one, up=one, digits=minor_digits(one)) for one in currencies]
    return in_panels(title, across, points, panels)


MONEY = Report(
    name="money",
    figures=figures,
    families=(MONEY_LINES,),
    entries=entries,
    basis=basis,
    picture=picture,
)
