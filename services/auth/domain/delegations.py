"""Lending rights to a named person for a time: never more than one holds, never for long, never onward."""

import datetime as dt
from collections.abc import Mapping, Sequence

from pydantic import Field

from services.auth.domain.reach import within
from shared.contracts.errors import Breach, breached, conflict, not_found
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Delegation, StaffMember
from shared.contracts.values import AskedInstant, Code, EntityId, Frozen, Slug

LONGEST = dt.timedelta(days=31)
AHEAD = dt.timedelta(days=92)
MOST = 20
LENDABLE = frozenset(
    {
        Role.ASSOCIATE,
        Role.SUPERVISOR,
        Role.DUTY_MANAGER,
        Role.GENERAL_MANAGER,
        Role.REVENUE_MANAGER,
        Role.FINANCE,
    }
)
"""Administration, the auditor's independence, programs and broken glass are given by name or not at all."""


class DelegationDraft(Frozen):
    """What is lent to whom and until when. Departments and properties not named are all of the lender's.

    With `actions` only those are lent, e.g. the right to decide proposals, else all that the roles may do.
    """

    to: EntityId
    roles: tuple[Role, ...] = Field(min_length=1, max_length=len(Role))
    actions: tuple[Code, ...] | None = Field(default=None, min_length=1, max_length=50)
    departments: tuple[Department, ...] | None = None
    properties: tuple[Slug, ...] | None = Field(default=None, min_length=1, max_length=1000)
    start: AskedInstant | None = None
    end: AskedInstant
    reason_code: Code


def lend(
    delegation_id: str,
    draft: DelegationDraft,
    lender: StaffMember,
    to: StaffMember,
    known_actions: frozenset[str],
    now: dt.datetime,
) -> StaffMember:
    """Whom it is lent to, with it, one version on; all that is wrong with it at once."""
    delegation = Delegation(
        id=delegation_id,
        lender=lender.id,
        roles=tuple(dict.fromkeys(draft.roles)),
        actions=draft.actions,
        departments=lender.departments if draft.departments is None else draft.departments,
        properties=lender.properties if draft.properties is None else draft.properties,
        start=draft.start or now,
        end=draft.end,
    )
    faults = [
        *_faults_of_people(delegation, lender, to),
        *_faults_of_rights(delegation, lender, known_actions),
        *_faults_of_time(delegation, now),
    ]
    if faults:
        raise breached([Breach(field=field, rule=rule, message=message) for field, rule, message in faults])
    kept = [each for each in to.delegations if each.end > now]
    if any(each.id == delegation_id for each in kept):
        raise conflict("taken", "This was lent before; use another key.")
    if len(kept) >= MOST:
        raise conflict("delegations_enough", f"{MOST} are lent to this person; revoke one first.")
    return _with(to, [*kept, delegation])


def _with(to: StaffMember, delegations: Sequence[Delegation]) -> StaffMember:
    # Other rights: older tokens are refused, so that a factor the lent role asks for is asked for.
    update = {"delegations": tuple(delegations), "epoch": to.epoch + 1, "version": to.version + 1}
    return to.model_copy(update=update)


def _faults_of_people(each: Delegation, lender: StaffMember, to: StaffMember) -> list[tuple[str, str, str]]:
    found = []
    if to.id == lender.id:
        found.append(("to", "somebody_else", "Rights are lent to somebody else."))
    if to.service or not to.active or not to.roles:
        found.append(("to", "works_here", "Rights are lent to people who work here, with a role of their own."))
    if not within(each.properties, to.properties):
        found.append(("properties", "works_there", "They do not work at all of these hotels; name fewer."))
    return found


def _faults_of_rights(
    each: Delegation, lender: StaffMember, known_actions: frozenset[str]
) -> list[tuple[str, str, str]]:
    found = []
    unheld = sorted(set(each.roles) - set(lender.roles))
    if unheld:
        found.append(("roles", "own_roles", f"You do not hold {', '.join(unheld)} yourself."))
    barred = sorted(set(each.roles) - LENDABLE)
    if barred:
        found.append(("roles", "lendable", f"{', '.join(barred)} is given by an administrator and never lent."))
    unknown = sorted(set(each.actions or ()) - known_actions)
    if unknown:
        found.append(("actions", "known_action", f"There is no action {', '.join(unknown)}."))
    if not set(each.departments) <= set(lender.departments):
        found.append(("departments", "own_departments", "You do not work in all of these departments."))
    if not within(each.properties, lender.properties):
        found.append(("properties", "own_properties", "You do not work at all of these hotels."))
    return found


def _faults_of_time(each: Delegation, now: dt.datetime) -> list[tuple[str, str, str]]:
    if not now - dt.timedelta(minutes=5) <= each.start <= now + AHEAD:
        return [("start", "delegation_start", f"It begins within {AHEAD.days} days from now.")]
    if not each.start < each.end <= each.start + LONGEST or each.end <= now:
        return [("end", "delegation_length", f"It ends after it begins, within {LONGEST.days} days of that.")]
    return []


def revoke(to: StaffMember, delegation_id: str) -> StaffMember:
    """The person without one of what was lent to them, one version on."""
    if all(each.id != delegation_id for each in to.delegations):
        raise not_found("delegation")
    return _with(to, [each for each in to.delegations if each.id != delegation_id])


def swept(to: StaffMember, staff: Mapping[str, StaffMember], now: dt.datetime) -> StaffMember:
    """The person without what is over or whose lender has left; the same object where all of it stands."""
    stands = [
        each
        for each in to.delegations
        if each.end > now and (lender := staff.get(each.lender)) is not None and lender.active
    ]
    if len(stands) == len(to.delegations):
        return to
    gone = [each for each in to.delegations if each not in stands]
    if all(each.end <= now for each in gone):
        # What ended by the clock counts nowhere any more: nobody has to sign in anew for it.
        return to.model_copy(update={"delegations": tuple(stands), "version": to.version + 1})
    return _with(to, stands)
