"""Versions of rules over time: what is in force at a moment, and whose word counts."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records.domain import rulebook
from services.records.domain.rulebook import Head, RuleVersion, VersionState, merged, standing
from services.records.domain.rules import KindOverride, PropertyRules, sla
from services.records.domain.texts import Reason
from services.records.workflows import CATALOGUE
from shared.contracts.differences import differences
from shared.contracts.errors import AppError
from tests.factories.guest_records import NOW

HOURS = st.integers(-100, 100)
WHY = Reason(code="asked")
KINDS = ("guest_request", "service_recovery")


def at(hours: int) -> dt.datetime:
    return NOW + dt.timedelta(hours=hours)


def version(number: int = 2, starts: int | None = 0, **given: Any) -> RuleVersion:
    base: dict[str, Any] = {
        "place": "resort",
        "version": number,
        "base": 1,
        "rules": PropertyRules(),
        "digest": "0" * 64,
        "state": VersionState.APPROVED,
        "proposed_by": "gil",
        "proposed_at": at(-200),
        "starts_at": None if starts is None else at(starts),
    }
    return RuleVersion.model_validate(base | given)


STATES = st.sampled_from(VersionState)
VERSIONS = st.lists(st.tuples(HOURS, STATES), max_size=8).map(
    lambda made: [version(number, hour, state=state) for number, (hour, state) in enumerate(made, 2)]
)


def in_force_by_walking(versions: list[RuleVersion], moment: dt.datetime) -> RuleVersion | None:
    """The same, told as a hotel lives it: from start to start, each replaces what was there."""
    held = None
    for each in sorted(versions, key=lambda one: (one.starts_at or moment, one.version)):
        begins = each.state is VersionState.APPROVED and each.starts_at is not None and each.starts_at <= moment
        held = each if begins else held
    return held


@given(VERSIONS, HOURS)
def test_what_is_in_force_is_a_function_of_the_versions_and_the_moment(versions: list[RuleVersion], hour: int) -> None:
    assert standing(versions, at(hour)) == in_force_by_walking(versions, at(hour))


@given(VERSIONS, HOURS, st.randoms())
def test_what_is_in_force_does_not_hang_on_the_order_of_reading(
    versions: list[RuleVersion], hour: int, chance: Any
) -> None:
    shuffled = list(versions)
    chance.shuffle(shuffled)
    assert standing(shuffled, at(hour)) == standing(versions, at(hour))


@given(VERSIONS, HOURS, HOURS)
def test_later_approval_never_changes_what_was_in_force_before_it_starts(
    versions: list[RuleVersion], starts: int, hour: int
) -> None:
    more = [*versions, version(99, starts)]
    before = min(starts - 1, hour)
    assert standing(more, at(before)) == standing(versions, at(before))
    assert standing(more, at(max(starts, hour))) is not None


OVERRIDES = st.builds(
    KindOverride,
    line_max=st.none() | st.integers(0, 9),
    sla=st.none() | st.sampled_from([sla(1, 2, 0), sla(3, 4, 0)]),
    causes=st.none() | st.sampled_from([("flood",), ()]),
)
RULES = st.builds(
    PropertyRules,
    kinds=st.dictionaries(st.sampled_from(KINDS), OVERRIDES),
    score_threshold=st.none() | st.integers(0, 10),
)


def first(*said: Any) -> Any:
    """The first that says anything."""
    return next(each for each in said if each is not None)


@given(RULES, RULES, st.sampled_from(KINDS), st.sampled_from(["line_max", "sla", "causes"]))
def test_property_comes_before_chain_before_kind(
    chain: PropertyRules, own: PropertyRules, kind: str, name: str
) -> None:
    held = merged(CATALOGUE.defaults, version(2, rules=chain), version(3, rules=own))
    said = [getattr(level.kinds.get(kind), name, None) for level in (own, chain)]
    assert getattr(held.of(kind), name) == first(*said, getattr(CATALOGUE.kind(kind).rules, name))
    assert held.score_threshold == first(own.score_threshold, chain.score_threshold, 6)
    assert (held.version, held.chain_version) == (3, 2)


@given(RULES, RULES)
def test_difference_names_every_place_and_no_other(one: PropertyRules, other: PropertyRules) -> None:
    before, after = (each.model_dump(mode="json", exclude_none=True) for each in (one, other))
    found = differences(before, after)
    assert bool(found) is (before != after)
    assert all(each.before != each.after for each in found)
    assert len({each.path for each in found}) == len(found)


def proposed(**given: Any) -> RuleVersion:
    head = given.pop("head", Head())
    return rulebook.propose("resort", head, PropertyRules(score_threshold=7), "gil", NOW, reason=WHY, **given)


def code(act: Any) -> str:
    with pytest.raises(AppError) as refused:
        act()
    return refused.value.code


def test_approval_starts_at_its_day_or_at_once_when_the_day_has_passed() -> None:
    waiting = proposed(effective_from=at(24))
    in_time = rulebook.decide(waiting, Head(), True, "clara", WHY, None, at(1))
    too_late = rulebook.decide(waiting, Head(), True, "clara", WHY, None, at(30))
    at_once = rulebook.decide(proposed(), Head(), True, "clara", WHY, None, at(1))
    assert [each.starts_at for each in (in_time, too_late, at_once)] == [at(24), at(30), at(1)]
    assert (in_time.open(at(23)), in_time.open(at(24)), in_time.started(at(24))) == (True, False, True)


def test_digest_binds_place_number_base_rules_and_day() -> None:
    head = Head(last=5, seq=9, approved=version(4))
    made = [
        proposed(),
        proposed(effective_from=at(24)),
        proposed(head=head),
        rulebook.propose("city", Head(), PropertyRules(score_threshold=7), "gil", NOW),
        rulebook.propose("resort", Head(), PropertyRules(score_threshold=8), "gil", NOW),
    ]
    assert len({each.digest for each in made}) == len(made)
    assert proposed().digest == proposed().digest


def test_version_is_decided_once_by_another_on_what_it_was_made_on() -> None:
    waiting, overtaken = proposed(), Head(approved=version(3))
    decided = rulebook.decide(waiting, Head(), False, "clara", WHY, None, NOW)
    assert code(lambda: rulebook.decide(decided, Head(), True, "clara", WHY, None, NOW)) == "version_decided"
    assert code(lambda: rulebook.decide(waiting, Head(), True, "gil", WHY, None, NOW)) == "own_request"
    assert code(lambda: rulebook.decide(waiting, overtaken, True, "clara", WHY, None, NOW)) == "version_void"
    assert code(lambda: rulebook.decide(waiting, Head(), True, "clara", WHY, "f" * 64, NOW)) == "version_differs"
    assert rulebook.decide(waiting, overtaken, False, "clara", WHY, None, NOW).state is VersionState.REJECTED


@pytest.mark.parametrize(
    ("state", "starts", "refused"),
    [
        (VersionState.APPROVED, 0, "version_in_force"),
        (VersionState.REJECTED, None, "version_decided"),
        (VersionState.WITHDRAWN, None, "version_decided"),
    ],
)
def test_only_what_waits_is_withdrawn(state: VersionState, starts: int | None, refused: str) -> None:
    assert code(lambda: rulebook.withdraw(version(starts=starts, state=state), "gil", WHY, NOW)) == refused
    gone = rulebook.withdraw(version(starts=5), "gil", WHY, NOW)
    assert (gone.state, gone.starts_at, gone.started(at(6))) == (VersionState.WITHDRAWN, None, False)
