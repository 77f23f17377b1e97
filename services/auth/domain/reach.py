"""How far an administrator reaches: nobody changes a person who works, or bears lent rights, where they do not."""

import datetime as dt
from collections.abc import Collection

from shared.contracts.errors import forbidden
from shared.contracts.staff import Delegation, StaffMember

Places = Collection[str] | None
"""Properties by id; None: every property of the chain."""


def within(wanted: Places, held: Places) -> bool:
    """Whether the wanted properties lie within the held ones."""
    return held is None or (wanted is not None and set(wanted) <= set(held))


def reaches(places: Places, member: StaffMember) -> bool:
    """Whether all that a person works at lies within these properties."""
    return within(member.properties, places)


def require_reach(places: Places, member: StaffMember) -> None:
    """Refuse touching somebody who works at a property beyond one's own, too."""
    if not reaches(places, member):
        message = "This person works at properties that are not yours, too: somebody in charge of all of them decides."
        raise forbidden("works_elsewhere", message)


def lent(member: StaffMember, now: dt.datetime) -> list[Delegation]:
    """What a person bears of others' rights, or will."""
    return [each for each in member.delegations if each.end > now]
