"""What a hotel's limits, windows and notice times hold values against, and which of them cannot be."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.records.domain import commands as c
from services.records.domain.limits import Limit, Notice, Where, Window, limits_broken, moment_of, notices_broken
from services.records.domain.rule_faults import rule_faults
from services.records.domain.rules import AutoApproval, KindRules, PropertyRules, sla
from services.records.domain.terms import Terms
from services.records.workflows import CATALOGUE
from shared.contracts.errors import AppError
from shared.contracts.records import Status
from tests.factories.guest_records import ANA, LISBON, MACHINE, NOW, after, done, entered, opened, stay, terms

LATE = Where(field="service", among=("late_checkout",))
CEILING = Limit(rule="late_ceiling", field="price", at_most=5_000, where=LATE)
FLOOR = Limit(rule="late_floor", field="price", at_least=2_000, where=LATE)


def euros(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def broken(values: dict[str, Any], fields: dict[str, Any], *limits: Limit) -> list[str]:
    return [each.rule for each in limits_broken(limits, values, fields)]


def held(kind: str, **given: Any) -> Terms:
    return terms(kind, KindRules(sla=sla(15, 120, 30), **given), auto=True)


@pytest.mark.parametrize(
    ("service", "amount", "rules"),
    [
        ("late_checkout", 6_000, ["late_ceiling"]),
        ("late_checkout", 1_000, ["late_floor"]),
        ("late_checkout", 3_000, []),
        ("spa", 6_000, []),
    ],
)
def test_price_is_held_to_floor_and_ceiling_of_the_thing_that_is_sold(
    service: str, amount: int, rules: list[str]
) -> None:
    assert broken({"service": service, "price": euros(amount)}, {}, CEILING, FLOOR) == rules


def test_limit_is_judged_again_when_what_it_asks_for_changes() -> None:
    assert broken({"service": "late_checkout"}, {"service": "spa", "price": euros(9_000)}, CEILING) == ["late_ceiling"]
    assert broken({"details": "x"}, {"service": "late_checkout", "price": euros(9_000)}, CEILING) == []


def test_edit_of_the_thing_sold_is_refused_when_its_price_is_above_the_new_ceiling() -> None:
    rules = held("upsell_guest_request", limits=(CEILING,))
    state = opened("upsell_guest_request", rules, fields={"service": "spa", "price": euros(9_000)})
    with pytest.raises(AppError) as refused:
        done(state, c.EditFields("edit-1", {"service": "late_checkout"}), held=rules)
    assert [(each.field, each.rule) for each in refused.value.breaches] == [("price", "late_ceiling")]


def test_policy_approves_only_what_one_of_its_limits_is_about() -> None:
    auto = AutoApproval(limits=(CEILING,))
    assert auto.covers({"service": "late_checkout", "price": euros(3_000)})
    assert not auto.covers({"service": "late_checkout", "price": euros(9_000)})
    assert not auto.covers({"service": "spa", "price": euros(3_000)})
    assert not auto.covers({"service": "late_checkout"})


@pytest.mark.parametrize(
    ("start", "end", "inside", "outside"),
    [
        ("06:00", "11:00", "06:00 09:30 11:00", "05:59 11:01"),
        ("22:00", "02:00", "22:00 23:59 00:00 02:00", "02:01 21:59"),
    ],
)
def test_window_holds_its_times_and_may_pass_midnight(start: str, end: str, inside: str, outside: str) -> None:
    limit = Limit(rule="windows", field="promised_time", windows=(Window(start=start, end=end),))
    assert [limit.breach(clock) for clock in inside.split()] == [None] * len(inside.split())
    assert [limit.breach(clock) is None for clock in outside.split()] == [False] * len(outside.split())


@given(st.times(), st.times(), st.times())
def test_window_and_its_complement_hold_every_time(start: dt.time, end: dt.time, clock: dt.time) -> None:
    there, back = f"{start:%H:%M}", f"{end:%H:%M}"
    one, other = Window(start=there, end=back), Window(start=back, end=there)
    assert one.holds(f"{clock:%H:%M}") or other.holds(f"{clock:%H:%M}") or there == back


HOUR = Notice(rule="an_hour", field="promised_time", minutes=60)


def late(value: str, now: dt.datetime, notice: Notice = HOUR, **of_stay: Any) -> bool:
    told = stay(**of_stay) if of_stay else None
    return bool(notices_broken([notice], {notice.field: value}, {}, now, LISBON, told))


def lisbon(*when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=LISBON).astimezone(dt.UTC)  # type: ignore[misc,arg-type] # year to minute


@pytest.mark.parametrize(
    ("value", "now", "refused"),
    [
        ("11:00", (2026, 7, 1, 10, 0), False),
        ("10:59", (2026, 7, 1, 10, 0), True),
        ("09:00", (2026, 7, 1, 10, 0), True),
        ("00:30", (2026, 7, 1, 23, 0), False),
        ("23:30", (2026, 7, 1, 23, 0), True),
        ("02:30", (2026, 10, 25, 0, 30), False),
    ],
)
def test_promised_time_needs_its_notice_on_the_hotels_clock(value: str, now: tuple[int, ...], refused: bool) -> None:
    assert late(value, lisbon(*now)) is refused


def test_promised_time_of_a_guest_who_arrives_later_is_of_the_arrival_day() -> None:
    assert not late("10:30", lisbon(2026, 7, 1, 10, 0), arrival=dt.date(2026, 7, 2), departure=dt.date(2026, 7, 4))
    assert late("10:30", lisbon(2026, 7, 2, 10, 0), arrival=dt.date(2026, 7, 2), departure=dt.date(2026, 7, 4))


@pytest.mark.parametrize(("hours", "refused"), [(49, False), (48, False), (47, True)])
def test_booking_needs_its_hours_before_arrival(hours: int, refused: bool) -> None:
    notice = Notice(rule="two_days", field="offer", minutes=48 * 60, before="arrival", at="15:00")
    now = lisbon(2026, 7, 11, 15, 0) - dt.timedelta(hours=hours)
    assert late("spa", now, notice, arrival=dt.date(2026, 7, 11)) is refused
    assert not late("spa", now, notice)


@given(st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC)), st.times())
def test_moment_of_a_local_time_is_never_more_than_a_day_away(now: dt.datetime, clock: dt.time) -> None:
    moment = moment_of(f"{clock:%H:%M}", now, ZoneInfo("Europe/Lisbon"), None)
    assert moment is not None
    assert -dt.timedelta(hours=12) <= moment - now <= dt.timedelta(hours=26)


def test_notice_binds_who_opens_and_who_confirms_but_not_what_is_confirmed_already() -> None:
    rules = held("guest_request", notices=(HOUR,))
    fields = {"topic": "baby_cot", "promised_time": "10:45"}  # NOW is 10:00 in Lisbon
    with pytest.raises(AppError) as refused:
        entered(held=rules, fields=fields)
    assert [each.rule for each in refused.value.breaches] == ["an_hour"]
    told = after(opened(held=rules, fields=fields), c.AcceptRecord(), held=rules)
    with pytest.raises(AppError) as unconfirmed:
        done(told, c.CheckValue(), held=rules)
    assert [each.rule for each in unconfirmed.value.breaches] == ["an_hour"]
    sure = after(
        opened(held=rules, fields=fields | {"promised_time": "11:30"}), c.AcceptRecord(), c.CheckValue(), held=rules
    )
    later = NOW + dt.timedelta(minutes=80)
    assert after(sure, c.ApproveRecord(), held=rules, now=later).status is Status.APPROVED


def test_policy_does_not_confirm_what_comes_too_late() -> None:
    auto = AutoApproval(limits=(Limit(rule="any", field="promised_time", at_least="00:00"),))
    rules = held("guest_request", notices=(HOUR,), auto=auto)
    fields = {"topic": "baby_cot", "promised_time": "10:45"}
    assert after(opened(held=rules, fields=fields), c.AcceptRecord(), held=rules).status is Status.PENDING
    in_time = opened(held=rules, fields=fields | {"promised_time": "12:00"})
    assert after(in_time, c.AcceptRecord(), held=rules).status is Status.APPROVED


def faults(kind: str, **override: Any) -> list[tuple[str, str]]:
    rules = PropertyRules.model_validate({"kinds": {kind: override}})
    return [(each.field.removeprefix(f"kinds.{kind}."), each.rule) for each in rule_faults(rules, CATALOGUE.kinds)]


def limit(**given: Any) -> dict[str, Any]:
    return {"rule": "own", "field": "promised_time"} | given


@pytest.mark.parametrize(
    ("override", "found"),
    [
        ({"limits": [limit(at_least="25:00")]}, [("promised_time", "limit")]),
        ({"limits": [limit(at_least="6:00")]}, [("promised_time", "limit")]),
        ({"limits": [limit(at_least="20:00", at_most="08:00")]}, [("promised_time", "limit")]),
        ({"limits": [limit(field="quantity", windows=[{"start": "06:00", "end": "07:00"}])]}, [("quantity", "limit")]),
        ({"limits": [limit(field="topic", allowed=["unicorn"])]}, [("topic", "limit")]),
        ({"limits": [limit(field="topic", allowed=[1])]}, [("topic", "limit")]),
        ({"limits": [limit(field="details", allowed=["x"])]}, [("details", "limit")]),
        (
            {"limits": [limit(at_most="20:00", where={"field": "unicorn", "among": ["x"]})]},
            [("promised_time", "limit")],
        ),
        (
            {"limits": [limit(at_most="20:00", where={"field": "quantity", "among": ["2"]})]},
            [("promised_time", "limit")],
        ),
        ({"limits": [limit(at_most="20:00"), limit(rule="b", at_least="21:00")]}, [("promised_time", "limit")]),
        ({"limits": [limit(at_most="20:00"), limit(at_least="07:00")]}, [("promised_time", "limit")]),
        ({"auto": {"limits": [limit(field="unicorn", at_most="20:00")]}}, [("unicorn", "limit")]),
        ({"notices": [{"rule": "n", "field": "quantity", "minutes": 5}]}, [("quantity", "notice")]),
        (
            {"notices": [{"rule": "n", "field": "promised_time", "minutes": 5}] * 2},
            [("notices.n", "twice")],
        ),
        ({"causes": ["flood", "flood"]}, [("causes.flood", "twice")]),
        (
            {"limits": [limit(at_most="20:00", messages={"de": "4111 1111 1111 1111"})]},
            [("messages", "card_number")],
        ),
        (
            {"sla": {"accept_s": 600, "complete_s": 300, "warn_s": 0, "steps": []}},
            [("sla.accept_s", "contradiction")],
        ),
    ],
)
def test_rules_that_cannot_be_are_named_by_field(override: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert faults("guest_request", **override) == found


def test_limits_that_leave_something_stand_beside_each_other() -> None:
    both = [
        limit(at_least="08:00"),
        limit(rule="b", at_most="20:00"),
        limit(rule="c", at_most="10:00", where={"field": "topic", "among": ["spa"]}),
    ]
    assert faults("guest_request", limits=both) == []


@pytest.mark.parametrize(
    "override",
    [
        {"limits": [{"rule": "x", "field": "quantity", "at_most": 2.0}]},
        {"limits": [{"rule": "x", "field": "quantity", "allowed": [1.5]}]},
        {"notices": [{"rule": "x", "field": "promised_time", "minutes": 1.5}]},
        {"notices": [{"rule": "x", "field": "promised_time", "minutes": 0}]},
        {"notices": [{"rule": "x", "field": "promised_time", "minutes": 5, "before": "lunch"}]},
        {"limits": [{"rule": "x", "field": "promised_time", "windows": [{"start": "6", "end": "07:00"}]}]},
        {"causes": ["Water Damage"]},
    ],
)
def test_rules_of_another_shape_are_no_rules(override: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PropertyRules.model_validate({"kinds": {"guest_request": override}})


def test_people_are_bound_and_topics_are_kept_whatever_the_limit() -> None:
    rules = held("upsell_guest_request", limits=(CEILING,))
    fields = {"service": "late_checkout", "price": euros(9_000)}
    assert opened("upsell_guest_request", rules, fields=fields).fields["price"] == euros(9_000)
    with pytest.raises(AppError):
        entered("upsell_guest_request", rules, fields=fields)
    assert (ANA.bound, MACHINE.bound) == (True, False)
