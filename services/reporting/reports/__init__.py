"""The reports: one pure file each and one line here."""

from services.reporting.domain.question import Report
from services.reporting.reports.alert_effect import ALERT_EFFECT
from services.reporting.reports.completion_time import COMPLETION_TIME
from services.reporting.reports.day import DAY
from services.reporting.reports.exceptions import EXCEPTIONS
from services.reporting.reports.money import MONEY

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        ALERT_EFFECT,
        COMPLETION_TIME,
        DAY,
        EXCEPTIONS,
        MONEY,
    )
}
