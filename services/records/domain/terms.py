"""What binds one record: its kind's definition and the hotel's rules for that kind."""

from dataclasses import dataclass

from services.records.domain.kinds import KindSpec
from services.records.domain.rules import KindRules
from services.records.domain.selling import Selling
from shared.contracts.stays import Stay


@dataclass(frozen=True)
class Terms:
    """A kind and the rules in force for it, under the version that records pin. `currency` is the property's.

    `stay` is the record's stay, looked up only where the hotel has conditions that may ask about it; `selling` the
    offer that the record sells, if it sells one.
    """

    kind: KindSpec
    rules: KindRules
    version: int
    currency: str
    stay: Stay | None = None
    chain_version: int = 1
    selling: Selling | None = None
