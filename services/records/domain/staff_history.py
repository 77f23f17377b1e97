"""Who worked at a hotel at a moment: the version of each person that was in force by then."""

import datetime as dt
from collections.abc import Iterable, Sequence

from shared.contracts.staff import StaffMember
from shared.contracts.values import Frozen, Instant


class StaffVersion(Frozen):
    """A person on the staff as they were from a moment on."""

    since: Instant
    member: StaffMember


def as_of(
    history: Iterable[StaffVersion], known: Iterable[StaffMember], property_id: str, at: dt.datetime
) -> tuple[StaffMember, ...]:
    """The active staff of a hotel at a moment, by id.

    Whose first word came later was not there yet; of whom only later words are kept (or none), the present ones count.
    """
    by_person: dict[str, list[StaffVersion]] = {}
    for each in history:
        by_person.setdefault(each.member.id, []).append(each)
    present = {member.id: member for member in known}
    found = [_then(by_person.get(one, ()), present.get(one), at) for one in sorted(present.keys() | by_person.keys())]
    here = [one for one in found if one is not None and one.active]
    return tuple(one for one in here if one.properties is None or property_id in one.properties)


def _then(versions: Sequence[StaffVersion], present: StaffMember | None, at: dt.datetime) -> StaffMember | None:
    past = [each for each in versions if each.since <= at]
    if past:
        return max(past, key=lambda each: each.member.version).member
    hired_later = any(each.member.version == 1 for each in versions)
    return None if hired_later else present
