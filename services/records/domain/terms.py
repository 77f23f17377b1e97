"""What binds one record: its kind's definition and the hotel's rules for that kind."""

from dataclasses import dataclass

from services.records.domain.incentives import Incentive
from services.records.domain.kinds import KindSpec
from services.records.domain.rules import KindRules
from services.records.domain.selling import Selling
from services.records.domain.stakes import Spent
from services.records.domain.state import RecordState
from shared.contracts.stays import Stay

NOTHING = Spent()


@dataclass(frozen=True)
class Terms:
    """A kind and the rules in force for it, under the version that records pin. `currency` is the property's.

    `stay` is the record's stay, looked up only where the hotel has conditions that may ask about it, or what is
    decided names a value of it; `selling` the offer that the record sells, if it sells one. `spent` is looked up where
    money is asked for;  `children` are its sub-tasks, looked up only where a command asks how they stand.
    """

    kind: KindSpec
    rules: KindRules
    version: int
    currency: str
    stay: Stay | None = None
    children: tuple[RecordState, ...] = ()
    chain_version: int = 1
    selling: Selling | None = None
    spent: Spent = NOTHING
    incentives: tuple[Incentive, ...] = ()

    @property
    def causes(self) -> tuple[str, ...]:
        """The reason codes of exception notes: those the kind names, and the hotel's own."""
        return (*self.kind.causes, *(code for code in self.rules.causes if code not in self.kind.causes))
