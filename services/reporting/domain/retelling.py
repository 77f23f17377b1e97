"""What each snapshot adds to confirmed values, questions and the sale of a record."""

import datetime as dt

from services.reporting.domain.fact import Asked, Confirmed, SaleSeen, whole_ms
from shared.contracts.records import RecordSnapshot

SOLD = "sold"
NO_RULE = "unnamed"


def confirmed(
    before: tuple[Confirmed, ...], record: RecordSnapshot, corrections: int, at: dt.datetime
) -> tuple[Confirmed, ...]:
    """Confirmations and corrections so far: the snapshot says how many corrections there are, not which they were."""
    checked = record.checked
    last = next((one for one in reversed(before) if not one.correction), None)
    rule = last.rule if last else (checked.rule if checked else NO_RULE)
    fresh = [Confirmed(at=at, rule=rule, department=record.department, correction=True)] * max(0, corrections)
    if checked is not None and (last is None or last.at < whole_ms(checked.at)):
        fresh.append(Confirmed(at=whole_ms(checked.at), rule=checked.rule, department=record.department))
    return (*before, *fresh) if fresh else before


def asked(before: tuple[Asked, ...], record: RecordSnapshot, at: dt.datetime) -> tuple[Asked, ...]:
    """Questions so far; one that is open no more was answered."""
    if not before and not record.open_questions:
        return before
    still = {one.id for one in record.open_questions}
    known = {one.id for one in before}
    kept = [one if one.answered_at or one.id in still else one.model_copy(update={"answered_at": at}) for one in before]
    kept += [
        Asked(id=one.id, asked_at=whole_ms(one.asked_at), answer_by=whole_ms(one.answer_by))
        for one in record.open_questions
        if one.id not in known
    ]
    return tuple(kept)


def sold(before: SaleSeen | None, record: RecordSnapshot, at: dt.datetime) -> SaleSeen | None:
    """The sale as it stands; when it was first offered and first sold stays."""
    sale = record.sale
    if sale is None:
        return before
    first = before.sold_at if before else None
    return SaleSeen(
        code=sale.code,
        campaign=sale.campaign,
        arm=sale.arm,
        segment=sale.segment,
        way=sale.way,
        state=sale.state,
        price=sale.bid or sale.quoted,
        at=before.at if before else at,
        sold_at=first or (at if sale.state == SOLD else None),
    )
