"""CEL as hotels write it about records: what it may speak of."""

from shared.contracts.expressions import FUNCTIONS, MAX_COST, MAX_DEPTH, MAX_LENGTH, Language, Unjudged, cost

NAMES = frozenset({"record", "fields", "stay", "now", "today", "time"})
"""What an expression may speak of."""

_LANGUAGE = Language(NAMES)
fault, names_in, holds = _LANGUAGE.fault, _LANGUAGE.names_in, _LANGUAGE.holds

__all__ = [
    "FUNCTIONS",
    "MAX_COST",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "NAMES",
    "Unjudged",
    "cost",
    "fault",
    "holds",
    "names_in",
]
