"""`decide` says what the grants say, for every role, property, action, kind, department and class of data."""

from itertools import product

import pytest

from services.auth.domain.policy import SENSITIVE, default_grants, known_actions, snapshot
from services.records.workflows import CATALOGUE
from shared.chassis.clock import Clock
from shared.chassis.mongo import Mongo
from shared.chassis.policy import ALL_STALE_S, SENSITIVE_STALE_S, Known, Policy, compiled
from shared.contracts.identity import Department, Lent, Role
from shared.contracts.policy import Resource
from tests.factories.records import CHAIN
from tests.rights.people import Person, cast
from tests.rights.policy_says import says

GRANTS = default_grants()
WORK, OTHER = Department.HOUSEKEEPING, Department.MAINTENANCE
KINDS = (*CATALOGUE.kinds, *(each.value for each in Resource))
PEOPLE = cast(WORK, OTHER)
ALIVE, SIX_MINUTES, THIRTEEN_HOURS = 0.0, SENSITIVE_STALE_S + 60.0, ALL_STALE_S + 3600.0


class StaleBy(Policy):
    """A policy whose last heartbeat is so many seconds old."""

    def __init__(self, age_s: float) -> None:
        super().__init__(Mongo("mongodb://127.0.0.1:1", "none"), Clock())
        self.known = Known(policies={chain: compiled(snapshot(chain, 1, GRANTS)) for chain in (CHAIN, "elsewhere")})
        self._age_s = age_s

    def stale_s(self, chain: str | None = None) -> float:
        return self._age_s


@pytest.fixture
async def policy() -> Policy:
    return StaleBy(ALIVE)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one.member.id)
async def test_decision_is_what_the_grants_say(policy: Policy, person: Person) -> None:
    asked = list(product(sorted(known_actions()), KINDS, (WORK, None)))
    held = [policy.decide(person.principal, action, kind, "city", where) for action, kind, where in asked]
    own = [where is None or person.of_department for _, _, where in asked]
    wanted = [
        says(GRANTS, person.principal, action, kind, mine) for (action, kind, _), mine in zip(asked, own, strict=True)
    ]
    away = person.member.properties == ("resort",)
    assert [each.allow for each in held] == [each.allow and not away for each in wanted]
    assert [each.read for each in held if each.allow] == [each.read for each in wanted if each.allow and not away]
    assert [each.write for each in held if each.allow] == [each.write for each in wanted if each.allow and not away]


async def test_unknown_role_action_kind_and_chain_are_denied(policy: Policy) -> None:
    person = PEOPLE[0].principal
    assert not policy.decide(person, "read_minds", "guest_request").allow
    assert not policy.decide(person, "read", "policy").allow
    assert not policy.decide(person.model_copy(update={"roles": frozenset()}), "read", "guest_request").allow
    assert policy.decide(person.model_copy(update={"chain": "nobodys"}), "read", "guest_request").why == "no_policy"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.BREAK_GLASS])
async def test_six_minutes_without_auth_deny_what_is_sensitive_and_nothing_else(role: Role) -> None:
    young, old = StaleBy(ALIVE), StaleBy(SIX_MINUTES)
    person = next(one.principal for one in PEOPLE if one.member.roles == (role,) and one.whole_chain)
    asked = list(product(sorted(known_actions()), KINDS))
    before = {each for each in asked if young.decide(person, *each).allow}
    after = {each for each in asked if old.decide(person, *each).allow}
    assert after == {each for each in before if each[0] not in SENSITIVE}


@pytest.mark.parametrize("role", Role)
async def test_thirteen_hours_without_auth_deny_all_but_break_glass(role: Role) -> None:
    old = StaleBy(THIRTEEN_HOURS)
    person = next(one.principal for one in PEOPLE if one.member.roles == (role,) and one.whole_chain)
    allowed = [each for each in product(sorted(known_actions()), KINDS) if old.decide(person, *each).allow]
    assert bool(allowed) is (role is Role.BREAK_GLASS)


async def test_lent_rights_are_added_where_they_were_lent_and_the_verdict_says_by_whom(policy: Policy) -> None:
    own = next(one.principal for one in PEOPLE if one.member.roles == (Role.ASSOCIATE,) and one.of_department)
    own = own.model_copy(update={"properties": frozenset({"city", "resort"})})
    managing = Lent(lender="gil", roles=frozenset({Role.GENERAL_MANAGER}), properties=frozenset({"city"}))
    bearer = own.model_copy(update={"lent": (managing,)})
    asked = ("decide_proposal", "guest_request")
    here = policy.decide(bearer, *asked, "city")
    assert (here.allow, here.delegated_by) == (True, ("gil",))
    assert [policy.decide(bearer, *asked, "resort").allow, policy.decide(bearer, *asked).allow] == [False, False]
    assert policy.decide(own, *asked, "city").delegated_by == ()
    mine = policy.decide(bearer, "note", "guest_request", "city", WORK)
    assert (mine.allow, mine.write >= policy.decide(own, "note", "guest_request", "city", WORK).write) == (True, True)
    only = bearer.model_copy(update={"lent": (managing.model_copy(update={"actions": frozenset({"approve"})}),)})
    assert not policy.decide(only, *asked, "city").allow


async def test_lent_rights_of_a_department_count_in_it_alone(policy: Policy) -> None:
    own = next(one.principal for one in PEOPLE if one.member.roles == (Role.FINANCE,) and one.whole_chain)
    leading = Lent(lender="sue", roles=frozenset({Role.SUPERVISOR}), departments=frozenset({WORK}))
    bearer = own.model_copy(update={"lent": (leading,)})
    asked = ("reassign", "guest_request", "city")
    assert [policy.decide(bearer, *asked, where).allow for where in (WORK, OTHER)] == [True, False]


async def test_stale_policy_denies_what_is_sensitive_to_whom_it_was_lent_too() -> None:
    own = next(one.principal for one in PEOPLE if one.member.roles == (Role.ASSOCIATE,) and one.whole_chain)
    managing = Lent(lender="gil", roles=frozenset({Role.GENERAL_MANAGER}))
    bearer = own.model_copy(update={"lent": (managing,)})
    asked = ("decide_proposal", "guest_request", "city")
    assert [StaleBy(age).decide(bearer, *asked).why for age in (ALIVE, SIX_MINUTES)] == ["granted", "policy_stale"]
