"""A person of each role in each place: of the thing's hotel or another, its department or another, another chain."""

from dataclasses import dataclass

from shared.contracts.identity import Department, Principal, Role
from shared.contracts.staff import StaffMember
from tests.factories.records import CHAIN

OTHER_CHAIN = "elsewhere"
HOTELS = ("city", "resort")
FOREIGN_HOTEL = "chalet"


@dataclass(frozen=True)
class Person:
    """Somebody of the cast: `of_property` and `of_department` say whether the thing asked about is theirs."""

    member: StaffMember
    of_property: bool
    of_department: bool

    @property
    def principal(self) -> Principal:
        """As a token would say them."""
        held = self.member
        return Principal(
            staff_id=held.id,
            chain=held.chain,
            roles=frozenset(held.roles),
            properties=None if held.properties is None else frozenset(held.properties),
            departments=frozenset(held.departments),
            session=f"session-{held.id}",
        )

    @property
    def whole_chain(self) -> bool:
        """Whether they work for all of it."""
        return self.member.properties is None


def _member(
    name: str, roles: tuple[Role, ...], properties: tuple[str, ...] | None, department: Department, chain: str = CHAIN
) -> StaffMember:
    return StaffMember(
        id=name,
        chain=chain,
        display_name=f"Name of {name}",
        properties=properties,
        departments=(department,),
        roles=roles,
        languages=("en",),
        skills=("zz_staff_canary",),
        version=1,
    )


def cast(department: Department, other: Department) -> tuple[Person, ...]:
    """Five people of each role."""
    people: list[Person] = []
    for role in Role:
        name = role.value.replace("_", "-")
        people += [
            Person(_member(f"{name}-own", (role,), ("city",), department), True, True),
            Person(_member(f"{name}-stranger", (role,), ("city",), other), True, False),
            Person(_member(f"{name}-elsewhere", (role,), ("resort",), department), False, True),
            Person(_member(f"{name}-chain", (role,), None, department), True, True),
            Person(_member(f"{name}-foreign", (role,), None, department, OTHER_CHAIN), False, True),
        ]
    return tuple(people)


def everything(department: Department) -> StaffMember:
    """Somebody who may do all that is needed to furnish a house."""
    roles = tuple(role for role in Role if role is not Role.BREAK_GLASS)
    return _member("furnisher", roles, None, department)


def second(department: Department) -> StaffMember:
    """Another one of these, for what takes two."""
    return everything(department).model_copy(update={"id": "second-furnisher"})
