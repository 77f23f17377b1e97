"""What an agent earns by a sale: the hotel's rule for it, pinned on the record, and the lines of their statement."""

import enum
from collections.abc import Iterable

from pydantic import Field

from shared.contracts.values import MAX_MINOR_UNITS, Code, EntityId, Frozen, Instant, Money, Version

ALL_OF_IT = 10_000


class Incentive(Frozen):
    """What an agent gets for a sale of one offer, or of any: a share of what the guest pays, or a fixed amount."""

    rule: Code
    offer: Code | None = Field(
        default=None, description="The offer's code; absent: every offer without a rule of its own"
    )
    percent_bp: int | None = Field(default=None, strict=True, ge=0, le=ALL_OF_IT, description="Hundredths of a percent")
    fixed: int | None = Field(
        default=None, strict=True, ge=0, le=MAX_MINOR_UNITS, description="Minor units of the hotel's currency"
    )

    def of(self, amount: int) -> int:
        """What it comes to for an amount in minor units; half a unit is rounded up."""
        if self.fixed is not None:
            return self.fixed
        return (2 * amount * (self.percent_bp or 0) + ALL_OF_IT) // (2 * ALL_OF_IT)


class Earning(Frozen):
    """What a sale earns whom, by which rule at which version, as it was when it was sold."""

    agent: EntityId
    offer: Code
    amount: Money
    incentive: Money
    rule: Code | None = None
    rules_version: Version
    chain_rules_version: Version = 1


class LineKind(enum.StrEnum):
    """What a line of a statement says: sold, its charge stands (so it is earned), or taken back."""

    SOLD = "sold"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class EarningLine(Frozen):
    """One line of an agent's statement. Lines are only added: what is taken back later is a line of its own.

    `incentive` is what the line adds to what the agent gets: nothing when sold, less than nothing when taken back.
    """

    id: str
    kind: LineKind
    agent: EntityId
    property_id: str
    record_id: EntityId
    offer: Code
    amount: Money
    incentive: Money
    rule: Code | None = None
    rules_version: Version
    chain_rules_version: Version = 1
    adjusts: str | None = Field(default=None, description="The line that this one takes back")
    at: Instant


def rule_for(rules: Iterable[Incentive], offer: str) -> Incentive | None:
    """The rule of an offer: its own, else the one for every offer."""
    held = tuple(rules)
    own = next((each for each in held if each.offer == offer), None)
    return own or next((each for each in held if each.offer is None), None)
