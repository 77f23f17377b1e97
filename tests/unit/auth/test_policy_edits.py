"""What a chain may change of its policy, what it may never, and who gains and loses by it."""

import datetime as dt
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.policy import default_grants, known_actions
from services.auth.domain.policy_edits import Edit, edit_faults, edited
from services.auth.domain.policy_preview import previewed
from services.auth.domain.policy_versions import Head, PolicyVersion, VersionState, decide, propose, withdraw
from shared.contracts.errors import AppError
from shared.contracts.identity import DataClass, Department, Role
from shared.contracts.kinds import RECORD_KINDS
from shared.contracts.policy import ANY, Resource
from shared.contracts.proposals import Said
from tests.factories.staff import member
from tests.rights.people import cast
from tests.rights.policy_says import says

GRANTS = default_grants()
NOW = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
WHY = Said(ref="reason-1", text="Asked for by the house.", salt="00")
PEOPLE = {one.member.roles[0]: one.principal for one in cast(Department.HOUSEKEEPING, Department.MAINTENANCE)}
KINDS = ("guest_request", "service_recovery", "stay", "offer", "policy")
ASKED_ROLES = (Role.ASSOCIATE, Role.SUPERVISOR, Role.FINANCE, Role.GENERAL_MANAGER)
ASKED_ACTIONS = ("read", "accept", "note", "add_line", "manage")
some = st.sampled_from
roles = st.lists(some([Role.ASSOCIATE, Role.SUPERVISOR, Role.FINANCE]), min_size=1, max_size=2, unique=True)
actions = st.lists(some(ASKED_ACTIONS), min_size=1, max_size=3, unique=True)
kinds = st.lists(some([ANY, "guest_request", "service_recovery", "stay", "offer"]), min_size=1, max_size=2, unique=True)


def deny(role: Role, action: str, *kinds: str) -> Edit:
    return Edit(effect="deny", roles=(role,), actions=(action,), kinds=kinds or (ANY,))


def allow(role: Role, action: str, *kinds: str, **more: object) -> Edit:
    return Edit(effect="allow", roles=(role,), actions=(action,), kinds=kinds or (ANY,), **more)


@given(roles, actions, kinds)
def test_denial_takes_exactly_what_it_names(roles: list[Role], actions: list[str], kinds: list[str]) -> None:
    edit = Edit(effect="deny", roles=tuple(roles), actions=tuple(actions), kinds=tuple(kinds))
    after = edited(GRANTS, [edit])
    for role, action, kind, own in product(ASKED_ROLES, ASKED_ACTIONS, KINDS, (True, False)):
        before, held = (says(each, PEOPLE[role], action, kind, own) for each in (GRANTS, after))
        of_records = ANY in kinds and kind not in {str(one) for one in Resource}
        meant = role in roles and action in actions and (kind in kinds or of_records)
        assert held.allow is (before.allow and not meant), (role, action, kind, own)


def test_misspelt_kind_is_refused_and_the_field_is_named() -> None:
    for kind in ("guest_requests", "stays", "glass"):
        [fault] = edit_faults([allow(Role.ASSOCIATE, "read"), allow(Role.ASSOCIATE, "read", kind)], known_actions())
        assert (fault.field, fault.rule) == ("edits.1.kinds", "known_kind")
        assert kind in fault.message
    every = [*RECORD_KINDS, *(each.value for each in Resource if each is not Resource.AUDIT), ANY]
    assert edit_faults([allow(Role.ASSOCIATE, "read", kind) for kind in every], known_actions()) == []


@given(roles, actions, kinds)
def test_permission_adds_what_it_names_and_takes_nothing(
    roles: list[Role], actions: list[str], kinds: list[str]
) -> None:
    edit = Edit(effect="allow", roles=tuple(roles), actions=tuple(actions), kinds=tuple(kinds))
    after = edited(GRANTS, [edit])
    for role, action, kind in product(roles, actions, kinds):
        assert says(after, PEOPLE[role], action, kind, False).allow
    assert after[: len(GRANTS)] == GRANTS


def test_kind_that_is_denied_stays_denied_where_every_kind_is_allowed() -> None:
    after = edited(GRANTS, [deny(Role.ASSOCIATE, "read", "service_recovery")])
    asked = [says(after, PEOPLE[Role.ASSOCIATE], "read", kind, True).allow for kind in KINDS[:2]]
    assert asked == [True, False]


