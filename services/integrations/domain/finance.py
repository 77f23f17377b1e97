"""Finance actions seen at a hotel's cash desk or payment provider; each is told once."""

import datetime as dt

from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.money import FINANCE_VERBS, FinanceAction, FinanceEvent
from shared.contracts.values import Money, derived_id

ME = system("integrations")
KINDS = tuple(verb.removesuffix("_seen") for verb in FINANCE_VERBS if verb.endswith("_seen"))


def seen(
    chain: str,
    property_id: str,
    *,
    vendor_id: str,
    kind: str,
    code: str,
    stay_id: str | None,
    amount: Money,
    at: dt.datetime,
) -> NewEvent:
    """The event of one action; the vendor's own id makes it once."""
    action = FinanceAction(
        id=derived_id("finance", property_id, vendor_id),
        property_id=property_id,
        stay_id=stay_id,
        code=code,
        amount=amount,
        at=at,
        version=1,
    )
    return NewEvent(
        type=f"finance.{kind}_seen.v1",
        chain=chain,
        property_id=property_id,
        subject=action.id,
        sequence=1,
        time=at,
        body=FinanceEvent(actor=ME, finance=action),
    )
