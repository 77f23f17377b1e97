"""Who is away from work, as `staff.v1` has told this service: kept beside the policy projection, which may lag."""

import datetime as dt

from shared.contracts.staff import Absence, StaffMember
from shared.contracts.values import EntityId, Frozen, Slug, Version


class Duty(Frozen):
    """What is known of one person's being there."""

    staff_id: EntityId
    chain: Slug
    active: bool
    properties: tuple[Slug, ...] | None
    absences: tuple[Absence, ...]
    version: Version

    def away(self, now: dt.datetime) -> bool:
        """Whether the person does not work now, at any property."""
        absent = any(each.start <= now and (each.end is None or now < each.end) for each in self.absences)
        return absent or not self.active

    def may_own(self, property_id: str, now: dt.datetime) -> bool:
        """Whether work of a property may stay with the person."""
        return not self.away(now) and (self.properties is None or property_id in self.properties)


def duty_of(person: StaffMember) -> Duty:
    """A member of the staff as this service keeps them."""
    same = {name: getattr(person, name) for name in ("chain", "active", "properties", "version")}
    # Whose shift a colleague took is off duty, as after any shift: their open work stays theirs.
    absences = tuple(each for each in person.absences if each.swap_id is None)
    return Duty(staff_id=person.id, absences=absences, **same)


def sweeps(duty: Duty, now: dt.datetime) -> dict[str, dt.datetime]:
    """When work has to be taken from a person, by the id of its timer: at each absence to come, and now if need be.

    The version is part of what is due now, so that an absence that is said anew is looked at anew.
    """
    coming = {
        f"absent:{duty.staff_id}:{int(each.start.timestamp())}": each.start
        for each in duty.absences
        if each.start > now and (each.end is None or each.end > each.start)
    }
    at_once = duty.away(now) or duty.properties is not None
    return coming | ({f"absent:{duty.staff_id}:v{duty.version}": now} if at_once else {})