def test_later_edit_gives_back_what_an_earlier_one_took() -> None:
    edits = [deny(Role.ASSOCIATE, "note"), allow(Role.ASSOCIATE, "note", "guest_request")]
    after = edited(GRANTS, edits)
    assert [says(after, PEOPLE[Role.ASSOCIATE], "note", kind, True).allow for kind in KINDS[:2]] == [True, False]


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        (deny(Role.CHAIN_ADMIN, "manage", "policy"), "own_administration"),
        (deny(Role.CHAIN_ADMIN, "read", "staff"), "own_administration"),
        (deny(Role.AUDITOR, "read", "audit"), "auditor_independent"),
        (allow(Role.AUDITOR, "accept"), "auditor_independent"),
        (allow(Role.AUDITOR, "read", write=(DataClass.ORDINARY,)), "auditor_independent"),
        (allow(Role.GENERAL_MANAGER, "manage", "audit"), "auditor_independent"),
        (deny(Role.BREAK_GLASS, "read"), "break_glass"),
        (allow(Role.BREAK_GLASS, "manage", "policy"), "break_glass"),
        (allow(Role.ASSOCIATE, "read_minds"), "known_action"),
        (allow(Role.ASSOCIATE, "read", obligations=("oath",)), "known_obligation"),
    ],
)
def test_edit_that_locks_out_or_binds_is_refused_by_name(edit: Edit, rule: str) -> None:
    assert [breach.rule for breach in edit_faults([edit], known_actions())] == [rule]


@given(roles, actions, kinds)
def test_whatever_is_edited_administrators_and_auditors_keep_theirs(
    roles: list[Role], actions: list[str], kinds: list[str]
) -> None:
    edits = [Edit(effect="deny", roles=(*roles, Role.CHAIN_ADMIN), actions=tuple(actions), kinds=tuple(kinds))]
    allowed = [edit for edit in edits if not edit_faults([edit], known_actions())]
    after = edited(GRANTS, allowed)
    assert says(after, PEOPLE[Role.CHAIN_ADMIN], "manage", "policy", True).allow
    assert says(after, PEOPLE[Role.CHAIN_ADMIN], "manage", "staff", True).allow
    assert all(says(after, PEOPLE[Role.AUDITOR], "read", kind, False).allow for kind in ("guest_request", "audit"))


def test_preview_names_who_gains_and_who_loses() -> None:
    staff = [
        member("ana", Role.ASSOCIATE),
        member("sue", Role.SUPERVISOR),
        member("old", Role.ASSOCIATE, active=False),
        member("gil", Role.GENERAL_MANAGER),
    ]
    edits = [deny(Role.ASSOCIATE, "accept", "service_recovery"), allow(Role.SUPERVISOR, "manage", "offer")]
    seen = previewed(GRANTS, edited(GRANTS, edits), staff)
    assert (seen.gaining, seen.losing) == (1, 1)
    assert [person.staff_id for person in seen.people] == ["ana", "sue"]
    assert [(one.action, one.kind) for one in seen.people[0].loses] == [("accept", "service_recovery")]
    assert [(one.action, one.kind) for one in seen.people[1].gains] == [("manage", "offer")]


def test_preview_tells_classes_of_data_that_come_or_go() -> None:
    edit = allow(Role.ASSOCIATE, "read", read=(DataClass.PAYMENT,))
    seen = previewed(GRANTS, edited(GRANTS, [edit]), [member("ana", Role.ASSOCIATE)])
    assert [(one.action, one.kind, one.read) for one in seen.people[0].gains] == [
        ("read", ANY, (DataClass.PAYMENT,)),
    ]


def test_nothing_changes_for_nobody_when_nothing_is_edited() -> None:
    assert previewed(GRANTS, edited(GRANTS, []), [member("ana", Role.ASSOCIATE)]).people == ()


def waiting(head: Head = Head()) -> PolicyVersion:  # noqa: B008 -- a frozen value
    return propose(head, (deny(Role.ASSOCIATE, "note"),), "olga", NOW, WHY)


def test_second_administrator_approves() -> None:
    approved = decide(waiting(), Head(last=1, open=1, steps=1), True, "paula", WHY, None, NOW)
    assert (approved.state, approved.decided_by, approved.seq) == (VersionState.APPROVED, "paula", 2)


@pytest.mark.parametrize(
    ("by", "head", "shown", "code"),
    [
        ("olga", Head(last=1, open=1, steps=1), None, "own_request"),
        ("paula", Head(last=1, open=1, steps=1), "0" * 64, "version_differs"),
        ("paula", Head(last=2, approved=2, steps=3), None, "version_void"),
    ],
)
def test_approval_is_refused(by: str, head: Head, shown: str | None, code: str) -> None:
    with pytest.raises(AppError) as refusal:
        decide(waiting(), head, True, by, WHY, shown, NOW)
    assert refusal.value.code == code


def test_what_is_decided_is_neither_decided_again_nor_withdrawn() -> None:
    done = decide(waiting(), Head(last=1, open=1, steps=1), False, "paula", WHY, None, NOW)
    with pytest.raises(AppError, match="already"):
        decide(done, Head(last=1, steps=2), True, "paula", WHY, None, NOW)
    with pytest.raises(AppError, match="already"):
        withdraw(done, "olga", WHY, NOW)


def test_proposer_may_withdraw() -> None:
    assert withdraw(waiting(), "olga", WHY, NOW).state is VersionState.WITHDRAWN


def test_too_many_waiting_are_refused() -> None:
    with pytest.raises(AppError, match="wait already"):
        waiting(Head(last=20, open=20, steps=20))
