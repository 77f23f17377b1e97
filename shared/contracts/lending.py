"""What rights that one person lent another are worth at a moment: never more than the lender holds then."""

import datetime as dt
from collections.abc import Collection, Mapping

from shared.contracts.errors import forbidden
from shared.contracts.identity import Lent, Principal, Role
from shared.contracts.staff import Delegation, StaffMember

Places = frozenset[str] | None


def lent_to(person: StaffMember, staff: Mapping[str, StaffMember], now: dt.datetime) -> tuple[Lent, ...]:
    """What counts now of all that a person was lent; nothing of what their lenders were lent themselves."""
    found = (worth(each, person, staff.get(each.lender), now) for each in person.delegations)
    return tuple(each for each in found if each is not None)


def worth(each: Delegation, person: StaffMember, lender: StaffMember | None, now: dt.datetime) -> Lent | None:
    """One delegation at a moment: None outside its time, or once either is gone or the lender lost the role."""
    if not each.start <= now < each.end or lender is None or lender.chain != person.chain:
        return None
    roles = frozenset(each.roles) & frozenset(lender.roles)
    places = _meet(_meet(_places(each.properties), _places(lender.properties)), _places(person.properties))
    if not (lender.active and person.active and roles) or places == frozenset():
        return None
    return Lent(
        lender=lender.id,
        roles=roles,
        actions=None if each.actions is None else frozenset(each.actions),
        departments=frozenset(each.departments) & frozenset(lender.departments),
        properties=places,
    )


def bearing(person: StaffMember, staff: Mapping[str, StaffMember], property_id: str, now: dt.datetime) -> StaffMember:
    """The person with the roles (and their departments) that they may act in at a property now, lent ones too."""
    here = [one for one in lent_to(person, staff, now) if one.actions is None and one.at(property_id, None)]
    if not here:
        return person
    roles: list[Role] = [*person.roles, *sorted({role for one in here for role in one.roles} - set(person.roles))]
    departments = [*person.departments, *sorted({d for one in here for d in one.departments} - set(person.departments))]
    return person.model_copy(update={"roles": tuple(roles), "departments": tuple(departments)})


def require_another(caller: Principal, asked_by: str) -> None:
    """Four eyes: refuse whoever bears the rights of the one who asked; one's own is refused where it is kept."""
    if asked_by != caller.staff_id and caller.speaks_for(asked_by):
        raise forbidden("principals_request", "Nobody decides what somebody asked for whose rights they bear.")


def _places(properties: Collection[str] | None) -> Places:
    return None if properties is None else frozenset(properties)


def _meet(one: Places, other: Places) -> Places:
    if one is None or other is None:
        return other if one is None else one
    return one & other
