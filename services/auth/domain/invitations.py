"""Invitations: a code that lets one person set their password, once, for a while."""

import datetime as dt
import hashlib

from services.auth.domain.reach import lent, require_reach, within
from shared.contracts.errors import forbidden
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.staff import StaffMember
from shared.contracts.values import EntityId, Frozen, Slug

FIRST_TTL = dt.timedelta(hours=72)
"""For a person who has no account yet."""
RESET_TTL = dt.timedelta(minutes=15)
"""For one who has forgotten their password in the middle of a shift."""
RESETTERS: dict[Role, frozenset[Role]] = {
    Role.SUPERVISOR: frozenset({Role.ASSOCIATE}),
    Role.DUTY_MANAGER: frozenset({Role.ASSOCIATE, Role.SUPERVISOR}),
    Role.GENERAL_MANAGER: frozenset(
        {Role.ASSOCIATE, Role.SUPERVISOR, Role.DUTY_MANAGER, Role.REVENUE_MANAGER, Role.FINANCE}
    ),
    Role.CHAIN_ADMIN: frozenset(Role),
}
"""Whose sign-in each role may help with: always somebody whose rights are less than their own."""


class Invitation(Frozen):
    """What is kept of one: the digest of its code, never the code."""

    digest: str
    chain: Slug
    staff_id: EntityId
    login: str
    expires_at: dt.datetime
    new_account: bool


def code_digest(code: str) -> str:
    """What is kept of a code, however it was typed."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(f"bellboard-invitation/1|{plain}".encode("utf-8", "replace")).hexdigest()


def require_resetter(caller: Principal, member: StaffMember, now: dt.datetime) -> None:
    """Refuse helping oneself, people with as many rights as one's own, and people of other places and departments.

    Whoever holds the code can become the person: what others lent them counts as theirs.
    """
    if caller.staff_id == member.id:
        raise forbidden("own_reset", "Somebody else must help with this sign-in.")
    covered: frozenset[Role] = frozenset().union(*(RESETTERS.get(role, frozenset()) for role in caller.roles))
    borrowed = lent(member, now)
    if not {*member.roles, *(role for each in borrowed for role in each.roles)} <= covered:
        raise forbidden("role_required", "This person's sign-in is reset by somebody with more rights.")
    require_reach(caller.properties, member)
    if not all(within(each.properties, caller.properties) for each in borrowed):
        raise forbidden("works_elsewhere", "What this person was lent reaches beyond your properties.")
    if caller.rank is Role.SUPERVISOR and not _shares(caller.departments, member):
        raise forbidden("other_department", "A supervisor helps people of their own department.")


def _shares(departments: frozenset[Department], member: StaffMember) -> bool:
    return bool(departments & set(member.departments))
