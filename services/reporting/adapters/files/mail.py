"""A report as an e-mail, ready for any mailer: the main figures as text, the picture inside, the workbook beside."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from services.reporting.adapters.files.pictures import png
from services.reporting.adapters.files.workbook import xlsx
from services.reporting.domain.question import Figure, Question, Report
from services.reporting.reports.wording import figure_said

MOST = 30
PICTURE = "picture@bellboard"


def eml(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The message; whom it goes to, and who sends it, is set by whoever sends it."""
    where = property_id or "all properties"
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"{report.title}: {where}, {question.start} to {question.end}"
    lines = [_line(report, one) for one in figures[:MOST]]
    message.set_content("\n".join([report.title, "", *lines, "", report.definition]))
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines)
    html = (
        f"<h1>{escape(report.title)}</h1><img alt='' src='cid:{PICTURE}'><ul>{rows}</ul><p>{escape(report.definition)}"
    )
    message.add_alternative(f"<!doctype html><html><body>{html}</p></body></html>", subtype="html")
    parts = message.get_payload()
    assert isinstance(parts, list)
    inside = parts[1]
    assert isinstance(inside, EmailMessage)
    drawn = png(report, question, figures, property_id)
    inside.add_related(drawn, "image", "png", cid=f"<{PICTURE}>")
    book = xlsx(report, question, figures, property_id)
    kind = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    message.add_attachment(book, maintype="application", subtype=kind, filename=f"{report.name}.xlsx")
    return message.as_bytes()


def _line(report: Report, one: Figure) -> str:
    labels = ", ".join(f"{name} {one.labels[name]}" for name in sorted(one.labels))
    value = "nothing to count" if one.value is None else f"{one.value:,}"
    title = figure_said(report.name, one.name).title
    return f"{title}{f' ({labels})' if labels else ''}: {value} {one.unit}"
