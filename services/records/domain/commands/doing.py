"""Who acts on a record, and who owns one by which rule."""

from collections.abc import Collection
from dataclasses import dataclass

from services.records.domain.ownership import OwnerBecause
from shared.contracts.identity import Actor, Role


@dataclass(frozen=True)
class StandIn:
    """Somebody a deputy may decide for on this day, with their roles; only while they are off duty.

    `delegated`: somebody who lent the roles themselves, on duty or not.
    """

    principal: str
    roles: frozenset[Role]
    off_duty: bool
    delegated: bool = False

    @property
    def serves(self) -> bool:
        """Whether the roles count now."""
        return self.off_duty or self.delegated


@dataclass(frozen=True)
class Doer:
    """Who acts, and as what."""

    actor: Actor
    roles: frozenset[Role] = frozenset()
    stands_in: tuple[StandIn, ...] = ()

    @property
    def id(self) -> str:
        """The person's or machine's id."""
        return self.actor.id

    def bears(self, roles: Collection[Role]) -> bool:
        """Whether one of these roles is the doer's own, or lent to them."""
        lent = (each.roles for each in self.stands_in if each.delegated)
        return bool(self.roles.union(*lent) & set(roles))

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
