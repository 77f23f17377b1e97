"""The default policy, asked the way every service asks it: who may do what, and what nobody may."""

import datetime as dt
from typing import Any

import pytest

from services.auth.domain.policy import default_grants, snapshot
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy, Verdict, compiled
from shared.contracts.identity import DataClass, Department, Principal, Role
from shared.contracts.policy import ANY, RESOURCES, kinds_covering

OWN, OTHER = Department.FRONT_OFFICE, Department.MAINTENANCE
WORK = ("create", "accept", "check_value", "block", "unblock", "edit", "note", "complete", "hand_off", "add_line")


class _NoStore:
    def collection(self, name: str) -> Any:
        return name


def policy() -> Policy:
    made = Policy(_NoStore(), Clock())  # type: ignore[arg-type]  # decisions need no store
    made.known.policies["atlantic"] = compiled(snapshot("atlantic", 1, default_grants()))
    made.known.heartbeat = dt.datetime.now(dt.UTC)
    return made


def ask(
    role: Role, action: str, kind: str = "guest_request", department: Department | None = OWN, at: str = "city"
) -> Verdict:
    caller = Principal(
        staff_id="p",
        chain="atlantic",
        roles=frozenset({role}),
        properties=frozenset({"city"}),
        departments=frozenset({OWN}),
        session="s",
    )
    return policy().decide(caller, action, kind, at, department)


@pytest.mark.parametrize("action", WORK)
def test_associate_works_in_the_own_department(action: str) -> None:
    verdict = ask(Role.ASSOCIATE, action)
    assert verdict.allow
    assert verdict.write == set(DataClass) - {DataClass.SECURITY, DataClass.STAFF}
    assert DataClass.PAYMENT not in ask(Role.ASSOCIATE, "read").read


@pytest.mark.parametrize("action", ["accept", "check_value", "block", "edit", "complete", "hand_off", "add_line"])
def test_associate_does_not_work_in_another_department(action: str) -> None:
    assert not ask(Role.ASSOCIATE, action, department=OTHER).allow


def test_what_was_asked_of_one_department_says_nothing_of_another() -> None:
    asked = policy()
    caller = Principal(
        staff_id="p",
        chain="atlantic",
        roles=frozenset({Role.ASSOCIATE}),
        properties=frozenset({"city"}),
        departments=frozenset({OWN}),
        session="s",
    )
    answers = [asked.decide(caller, "accept", "guest_request", "city", where).allow for where in (OWN, OTHER) * 2]
    assert answers == [True, False, True, False]
    assert not asked.decide(caller, "accept", "guest_request", "resort", OWN).allow


def test_associate_reads_of_other_departments_what_is_ordinary_only() -> None:
    assert ask(Role.ASSOCIATE, "read", department=OTHER).read == {DataClass.ORDINARY}


@pytest.mark.parametrize("action", ["review_exception", "decide_proposal", "reopen"])
def test_associate_reviews_and_reopens_nothing(action: str) -> None:
    assert not ask(Role.ASSOCIATE, action).allow


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.DUTY_MANAGER, Role.GENERAL_MANAGER, Role.REVENUE_MANAGER])
@pytest.mark.parametrize("action", ["review_exception", "decide_proposal", "reopen"])
def test_manager_reviews_with_a_reason(role: Role, action: str) -> None:
    verdict = ask(role, action)
    assert (verdict.allow, verdict.obligations) == (True, {"reason"})


def test_supervisor_reviews_in_the_own_department_only_and_a_duty_manager_in_all() -> None:
    assert not ask(Role.SUPERVISOR, "review_exception", department=OTHER).allow
    assert ask(Role.DUTY_MANAGER, "review_exception", department=OTHER).allow


def test_finance_adds_money_lines_anywhere_and_edits_only_its_own_work() -> None:
    assert DataClass.PAYMENT in ask(Role.FINANCE, "add_line", department=OTHER).write
    assert not ask(Role.FINANCE, "edit", department=OTHER).allow


