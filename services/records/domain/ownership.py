"""Why a record has the owner it has: the rule that chose, and the few facts it went by."""

from shared.contracts.identity import Department
from shared.contracts.values import Code, EntityId, Frozen, Instant

MOST_SHOWN = 5


class Candidate(Frozen):
    """Somebody who could have had it: open records at that moment, and whether language and skill were met."""

    staff_id: EntityId
    load: int
    language: bool
    skill: bool


class OwnerBecause(Frozen):
    """What the owner rule went by. Of the candidates that stood equal by rule the least loaded few are kept."""

    rule: Code
    at: Instant
    department: Department
    language: str
    skill: Code | None = None
    on_duty: int = 0
    equals: int = 0
    candidates: tuple[Candidate, ...] = ()
    passed_over: tuple[EntityId, ...] = ()
