"""What our postings do to a stay's balance; pure."""

import dataclasses
import datetime as dt

from services.integrations.domain.following import Kept
from services.integrations.domain.postings import ME
from services.integrations.domain.stays import changes_between
from shared.contracts.envelope import NewEvent
from shared.contracts.stays import StayEvent
from shared.contracts.values import Money


def balanced(kept: Kept, posted: int, now: dt.datetime) -> tuple[Kept, NewEvent | None]:
    """The stay once our folio lines sum up to `posted` minor units; no event when they did before."""
    if posted == kept.posted:
        return kept, None
    before = kept.stay
    balance = Money(amount=before.balance.amount - kept.posted + posted, currency=before.balance.currency)
    after = before.model_copy(update={"balance": balance, "version": before.version + 1})
    event = NewEvent(
        type="stay.changed.v1",
        chain=after.chain,
        property_id=after.property_id,
        subject=after.id,
        sequence=after.version,
        time=now,
        body=StayEvent(actor=ME, changes=changes_between(before, after), stay=after),
    )
    return dataclasses.replace(kept, stay=after, posted=posted, backfill=False), event
