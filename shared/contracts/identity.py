"""Who acts and what they are: departments, roles, data classes, actors."""

import enum

from pydantic import Field

from shared.contracts.values import Code, EntityId, Frozen, Slug, Wire


class Department(enum.StrEnum):
    """The departments of a hotel that can hold a record."""

    FRONT_OFFICE = "front_office"
    HOUSEKEEPING = "housekeeping"
    CONCIERGE = "concierge"
    FOOD_BEVERAGE = "food_beverage"
    MAINTENANCE = "maintenance"
    GUEST_RELATIONS = "guest_relations"
    REVENUE = "revenue"
    FINANCE = "finance"


class Role(enum.StrEnum):
    """What a person may be in a chain; a person may hold several."""

    ASSOCIATE = "associate"
    SUPERVISOR = "supervisor"
    DUTY_MANAGER = "duty_manager"
    GENERAL_MANAGER = "general_manager"
    REVENUE_MANAGER = "revenue_manager"
    FINANCE = "finance"
    AUDITOR = "auditor"
    CHAIN_ADMIN = "chain_admin"
    INTEGRATION = "integration"
    BREAK_GLASS = "break_glass"


MANAGERS = frozenset({Role.SUPERVISOR, Role.DUTY_MANAGER, Role.GENERAL_MANAGER, Role.REVENUE_MANAGER})
"""Roles that may review an exception or decide a proposal, each within its department or property."""


class DataClass(enum.StrEnum):
    """How sensitive a field is (P2); the permission layer masks and logs by it."""

    ORDINARY = "ordinary"
    GUEST_IDENTITY = "guest_identity"
    PAYMENT = "payment"
    SECURITY = "security"
    STAFF = "staff"
    PRIVATE_STAY = "private_stay"


class ActorKind(enum.StrEnum):
    """What acted."""

    STAFF = "staff"
    POLICY = "policy"
    GUEST = "guest"
    PMS = "pms"
    SYSTEM = "system"


class Actor(Wire):
    """Who did it, as every event says: ids and roles only, never a name."""

    kind: ActorKind
    id: EntityId
    role: Code | None = None
    session: EntityId | None = None
    lent_by: tuple[EntityId, ...] = Field(default=(), description="Whose rights the actor bore then, beside their own")


class Lent(Frozen):
    """Rights of somebody else that a caller bears at this moment, as far as the lender holds them now."""

    lender: EntityId
    roles: frozenset[Role]
    actions: frozenset[str] | None = Field(default=None, description="None: all that these roles may do")
    departments: frozenset[Department] = frozenset()
    properties: frozenset[str] | None = Field(default=None, description="None: every property of the chain")

    def at(self, property_id: str | None, held: frozenset[str] | None) -> bool:
        """Whether they count at a property; asked about none, they must count at all that the bearer works at."""
        if self.properties is None:
            return True
        return (
            property_id in self.properties if property_id is not None else held is not None and held <= self.properties
        )


class Principal(Frozen):
    """A verified caller of one chain, as its token says."""

    staff_id: EntityId
    chain: Slug
    roles: frozenset[Role]
    properties: frozenset[str] | None = Field(default=None, description="None: every property of the chain")
    departments: frozenset[Department] = frozenset()
    session: EntityId
    epoch: int = 0
    language: str = "en"
    second_factor: bool = Field(default=False, description="Whether this session showed a second factor")
    scopes: frozenset[str] | None = Field(
        default=None, description="`action:kind` each: all that a key is for; None for a person"
    )
    lent: tuple[Lent, ...] = Field(default=(), description="What others lent the caller, as it counts now")

    @property
    def actor(self) -> Actor:
        """This caller as the actor of an event, under the highest of its roles."""
        lenders = tuple(sorted({each.lender for each in self.lent}))
        return Actor(kind=ActorKind.STAFF, id=self.staff_id, role=self.rank, session=self.session, lent_by=lenders)

    @property
    def alone(self) -> "Principal":
        """The caller with their own rights only: what is lent is never lent on, nor made lasting."""
        return self.model_copy(update={"lent": ()}) if self.lent else self

    def roles_at(self, property_id: str | None) -> frozenset[Role]:
        """The roles borne at a property, lent ones too; asked about none, at all properties the caller works at."""
        lent = (each.roles for each in self.lent if each.actions is None and each.at(property_id, self.properties))
        return self.roles.union(*lent)

    def speaks_for(self, staff_id: str) -> bool:
        """Whether this is the caller, or somebody whose rights they bear: neither's request is theirs to decide."""
        return staff_id == self.staff_id or any(each.lender == staff_id for each in self.lent)

    @property
    def rank(self) -> Role:
        """The highest role held."""
        return max(self.roles, key=list(Role).index) if self.roles else Role.ASSOCIATE

    def holds(self, *roles: Role) -> bool:
        """Whether any of these roles is held."""
        return bool(self.roles & set(roles))


def system(name: str) -> Actor:
    """A service acting by itself."""
    return Actor(kind=ActorKind.SYSTEM, id=name)


def policy(version: int) -> Actor:
    """The hotel's own policy, acting inside its limits."""
    return Actor(kind=ActorKind.POLICY, id=f"policy@{version}")
