"""The reports: one pure file each and one line here; and what facts give to their sums."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from services.reporting.domain.fact import Fact
from services.reporting.domain.question import Question, Report
from services.reporting.domain.standing import Standing
from services.reporting.domain.tally import Entry, differences
from services.reporting.reports.accuracy import ACCURACY
from services.reporting.reports.alert_effect import ALERT_EFFECT
from services.reporting.reports.alert_noise import ALERT_NOISE
from services.reporting.reports.bottlenecks import BOTTLENECKS
from services.reporting.reports.comparison import COMPARISON
from services.reporting.reports.completion_time import COMPLETION_TIME
from services.reporting.reports.corrections import CORRECTIONS
from services.reporting.reports.day import DAY
from services.reporting.reports.exceptions import EXCEPTIONS
from services.reporting.reports.financial_effect import FINANCIAL_EFFECT
from services.reporting.reports.guest_service import GUEST_SERVICE
from services.reporting.reports.hotel import hotel
from services.reporting.reports.money import MONEY
from services.reporting.reports.service_pressure import SERVICE_PRESSURE
from services.reporting.reports.staff_load import STAFF_LOAD
from services.reporting.reports.upsell import UPSELL
from services.reporting.reports.wording import report_said


def _worded(report: Report) -> Report:
    title, definition = report_said(report.name)
    return replace(report, title=title, definition=definition)


REPORTS: dict[str, Report] = {
    report.name: _worded(report)
    for report in (
        ACCURACY,
        ALERT_EFFECT,
        ALERT_NOISE,
        BOTTLENECKS,
        COMPARISON,
        COMPLETION_TIME,
        CORRECTIONS,
        DAY,
        EXCEPTIONS,
        FINANCIAL_EFFECT,
        GUEST_SERVICE,
        MONEY,
        SERVICE_PRESSURE,
        STAFF_LOAD,
        UPSELL,
    )
}
ENTRIES_VERSION = 3
"""Raise it whenever what a fact gives to the sums changes: they are then counted anew."""
APART = frozenset(family for report in REPORTS.values() for family in report.apart)
"""Families that are read hotel by hotel."""
LONG = 8
"""So many stretches in common are worth leaving out."""
_GIVING = tuple(
    (report.entries, report.basis, report.by_stretch) for report in REPORTS.values() if report.entries and report.basis
)


def entries_of(fact: Fact) -> list[Entry]:
    """All that a fact gives to the sums of all reports."""
    given = list(chain.from_iterable(give(fact) for give, _, _ in _GIVING))
    given += list(hotel(given))
    return given


def changes(before: Fact | None, after: Fact) -> list[Entry]:
    """What sums with `before` in them (None: nothing) lack of `after`; what stayed the same is not even counted."""
    found = list[Entry]()
    moved = before is None or before.zone != after.zone
    short = (before, after) if before is None or moved else _shortened(before, after)
    for give, basis, by_stretch in _GIVING:
        was = basis(before.life, before) if before is not None and before.life is not None else None
        now = basis(after.life, after) if after.life is not None else None
        if moved or was != now or (after.life is None and after.alerts):
            if before is None or (was is None and (before.life is not None or not before.alerts)):
                found += give(after)
            else:
                was_told, is_told = short if by_stretch else (before, after)
                assert was_told is not None
                found += differences(give(was_told), give(is_told))
    found += list(hotel(found))
    return found


def _shortened(before: Fact, after: Fact) -> tuple[Fact, Fact]:
    """Both without the stretches that they have in common but the first and the last of them: what a record's event
    costs does not grow with its history."""
    was, now = before.life, after.life
    if was is None or now is None:
        return before, after
    same = 0
    for one, other in zip(was.stretches, now.stretches, strict=False):
        if one != other:
            break
        same += 1
    if same < LONG:
        return before, after
    first = was.stretches[:1]
    return (
        before.model_copy(update={"life": was.model_copy(update={"stretches": first + was.stretches[same - 1 :]})}),
        after.model_copy(update={"life": now.model_copy(update={"stretches": first + now.stretches[same - 1 :]})}),
    )


def standing_entries(report: Report, one: Standing, question: Question) -> Iterator[Entry]:
    """What an open record gives to one report by the moment of asking."""
    return iter(report.standing(one, question)) if report.standing else iter(())