@pytest.mark.parametrize("kind", ["guest_request", "stay", "guest", "audit", "staff", "alert", "report", "policy"])
def test_auditor_reads_every_class_of_everything(kind: str) -> None:
    assert ask(Role.AUDITOR, "read", kind, OTHER).read == set(DataClass)


@pytest.mark.parametrize("action", [*WORK, "approve", "decide_proposal", "review_exception", "reopen", "manage"])
@pytest.mark.parametrize("kind", ["guest_request", "staff", "policy", "rules", "operations"])
def test_auditor_changes_nothing(action: str, kind: str) -> None:
    assert not ask(Role.AUDITOR, action, kind).allow


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
@pytest.mark.parametrize("action", ["read", "verify"])
def test_audit_log_is_for_auditors_alone(role: Role, action: str) -> None:
    assert not ask(role, action, "audit").allow


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CHAIN_ADMIN}))
@pytest.mark.parametrize("kind", ["staff", "property", "policy"])
def test_only_a_chain_administrator_manages_staff_properties_and_policy(role: Role, kind: str) -> None:
    assert not ask(role, "manage", kind).allow
    assert ask(Role.CHAIN_ADMIN, "manage", kind).allow


@pytest.mark.parametrize("action", ["redrive", "rebuild", "republish", "reread"])
def test_operations_need_a_chain_administrator_and_a_reason(action: str) -> None:
    assert ask(Role.CHAIN_ADMIN, action, "operations").obligations == {"reason"}
    assert not ask(Role.GENERAL_MANAGER, action, "operations").allow


@pytest.mark.parametrize("role", sorted(Role))
def test_nobody_acts_at_a_property_that_is_not_theirs(role: Role) -> None:
    assert not ask(role, "read", at="resort").allow


@pytest.mark.parametrize("role", sorted(Role))
def test_what_is_not_granted_is_denied(role: Role) -> None:
    assert not ask(role, "demolish").allow


@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_a_grant_on_every_kind_of_record_covers_no_other_resource(kind: str) -> None:
    assert ANY not in kinds_covering(kind)
    assert ANY in kinds_covering("guest_request")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
@pytest.mark.parametrize("kind", ["guest_request", "stay", "guest", "staff", "report", "alert"])
def test_security_class_is_shown_to_auditors_alone(role: Role, kind: str) -> None:
    assert DataClass.SECURITY not in ask(role, "read", kind).read
    assert DataClass.SECURITY in ask(Role.AUDITOR, "read", kind).read


def test_break_glass_works_everywhere_but_always_with_a_reason() -> None:
    verdict = ask(Role.BREAK_GLASS, "complete", department=OTHER)
    assert (verdict.allow, verdict.obligations) == (True, {"reason"})


def test_policy_that_was_fresh_is_stale_once_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, clock = policy(), [1000.0]
    monkeypatch.setattr("shared.chassis.policy.time.monotonic", lambda: clock[0])
    manager = Principal(staff_id="p", chain="atlantic", roles=frozenset({Role.DUTY_MANAGER}), session="s")
    heartbeat = asked.known.heartbeat = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=4, seconds=59, milliseconds=500)
    assert asked.decide(manager, "add_line", "guest_request", "city").allow
    monkeypatch.setattr(Clock, "real_now", lambda _: heartbeat + dt.timedelta(minutes=5, seconds=1))
    clock[0] += 0.6
    assert asked.decide(manager, "add_line", "guest_request", "city").why == "policy_stale"


def test_money_and_reviews_stop_while_the_policy_is_stale() -> None:
    asked = policy()
    asked.known.heartbeat = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=6)
    manager = Principal(staff_id="p", chain="atlantic", roles=frozenset({Role.DUTY_MANAGER}), session="s")
    assert asked.decide(manager, "add_line", "guest_request", "city").why == "policy_stale"
    assert asked.decide(manager, "accept", "guest_request", "city").allow
