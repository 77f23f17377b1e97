"""Rights lent for a time: what may be lent, what it is worth at a moment, and what it decides."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.delegations import DelegationDraft, lend, revoke, swept
from services.auth.domain.policy import known_actions
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.lending import bearing, lent_to, require_another
from shared.contracts.staff import StaffMember
from tests.factories.records import PROPERTY
from tests.factories.staff import member

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUSE, DESK = Department.HOUSEKEEPING, Department.FRONT_OFFICE
GIL = member("gil", Role.GENERAL_MANAGER, Role.CHAIN_ADMIN, departments=(HOUSE, DESK), properties=(PROPERTY, "resort"))
RUI = member("rui", Role.ASSOCIATE, departments=(DESK,))


def drafted(**more: Any) -> DelegationDraft:
    """General management of one hotel for a week, unless said otherwise."""
    base = {"to": "rui", "roles": ("general_manager",), "properties": (PROPERTY,), "end": NOW + 7 * DAY}
    return DelegationDraft(**(base | {"reason_code": "holiday"} | more))


def given_to(rui: StaffMember = RUI, lender: StaffMember = GIL, **more: Any) -> StaffMember:
    """Who was lent something."""
    return lend("lent-1", drafted(**more), lender, rui, known_actions(), NOW)


def at(moment: dt.datetime, rui: StaffMember, *staff: StaffMember) -> list[frozenset[Role]]:
    """The roles that count at a moment."""
    return [each.roles for each in lent_to(rui, {one.id: one for one in staff}, moment)]


def test_lent_right_counts_from_its_first_moment_to_its_last_and_no_longer() -> None:
    rui = given_to(start=NOW + DAY)
    managing = [frozenset({Role.GENERAL_MANAGER})]
    moments = (NOW, NOW + DAY, NOW + 7 * DAY - dt.timedelta(seconds=1), NOW + 7 * DAY)
    assert [at(each, rui, GIL) for each in moments] == [[], managing, managing, []]
    assert (rui.epoch, rui.version) == (RUI.epoch + 1, RUI.version + 1)


@given(st.sets(st.sampled_from(list(Role))), st.sets(st.sampled_from([PROPERTY, "resort", "other"])), st.booleans())
def test_lent_rights_are_never_more_than_the_lender_holds_at_that_moment(
    roles: set[Role], places: set[str], active: bool
) -> None:
    rui = given_to()
    update = {"roles": tuple(roles), "properties": tuple(places), "active": active}
    now_held = GIL.model_copy(update=update)
    for each in lent_to(rui, {"gil": now_held}, NOW):
        assert active
        assert each.roles <= roles
        assert each.properties is not None
        assert each.properties <= places & set(RUI.properties or ())


@pytest.mark.parametrize(
    ("asked", "field", "rule"),
    [
        ({"roles": ("finance",)}, "roles", "own_roles"),
        ({"roles": ("chain_admin",)}, "roles", "lendable"),
        ({"actions": ("fly",)}, "actions", "known_action"),
        ({"departments": ("finance",)}, "departments", "own_departments"),
        ({"properties": ("other",)}, "properties", "works_there"),
        ({"properties": None}, "properties", "works_there"),
        ({"end": NOW + 32 * DAY}, "end", "delegation_length"),
        ({"end": NOW}, "end", "delegation_length"),
        ({"start": NOW - DAY}, "start", "delegation_start"),
        ({"start": NOW + 100 * DAY, "end": NOW + 101 * DAY}, "start", "delegation_start"),
    ],
)
def test_what_may_not_be_lent_is_refused_by_field_and_rule(asked: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(AppError) as refused:
        given_to(**asked)
    assert (field, rule) in [(each.field, each.rule) for each in refused.value.breaches]


def test_rights_are_lent_to_somebody_else_who_works_here_and_no_program() -> None:
    with pytest.raises(AppError, match="somebody else"):
        given_to(GIL)
    for update in ({"service": True}, {"roles": ()}):
        with pytest.raises(AppError, match="work here"):
            given_to(RUI.model_copy(update=update))


def test_what_was_lent_is_never_lent_on() -> None:
    rui = given_to()
    with pytest.raises(AppError) as refused:
        lend("lent-2", drafted(to="ana"), rui, member("ana"), known_actions(), NOW)
    assert [each.rule for each in refused.value.breaches] == ["own_roles"]
    ana = member("ana").model_copy(update={"delegations": tuple(_of("rui", each) for each in rui.delegations)})
    assert at(NOW, ana, GIL, rui) == []


def _of(lender: str, each: Any) -> Any:
    return each.model_copy(update={"lender": lender})


def test_revoked_is_over_at_once_and_so_is_what_a_leaver_lent_or_was_lent() -> None:
    rui = given_to()
    assert at(NOW, revoke(rui, "lent-1"), GIL) == []
    gone = GIL.model_copy(update={"active": False})
    assert at(NOW, rui, gone) == []
    assert at(NOW, rui.model_copy(update={"active": False}), GIL) == []
    # For good: it does not wait until they come back.
    assert swept(rui, {"gil": gone}, NOW).delegations == ()
    assert swept(rui, {"gil": GIL}, NOW) is rui
    assert swept(rui, {"gil": GIL}, NOW + 8 * DAY).epoch == rui.epoch


def principal(rui: StaffMember) -> Principal:
    """Rui as every service sees them now."""
    return Principal(
        staff_id="rui",
        chain=rui.chain,
        roles=frozenset(RUI.roles),
        properties=frozenset(RUI.properties or ()),
        departments=frozenset(RUI.departments),
        session="s",
        lent=lent_to(rui, {"gil": GIL}, NOW),
    )


def test_events_say_whose_rights_were_borne_and_four_eyes_stay_four() -> None:
    caller = principal(given_to())
    assert (caller.actor.lent_by, caller.alone.actor.lent_by) == (("gil",), ())
    assert Role.GENERAL_MANAGER in caller.roles_at(PROPERTY)
    assert Role.GENERAL_MANAGER not in caller.roles_at("resort")
    with pytest.raises(AppError, match="whose rights they bear"):
        require_another(caller, "gil")
    require_another(caller.alone, "gil")
    require_another(caller, "ana")


def test_roster_shows_the_role_that_somebody_stands_in_for() -> None:
    rui = given_to()
    staff = {"gil": GIL, "rui": rui}
    assert Role.GENERAL_MANAGER in bearing(rui, staff, PROPERTY, NOW).roles
    assert bearing(rui, staff, "resort", NOW) is rui
    assert bearing(rui, staff, PROPERTY, NOW + 8 * DAY) is rui
    only = given_to(actions=("decide_proposal",))
    assert bearing(only, staff | {"rui": only}, PROPERTY, NOW) is only
