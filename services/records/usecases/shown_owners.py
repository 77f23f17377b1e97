"""What callers are shown of a record's owner: why, and who could have it now."""

from services.records.domain.owners import Standing
from services.records.domain.ownership import Candidate, OwnerBecause
from shared.contracts.values import Frozen


class ShownCandidate(Candidate):
    """One of the department's people, and how they stand towards the record."""

    standing: Standing


class ShownOwner(Frozen):
    """Who owns a record by which rule and why, and whom it would choose now. At most 50 candidates, best first."""

    record_id: str
    owner: str
    owner_rule: str
    because: OwnerBecause | None
    declined_by: tuple[str, ...]
    handoffs: int
    now: OwnerBecause
    now_owner: str
    candidates: tuple[ShownCandidate, ...]
