"""The notification pipeline: each stage by itself, then the whole list."""

import datetime as dt

from services.alerts.domain.alert import LiveAlert, Told, opened
from services.alerts.domain.notice import Notice, Silence, World
from services.alerts.domain.rules import Concern
from services.alerts.domain.subject import record_subjects
from services.alerts.domain.watch import Opening
from services.alerts.pipeline import STAGES, run
from services.alerts.pipeline.quiet_hours import quiet_until
from shared.contracts.identity import Role
from tests.factories.records import CHAIN, NOON, PROPERTY, ZONE, minutes, snapshot

MIDNIGHT = dt.datetime(2026, 3, 10, 0, 30, tzinfo=dt.UTC)


def notice(rule: str = "accept_overdue", *people: str, off_duty: tuple[str, ...] = ()) -> Notice:
    """One step of one alert for some people."""
    subject = record_subjects(snapshot(), NOON)[0]
    live: LiveAlert = opened(Opening(alert_id="alert-1", rule=rule, subject=subject, due=NOON), CHAIN, ZONE, NOON)
    return Notice(live=live, told=Told(step=0, role=Role.SUPERVISOR, people=people or ("sue",), off_duty=off_duty))


def world(now: dt.datetime = NOON, **known: object) -> World:
    """A world where nothing was sent yet."""
    return World.model_validate({"now": now, **known})


def test_pipeline_is_one_list_in_the_written_order() -> None:
    names = [stage.__name__ for stage in STAGES]
    assert names == ["silence", "inhibit", "group", "dedupe", "quiet_hours", "route", "send", "log"]


def test_pipeline_sends_one_delivery_per_person_and_channel() -> None:
    done = run(notice("overdue", "sue", "dan"), world(channels=("inbox", "mail")))
    assert [(d.staff_id, d.channel) for d in done.deliveries] == [
        ("sue", "inbox"), ("sue", "mail"), ("dan", "inbox"), ("dan", "mail"),
    ]  # fmt: skip
    assert done.outcome == "sent"


def test_silence_keeps_what_it_matches_and_the_log_says_so() -> None:
    quiet = Silence(id="s-1", property_id=PROPERTY, rule="accept_overdue", until=NOON + minutes(5))
    done = run(notice(), world(silences=(quiet,)))
    assert (done.deliveries, done.outcome) == ((), "silenced")


def test_silence_lets_pass_what_is_of_another_rule_or_over() -> None:
    other = Silence(id="s-1", property_id=PROPERTY, rule="overdue", until=NOON + minutes(5))
    over = Silence(id="s-2", property_id=PROPERTY, until=NOON)
    away = Silence(id="s-3", property_id="resort", until=NOON + minutes(5))
    assert run(notice(), world(silences=(other, over, away))).outcome == "sent"


def test_inhibit_keeps_a_warning_when_the_deadline_rings_already() -> None:
    live = frozenset({("overdue", "rec-1")})
    assert run(notice("at_risk"), world(live_rules=live)).outcome == "inhibited"
    assert run(notice("overdue"), world(live_rules=live)).outcome == "sent"


def test_group_rings_a_person_once_within_its_window() -> None:
    first = run(notice(), world())
    rung = frozenset({(first.group, "sue")})
    second = run(notice("accept_overdue", "sue", "ben"), world(rung=rung))
    assert [(d.staff_id, d.lead) for d in second.deliveries] == [("sue", False), ("ben", True)]
    assert run(notice(), world(rung=rung)).outcome == "grouped"


def test_group_opens_anew_when_its_window_is_over() -> None:
    rung = frozenset({(run(notice(), world()).group, "sue")})
    assert run(notice(), world(NOON + minutes(6), rung=rung)).outcome == "sent"


def test_group_never_quiets_a_critical_alert() -> None:
    rung = frozenset({(run(notice("overdue"), world()).group, "sue")})
    assert run(notice("overdue"), world(rung=rung)).outcome == "sent"


def test_dedupe_leaves_out_who_has_it_already() -> None:
    before = run(notice(), world())
    sent = frozenset(delivery.id for delivery in before.deliveries)
    assert run(notice(), world(sent=sent)).outcome == "duplicate"
    again = run(notice("accept_overdue", "sue", "dan"), world(sent=sent))
    assert [delivery.staff_id for delivery in again.deliveries] == ["dan"]


def test_quiet_hours_defer_for_people_off_duty_and_not_for_those_on_shift() -> None:
    done = run(notice("accept_overdue", "sue", "dan", off_duty=("dan",)), world(MIDNIGHT))
    morning = dt.datetime(2026, 3, 10, 7, tzinfo=dt.UTC)
    assert [(d.staff_id, d.visible_at) for d in done.deliveries] == [("sue", MIDNIGHT), ("dan", morning)]


def test_quiet_hours_say_deferred_when_everyone_sleeps() -> None:
    assert run(notice("accept_overdue", "dan", off_duty=("dan",)), world(MIDNIGHT)).outcome == "deferred"


def test_quiet_hours_are_bypassed_by_life_safety_and_payment_failure() -> None:
    asleep = notice("accept_overdue", "dan", off_duty=("dan",))
    loud = [
        asleep.model_copy(update={"live": asleep.live.model_copy(update={"concern": concern})})
        for concern in (Concern.LIFE_SAFETY, Concern.PAYMENT_FAILURE)
    ]
    assert [run(one, world(MIDNIGHT)).deliveries[0].visible_at for one in loud] == [MIDNIGHT, MIDNIGHT]


def test_quiet_hours_end_at_the_first_instant_after_a_gap() -> None:
    night = world().quiet.model_copy(update={"end": dt.time(1, 30)})
    # Lisbon has no 01:30 on 29 March 2026: 02:00 summer time comes straight after 01:00.
    now = dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)
    assert quiet_until(night, ZONE, now) == dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)


def test_route_tells_nobody_and_the_log_says_so_when_a_step_finds_nobody_on_duty() -> None:
    empty = notice().model_copy(update={"told": Told(step=1, role=Role.SUPERVISOR, people=(), empty=True)})
    done = run(empty, world())
    assert (done.deliveries, done.outcome) == ((), "nobody_on_duty")


def test_route_tells_the_role_when_nobody_is_known() -> None:
    empty = notice().model_copy(update={"told": Told(step=0, role=Role.SUPERVISOR, people=(), empty=True, final=True)})
    done = run(empty, world())
    assert [(d.staff_id, d.role) for d in done.deliveries] == [(None, "supervisor")]
    assert done.outcome == "nobody_known"
