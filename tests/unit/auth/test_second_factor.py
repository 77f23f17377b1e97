"""Codes by time: right once, a step off at most; recovery codes once each; invitations only downwards."""

import datetime as dt

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.adapters.seal import KeyFileSeal
from services.auth.domain.invitations import code_digest, require_resetter
from services.auth.domain.second_factor import (
    STEP_S,
    SecondFactor,
    matched_step,
    recovery_digest,
    uri,
    without_recovery,
)
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.staff import Delegation, StaffMember

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = dt.datetime(2026, 3, 1, 3, 0, 10, tzinfo=dt.UTC)


def code(steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(NOW.timestamp()) + steps * STEP_S)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_code_is_right_once_when_the_clock_is_a_step_off(off: int) -> None:
    step = matched_step(SECRET, code(off), NOW, 0)
    assert step == int(NOW.timestamp()) // STEP_S + off
    assert matched_step(SECRET, code(off), NOW, step) is None


@pytest.mark.parametrize("off", [-3, -2, 2, 20])
def test_code_of_another_time_is_wrong(off: int) -> None:
    assert matched_step(SECRET, code(off), NOW, 0) is None


@given(st.text(max_size=12))
def test_odd_code_is_wrong_and_breaks_nothing(said: str) -> None:
    known = {code(off) for off in (-1, 0, 1)}
    assert (matched_step(SECRET, said, NOW, 0) is None) is (said not in known)


def test_secret_is_read_from_the_uri_by_an_app() -> None:
    read = pyotp.parse_uri(uri(SECRET, "atlantic", "ana"))
    assert (read.secret, read.issuer) == (SECRET, "Bellboard")


def test_recovery_code_is_used_up() -> None:
    digests = tuple(recovery_digest("atlantic", each) for each in ("first", "second"))
    held = SecondFactor(staff_id="ana", chain="atlantic", sealed="x", begun_at=NOW, confirmed=True, recovery=digests)
    after = without_recovery(held, " FIRST ")
    assert after is not None
    assert after.recovery == digests[1:]
    assert without_recovery(after, "first") is None


def test_seal_opens_only_what_it_closed_about_the_same() -> None:
    seal = KeyFileSeal(b"s" * 32, "second-factor")
    closed = seal.close(SECRET, "ana")
    assert seal.open(closed, "ana") == SECRET
    assert SECRET not in closed
    for other, said, about in (
        (KeyFileSeal(b"t" * 32, "second-factor"), closed, "ana"),
        (KeyFileSeal(b"s" * 32, "other"), closed, "ana"),
        (seal, closed, "rui"),
        (seal, closed[:-4] + "AAAA", "ana"),
        (seal, "!", "ana"),
    ):
        with pytest.raises(AppError, match="cannot be opened"):
            other.open(said, about)


def caller(*roles: Role, staff_id: str = "rui") -> Principal:
    desk = frozenset({Department.FRONT_OFFICE})
    return Principal(
        staff_id=staff_id, chain="atlantic", roles=frozenset(roles), properties=None, departments=desk, session="s"
    )


def person(*roles: Role, department: Department = Department.FRONT_OFFICE) -> StaffMember:
    return StaffMember(
        id="ana", chain="atlantic", display_name="Ana", roles=roles, departments=(department,), version=1
    )


@pytest.mark.parametrize(
    ("by", "of", "why"),
    [
        (caller(Role.SUPERVISOR), person(Role.SUPERVISOR), "role_required"),
        (caller(Role.SUPERVISOR), person(Role.ASSOCIATE, Role.FINANCE), "role_required"),
        (caller(Role.SUPERVISOR), person(Role.ASSOCIATE, department=Department.HOUSEKEEPING), "other_department"),
        (caller(Role.GENERAL_MANAGER), person(Role.CHAIN_ADMIN), "role_required"),
        (caller(Role.AUDITOR), person(Role.ASSOCIATE), "role_required"),
        (caller(Role.CHAIN_ADMIN, staff_id="ana"), person(Role.ASSOCIATE), "own_reset"),
    ],
)
def test_sign_in_is_not_reset_upwards_sideways_or_for_oneself(by: Principal, of: StaffMember, why: str) -> None:
    with pytest.raises(AppError) as refused:
        require_resetter(by, of, NOW)
    assert refused.value.code == why


@pytest.mark.parametrize(
    ("by", "of"),
    [
        (caller(Role.SUPERVISOR), person(Role.ASSOCIATE)),
        (caller(Role.DUTY_MANAGER), person(Role.SUPERVISOR, department=Department.HOUSEKEEPING)),
        (caller(Role.CHAIN_ADMIN), person(Role.CHAIN_ADMIN)),
    ],
)
def test_sign_in_is_reset_for_people_with_fewer_rights(by: Principal, of: StaffMember) -> None:
    before = of.version
    require_resetter(by, of, NOW)
    assert of.version == before


LENT = Delegation(
    id="lent-1",
    lender="gil",
    roles=(Role.GENERAL_MANAGER,),
    properties=("city",),
    start=NOW,
    end=NOW + dt.timedelta(days=7),
)
OF_CITY = {"properties": frozenset({"city"})}


@pytest.mark.parametrize(
    ("by", "of", "why"),
    [
        # Whoever works at more hotels than one's own could be become, with all that they may do there.
        (Role.GENERAL_MANAGER, {"roles": (Role.FINANCE,), "properties": None}, "works_elsewhere"),
        (Role.GENERAL_MANAGER, {"properties": ("city", "resort")}, "works_elsewhere"),
        (Role.CHAIN_ADMIN, {"roles": (Role.CHAIN_ADMIN,), "properties": None}, "works_elsewhere"),
        (Role.SUPERVISOR, {"properties": ("city",), "delegations": (LENT,)}, "role_required"),
        (
            Role.GENERAL_MANAGER,
            {
                "properties": ("city",),
                "delegations": (LENT.model_copy(update={"roles": (Role.FINANCE,), "properties": None}),),
            },
            "works_elsewhere",
        ),
    ],
)
def test_sign_in_of_somebody_who_may_more_elsewhere_or_by_loan_is_not_reset(
    by: Role, of: dict[str, object], why: str
) -> None:
    with pytest.raises(AppError) as refused:
        require_resetter(caller(by).model_copy(update=OF_CITY), person(Role.ASSOCIATE).model_copy(update=of), NOW)
    assert refused.value.code == why


def test_sign_in_is_reset_at_ones_own_hotel_and_when_a_loan_is_over() -> None:
    of = person(Role.ASSOCIATE).model_copy(update={"properties": ("city",), "delegations": (LENT,)})
    require_resetter(caller(Role.SUPERVISOR).model_copy(update=OF_CITY), of, LENT.end)
    assert of.delegations == (LENT,)


def test_invitation_code_may_be_typed_in_any_way() -> None:
    assert code_digest("abcde-fghij-klmno-pqrst") == code_digest(" ABCDE FGHIJ klmno pqrst")
    assert code_digest("abcde-fghij-klmno-pqrst") != code_digest("abcde-fghij-klmno-pqrsu")
