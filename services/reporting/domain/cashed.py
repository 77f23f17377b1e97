"""What a cash desk or payment provider did by itself, as the third side of the match."""

import datetime as dt
from collections.abc import Iterator

from services.reporting.domain.tally import Entry, group
from shared.contracts.money import FinanceAction
from shared.contracts.values import Frozen, Money, Slug

CASHED = "cashed"


class Cashed(Frozen):
    """One action: what it was (`refund`, `deposit`, `dispute`, `charge`), on which local day."""

    id: str
    chain: Slug
    property_id: Slug
    what: str
    day: dt.date
    amount: Money

    @classmethod
    def of(cls, action: FinanceAction, chain: str, event_type: str, day: dt.date) -> "Cashed":
        """From its event, `finance.refund_seen.v1` for instance."""
        what = event_type.split(".")[1].removesuffix("_seen")
        return cls(id=action.id, chain=chain, property_id=action.property_id, what=what, day=day, amount=action.amount)


def entries(cashed: Cashed) -> Iterator[Entry]:
    """What it gives to the sums of its day; amounts without their sign, as desks write them either way."""
    name = group(currency=cashed.amount.currency)
    yield Entry(cashed.day, CASHED, name, cashed.what, abs(cashed.amount.amount))
    yield Entry(cashed.day, CASHED, name, f"{cashed.what}_lines")
