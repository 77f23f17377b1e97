"""Who acts on a record, and who owns one by which rule."""

from dataclasses import dataclass

from services.records.domain.ownership import OwnerBecause
from shared.contracts.identity import Actor, Role


@dataclass(frozen=True)
class Doer:
    """Who acts, and as what."""

    actor: Actor
    roles: frozenset[Role] = frozenset()

    @property
    def id(self) -> str:
        """The person's or machine's id."""
        return self.actor.id

    @property
    def bound(self) -> bool:
        """Whether the hotel's limits and conditions refuse what they do at once.

        Callers, who bear roles, are told and may mend it. What a topic reports has happened: it is kept, and its record
        cannot be confirmed or approved before it is put right.
        """
        return bool(self.roles)


@dataclass(frozen=True)
class Ownership:
    """An owner, the code of the rule that chose it, and what it went by where a rule did."""

    owner: str
    rule: str
    because: OwnerBecause | None = None
