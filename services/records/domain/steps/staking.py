"""What a person asks for on a record in money: written down, and held against the hotel's tiers."""

from collections.abc import Mapping
from typing import Any

from services.records.domain.act import Act
from services.records.domain.stakes import money_moved, tier_role, totals
from services.records.domain.state import Stake


def staked(act: Act, stake_id: str, amount: int) -> tuple[Stake, ...]:
    """What was asked for on the record so far, and this."""
    asked = Stake(id=stake_id, by=act.doer.id, at=act.now, amount=amount)
    return (*act.state.stakes, asked) if amount else act.state.stakes


def asked_for(act: Act, after: Mapping[str, Any]) -> int:
    """By how much a person's values move the record's money; what a topic reports was asked for by nobody here."""
    return money_moved(act.terms.kind, act.state.fields, after) if act.doer.bound else 0


def too_much(act: Act, amount: int) -> bool:
    """Whether an amount passes a tier, with all that it adds to."""
    asked = totals(act.state, act.terms.spent, act.doer.id, amount, act.now)
    return amount > 0 and tier_role(act.terms.rules.tiers, asked) is not None
