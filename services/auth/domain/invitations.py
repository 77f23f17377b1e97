"""Invitations: a code that lets one person set their password, once, for a while."""

import datetime as dt
import hashlib

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


def require_resetter(caller: Principal, member: StaffMember) -> None:
    """Refuse helping oneself, people with as many rights as one's own, and people of other departments."""
    if caller.staff_id == member.id:
        raise forbidden("own_reset", "Somebody else must help with this sign-in.")
    covered: frozenset[Role] = frozenset().union(*(RESETTERS.get(role, frozenset()) for role in caller.roles))
    if not set(member.roles) <= covered:
        raise forbidden("role_required", "This person's sign-in is reset by somebody with more rights.")
    if caller.rank is Role.SUPERVISOR and not _shares(caller.departments, member):
        raise forbidden("other_department", "A supervisor helps people of their own department.")


def _shares(departments: frozenset[Department], member: StaffMember) -> bool:
    return bool(departments & set(member.departments))
