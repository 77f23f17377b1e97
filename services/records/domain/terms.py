"""What binds one record: its kind's definition and the hotel's rules for that kind."""

from dataclasses import dataclass

from services.records.domain.kinds import KindSpec
from services.records.domain.rules import KindRules


@dataclass(frozen=True)
class Terms:
    """A kind and the rules in force for it, under the version that records pin. `currency` is the property's."""

    kind: KindSpec
    rules: KindRules
    version: int
    currency: str
