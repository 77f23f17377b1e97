"""Properties and staff: what a valid one is, and what a change of one says to everybody."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.contracts.cards import refuse_card
from shared.contracts.envelope import Change, NewEvent
from shared.contracts.errors import Breach, breached, conflict
from shared.contracts.identity import Actor, DataClass, Department, Role
from shared.contracts.staff import Absence, Mode, Property, PropertyEvent, Shift, StaffEvent, StaffMember
from shared.contracts.values import Code, Frozen, Slug, card_numbers, derived_id, zone

CHAIN_WIDE = "*"
MAX_PASSWORD = 128
MIN_PASSWORD = 10
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Z]{2})?$")

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Login = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@-]{0,99}$")]


class PropertyDraft(Frozen):
    """A property as an administrator writes it."""

    id: Slug
    name: Annotated[Name, AfterValidator(refuse_card)]
    zone: str = Field(max_length=64)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    departments: tuple[Department, ...] = tuple(Department)
    rooms: int = Field(default=0, strict=True, ge=0, le=100_000)
    mode: Mode = Mode.LIVE


class StaffDraft(Frozen):
    """A person as the directory takes them; without a role they may do nothing. `properties` null: every property."""

    display_name: Name
    roles: tuple[Role, ...]
    departments: tuple[Department, ...] = ()
    properties: tuple[Slug, ...] | None = None
    languages: tuple[str, ...] = Field(default=("en",), min_length=1, max_length=20)
    shifts: tuple[Shift, ...] = Field(default=(), max_length=50)
    skills: tuple[Code, ...] = Field(default=(), max_length=50)
    absences: tuple[Absence, ...] = Field(default=(), max_length=100)
    active: bool = True


class StaffPatch(Frozen):
    """The fields of a person that change; what is not named stays."""

    display_name: Name | None = None
    roles: tuple[Role, ...] | None = Field(default=None, min_length=1)
    departments: tuple[Department, ...] | None = None
    properties: tuple[Slug, ...] | Literal["all"] | None = None
    languages: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=20)
    shifts: tuple[Shift, ...] | None = Field(default=None, max_length=50)
    skills: tuple[Code, ...] | None = Field(default=None, max_length=50)
    absences: tuple[Absence, ...] | None = Field(default=None, max_length=100)
    active: bool | None = None


_RIGHTS = frozenset({"roles", "departments", "properties", "active"})
"""Fields whose change must end running sessions: their tokens still say the old thing."""


def staff_id_of(chain: str, login: str) -> str:
    """The id of a person loaded from a file, the same each time the file is loaded."""
    return derived_id("staff", chain, login)


def check_property(draft: PropertyDraft) -> None:
    """Refuse an unknown zone or no department, all breaches at once."""
    breaches = []
    try:
        zone(draft.zone)
    except ValueError as unknown:
        breaches.append(Breach(field="zone", rule="iana_zone", message=str(unknown)))
    if not draft.departments:
        breaches.append(Breach(field="departments", rule="not_empty", message="A hotel has a department."))
    if breaches:
        raise breached(breaches)


def check_staff(draft: StaffDraft, known_properties: Collection[str]) -> None:
    """Refuse unknown properties, languages, shifts, absences and card numbers in names, all breaches at once."""
    breaches = []
    for unknown in sorted(set(draft.properties or ()) - set(known_properties)):
        breaches.append(Breach(field="properties", rule="known_property", message=f"There is no property {unknown}."))
    for language in draft.languages:
        if not _LANGUAGE.fullmatch(language):
            breaches.append(Breach(field="languages", rule="language_code", message=f"{language!r} is no language."))
    for number, shift in enumerate(draft.shifts):
        breaches += _shift_breaches(number, shift, draft.departments)
    for number, absence in enumerate(draft.absences):
        if absence.end is not None and absence.end <= absence.start:
            message = "An absence ends after it begins."
            breaches.append(Breach(field=f"absences.{number}.end", rule="absence_length", message=message))
    if card_numbers(draft.display_name):
        breaches.append(Breach(field="display_name", rule="no_card_number", message="Card numbers are not stored."))
    if breaches:
        raise breached(breaches)


def _shift_breaches(number: int, shift: Shift, departments: Collection[Department]) -> list[Breach]:
    where = f"shifts.{number}"
    found = []
    if not shift.days or any(day not in range(7) for day in shift.days):
        found.append(Breach(field=f"{where}.days", rule="weekday", message="Days are 0 (Monday) to 6 (Sunday)."))
    if shift.start == shift.end:
        found.append(Breach(field=f"{where}.end", rule="shift_length", message="A shift ends at another time."))
    if shift.department is not None and shift.department not in departments:
        message = "A shift is in one of the person's departments."
        found.append(Breach(field=f"{where}.department", rule="own_department", message=message))
    if shift.start.tzinfo or shift.end.tzinfo:
        found.append(Breach(field=where, rule="local_time", message="Shifts are in the property's local time."))
    return found


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long to hash."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        message = f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters."
        raise breached([Breach(field="password", rule="password_length", message=message)])


def open_property(chain: str, draft: PropertyDraft) -> Property:
    """A new property at version 1."""
    return Property(chain=chain, version=1, **draft.model_dump())


def gone_live(before: Property) -> Property:
    """The property as it is once what it does leaves the house. There is no way back, and none out of training."""
    if before.mode is not Mode.SHADOW:
        raise conflict("not_in_shadow", f"{before.id} is no shadow: it is {before.mode.value}.")
    return before.model_copy(update={"mode": Mode.LIVE, "version": before.version + 1})


def hire(chain: str, staff_id: str, draft: StaffDraft) -> StaffMember:
    """A new person at version 1."""
    return StaffMember(id=staff_id, chain=chain, version=1, **draft.model_dump())


def redrawn(member: StaffMember, draft: StaffDraft) -> StaffMember:
    """The person as a draft says them, one version on; the same object when nothing differs."""
    wanted = {name: getattr(draft, name) for name in StaffDraft.model_fields}
    changed = {name for name, value in wanted.items() if getattr(member, name) != value}
    if not changed:
        return member
    if not wanted["active"]:
        wanted["delegations"] = ()  # what was lent to somebody who leaves does not wait for their return
    epoch = member.epoch + bool(changed & _RIGHTS)
    return member.model_copy(update=wanted | {"epoch": epoch, "version": member.version + 1})


def patched(member: StaffMember, patch: StaffPatch) -> StaffDraft:
    """The draft that a patch of a person amounts to; an explicit null other than absent changes nothing."""
    update = {name: getattr(patch, name) for name in patch.model_fields_set if getattr(patch, name) is not None}
    if update.get("properties") == "all":
        update["properties"] = None
    current = {name: getattr(member, name) for name in StaffDraft.model_fields}
    return StaffDraft(**(current | update))


def guard_last_rights(actor_id: str, before: StaffMember, after: StaffMember) -> None:
    """Nobody takes their own chain administration away: a chain would be left with no one who can give it back."""
    lost = Role.CHAIN_ADMIN in before.roles and (Role.CHAIN_ADMIN not in after.roles or not after.active)
    if lost and actor_id == before.id:
        raise conflict("own_administration", "Another administrator must take this role away.")


def administers(member: StaffMember) -> bool:
    """Whether a person can give everything back that a chain has lost."""
    return member.active and member.properties is None and Role.CHAIN_ADMIN in member.roles


def sessions_ended(member: StaffMember) -> StaffMember:
    """The person with every access token given so far refused."""
    return member.model_copy(update={"epoch": member.epoch + 1, "version": member.version + 1})


def noted(member: StaffMember) -> StaffMember:
    """The same person one version on: something was done about them that the directory itself does not show."""
    return member.model_copy(update={"version": member.version + 1})


def changes(before: Property | StaffMember | None, after: Property | StaffMember) -> tuple[Change, ...]:
    """The fields that differ; of staff they are of the class `staff`. Names stay in the state alone."""
    old = before.model_dump(mode="json") if before else {}
    new = after.model_dump(mode="json")
    data_class = DataClass.STAFF if isinstance(after, StaffMember) else DataClass.ORDINARY
    skip = {"version", "id", "chain"}
    return tuple(
        Change(field=name, data_class=data_class, before=old.get(name), after=value)
        for name, value in new.items()
        if name not in skip and old.get(name) != value
    )


def property_event(before: Property | None, after: Property, actor: Actor, now: dt.datetime) -> NewEvent:
    """`property.opened` or `property.changed`."""
    return NewEvent(
        type=f"property.{'changed' if before else 'opened'}.v1",
        chain=after.chain,
        property_id=after.id,
        subject=after.id,
        sequence=after.version,
        time=now,
        body=PropertyEvent(actor=actor, changes=changes(before, after), property=after),
    )


def staff_event(
    before: StaffMember | None, after: StaffMember, actor: Actor, now: dt.datetime, reason_code: str | None = None
) -> NewEvent:
    """`staff.hired`, `changed`, `left` or `sessions_ended`, by what differs."""
    return NewEvent(
        type=f"staff.{_verb(before, after)}.v1",
        chain=after.chain,
        property_id=_home(after.properties),
        subject=after.id,
        sequence=after.version,
        time=now,
        body=StaffEvent(actor=actor, changes=changes(before, after), staff=after, reason_code=reason_code),
    )


def _verb(before: StaffMember | None, after: StaffMember) -> str:
    if before is None:
        return "hired"
    if before.active and not after.active:
        return "left"
    only_epoch = (
        before.epoch != after.epoch
        and before.model_copy(update={"epoch": after.epoch, "version": after.version}) == after
    )
    return "sessions_ended" if only_epoch else "changed"


def _home(properties: Sequence[str] | None) -> str:
    """A person of one property is an event of that property, anyone else's concerns the chain."""
    return properties[0] if properties and len(properties) == 1 else CHAIN_WIDE


def dumped(thing: Property | StaffMember) -> dict[str, Any]:
    """The state as plain values, for a store or an answer."""
    return thing.model_dump(mode="json")
