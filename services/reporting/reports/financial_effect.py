"""R4: what money is missing, went back, leaked or waits, and what recovery cost, by cause."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.cashed import CASHED
from services.reporting.domain.chart import Chart
from services.reporting.domain.fact import Fact, Life, Line
from services.reporting.domain.local import day_of
from services.reporting.domain.question import Asked, Figure, Report
from services.reporting.domain.tally import Entry, group
from services.reporting.reports.money import (
    FAILED,
    MONEY_LINES,
    POSTED,
    UNKNOWN,
    VOID,
    WAITING,
    amount,
    by_currency,
    state_of,
)
from shared.contracts.identity import DataClass
from shared.contracts.records import LineKind, Outcome

EFFECT = "money_effect"
MISSED, WRONG, LEAK, PRESSURE, RECOVERY = (
    "missed_charge",
    "wrong_refund",
    "cost_leak",
    "settlement_pressure",
    "recovery",
)
NO_CAUSE = "unnamed"
RECOVERY_KIND = "service_recovery"


def entries(fact: Fact) -> Iterator[Entry]:
    """Each line on the day it was asked for, under what is wrong with it, if anything."""
    life = fact.life
    for line in life.lines if life else ():
        if life is None or line.state == VOID:
            continue
        day, cause = day_of(line.at, fact.zone), life.cause or NO_CAUSE
        for what in effects(fact, line):
            for name in (group(currency=line.amount.currency), group(cause=cause, currency=line.amount.currency)):
                yield Entry(day, EFFECT, name, what, line.amount.amount)
                yield Entry(day, EFFECT, name, f"{what}_lines")


def effects(fact: Fact, line: Line) -> list[str]:
    """What is wrong with one line, by comparing the record with what folio and provider said of it."""
    life, state = fact.life, state_of(fact, line)
    assert life is not None
    won = bool(life.closes) and life.closes[-1].outcome is Outcome.FULFILLED
    found = []
    if line.kind is LineKind.CHARGE and not life.is_open and (state == FAILED or (won and state == WAITING)):
        found.append(MISSED)
    if line.kind is LineKind.REFUND and state == POSTED and (_beyond(fact, line) or (not life.is_open and not won)):
        found.append(WRONG)
    if line.kind is LineKind.COST and not life.is_open and not won:
        found.append(LEAK)
    if state in (WAITING, UNKNOWN):
        found.append(PRESSURE)
    if life.kind == RECOVERY_KIND and line.kind in (LineKind.COST, LineKind.REFUND):
        found.append(RECOVERY)
    return found + (["posted_differs"] if _differs(fact, line) else [])


def _beyond(fact: Fact, line: Line) -> bool:
    """A refund of more than the line it takes back."""
    assert fact.life is not None
    original = next((one for one in fact.life.lines if one.id == line.adjusts), None)
    return original is not None and abs(line.amount.amount) > abs(original.amount.amount)


def _differs(fact: Fact, line: Line) -> bool:
    """What was posted is not what the record asks for."""
    return any(one.line_id == line.id and one.amount != line.amount for one in fact.postings)


SEEN = ("charge", "deposit", "refund", "dispute")
WHATS = (MISSED, WRONG, LEAK, PRESSURE, RECOVERY, "posted_differs")


def basis(life: Life, fact: Fact) -> object:
    """Lines with what became of them, and how the work ended."""
    return (life.lines, fact.postings, life.closes, life.is_open, life.cause, life.kind) if life.lines else None


def figures(asked: Asked) -> list[Figure]:
    """Sums in minor units by currency, then by cause."""
    tally = asked.of(EFFECT)
    found = [
        amount(what, tally, EFFECT, name, (what,), labels)
        for labels_wanted in (("currency",), ("cause", "currency"))
        for name, labels in tally.groups(*labels_wanted)
        for what in WHATS
        if tally.get(f"{what}_lines", name)
    ]
    return [*found, *_matched(asked)]


def _matched(asked: Asked) -> Iterator[Figure]:
    """What desk and provider say, and how far it is from what records had posted, both without their sign."""
    seen, lines = asked.of(CASHED), asked.of(MONEY_LINES)
    for name, labels in seen.groups("currency"):
        for what in SEEN:
            if seen.get(f"{what}_lines", name):
                one = amount(f"seen_{what}", seen, CASHED, name, (what,), labels)
                yield one.model_copy(update={"behind": None})
        if seen.get("refund_lines", name):
            ours = abs(lines.get(POSTED, group(currency=labels["currency"], kind=LineKind.REFUND.value)))
            yield Figure(name="refunds_not_of_records", labels=labels, value=seen.get("refund", name) - ours,
                         unit=f"{labels['currency']} minor units", data_class=DataClass.PAYMENT)  # fmt: skip


def picture(found: Sequence[Figure]) -> Chart | None:
    """What is wrong, by cause: a panel for each currency."""
    return by_currency("Financial effect by cause", "cause", [one for one in found if "cause" in one.labels])


FINANCIAL_EFFECT = Report(
    name="financial_effect",
    figures=figures,
    families=(EFFECT, CASHED, MONEY_LINES),
    entries=entries,
    basis=basis,
    picture=picture,
)
