"""Every role that a chain may give means something by default, and nothing that is not written down."""

import pytest

from services.auth.domain.policy import default_grants
from shared.contracts.identity import Role

ROLES = {
    "associate",
    "supervisor",
    "duty_manager",
    "general_manager",
    "revenue_manager",
    "finance",
    "auditor",
    "chain_admin",
    "integration",
    "break_glass",
}


def test_roles_are_the_ones_that_are_promised() -> None:
    assert {role.value for role in Role} == ROLES


@pytest.mark.parametrize("role", list(Role))
def test_role_may_do_something_by_default(role: Role) -> None:
    assert any(role in grant.roles for grant in default_grants())


def test_emergency_gives_work_and_no_administration() -> None:
    mine = [grant for grant in default_grants() if Role.BREAK_GLASS in grant.roles]
    actions = {action for grant in mine for action in grant.actions}
    assert not actions & {"manage", "reset", "scim", "review_glass", "break_glass", "redrive"}
    assert all("reason" in grant.obligations for grant in mine)
