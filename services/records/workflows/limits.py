"""How a kind writes the limits it brings along."""

from services.records.domain.limits import Limit
from services.records.domain.rules import AutoApproval

SWITCHED_ON_BY = "chain-defaults"
A_DAY_S = 24 * 3600


def auto(*limits: Limit) -> AutoApproval:
    """What the policy may approve by itself before a hotel says otherwise."""
    return AutoApproval(limits=limits, switched_on_by=SWITCHED_ON_BY)


def between(rule: str, field: str, least: int | str, most: int | str) -> Limit:
    """From a value to another, both included."""
    return Limit(rule=rule, field=field, at_least=least, at_most=most)


def among(rule: str, field: str, *values: str) -> Limit:
    """One of these values."""
    return Limit(rule=rule, field=field, allowed=values)
