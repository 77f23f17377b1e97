"""What binds one record: its kind's definition and the hotel's rules for that kind."""

from dataclasses import dataclass

from services.records.domain.kinds import KindSpec
from services.records.domain.rules import KindRules
from services.records.domain.state import RecordState
from shared.contracts.stays import Stay


@dataclass(frozen=True)
class Terms:
    """A kind and the rules in force for it, under the version that records pin. `currency` is the property's.

    `stay` is the record's stay, looked up only where the hotel has conditions that may ask about it; `children` are
    its sub-tasks, looked up only where a command asks how they stand.
    """

    kind: KindSpec
    rules: KindRules
    version: int
    currency: str
    stay: Stay | None = None
    children: tuple[RecordState, ...] = ()
    chain_version: int = 1
