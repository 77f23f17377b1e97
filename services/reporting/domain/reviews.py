"""Public reviews out of a CSV file: the day and the score, nothing that anybody wrote and nobody's name."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from services.reporting.domain.tally import ALL, Entry
from shared.contracts.errors import Breach, breached
from shared.contracts.values import Code, Frozen, derived_id

REVIEWS = "reviews"
MOST_ROWS = 20_000


class Review(Frozen):
    """One review: its score in tenths of a point of ten."""

    id: str
    source: Code
    day: dt.date
    tenths: int


def parsed(text: str, property_id: str, source: str) -> list[Review]:
    """The reviews of a file with the columns `date`, `score`, and if they are there `scale` (10) and `id`.

    Every row that is wrong is named by its line, all at once, and nothing is taken. Without ids two rows of one day
    and score are two reviews, and the same file read again gives the same ids.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in ("date", "score") if name not in (reader.fieldnames or ())]
    if missing:
        raise breached(
            [Breach(field=f"csv.{n}", rule="column_missing", message=f"Column {n} is missing.") for n in missing]
        )
    found, wrong, twins = list[Review](), list[Breach](), Counter[str]()
    for line, row in enumerate(reader, 2):
        if line > MOST_ROWS + 1:
            wrong.append(Breach(field="csv", rule="too_long", message=f"At most {MOST_ROWS} rows at a time."))
            break
        try:
            day, tenths = dt.date.fromisoformat((row["date"] or "").strip()), _tenths(row["score"], row.get("scale"))
        except (ValueError, InvalidOperation) as failure:
            message = str(failure) if isinstance(failure, ValueError) else "The score is a number."
            wrong.append(Breach(field=f"csv.line_{line}", rule="row", message=f"Line {line}: {message}"))
            continue
        known = (row.get("id") or "").strip() or f"{day}|{tenths}"
        twins[known] += 1
        name = known if (row.get("id") or "").strip() else f"{known}|{twins[known]}"
        found.append(Review(id=derived_id("review", property_id, source, name), source=source, day=day, tenths=tenths))
    if wrong:
        raise breached(wrong[:50])
    return list({one.id: one for one in found}.values())


def _tenths(score: str | None, scale: str | None) -> int:
    most = Decimal((scale or "").strip() or "10")
    value = Decimal((score or "").strip())
    if not most.is_finite() or not value.is_finite() or most <= 0 or not 0 <= value <= most:
        raise ValueError("The score lies between 0 and its scale.")
    return int((value * 100 / most).to_integral_value())


def entries(review: Review) -> Iterator[Entry]:
    """What a review gives to the sums of its day."""
    yield Entry(review.day, REVIEWS, ALL, "scored")
    yield Entry(review.day, REVIEWS, ALL, "score", review.tenths)
    yield Entry(review.day, REVIEWS, ALL, "score2", review.tenths**2)
