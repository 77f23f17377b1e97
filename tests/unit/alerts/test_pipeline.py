"""The notification pipeline: each stage by itself, then the whole list."""

import contextlib
import datetime as dt

import pytest
from pydantic import ValidationError

from services.alerts.domain.alert import LiveAlert, Told, opened
from services.alerts.domain.book import DEFAULT, Book, QuietHours, Route
from services.alerts.domain.notice import Delivery, Notice, World
from services.alerts.domain.preferences import Person, Preferences
from services.alerts.domain.rules import Concern
from services.alerts.domain.silence import Silence
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
    named = DEFAULT.by_code[rule]
    live: LiveAlert = opened(Opening(alert_id="alert-1", terms=named, subject=subject, due=NOON), CHAIN, ZONE, NOON)
    return Notice(live=live, told=Told(step=0, role=Role.SUPERVISOR, people=people or ("sue",), off_duty=off_duty))


def world(now: dt.datetime = NOON, **known: object) -> World:
    """A world where nothing was sent yet."""
    return World.model_validate({"now": now, **known})


def test_pipeline_is_one_list_in_the_written_order() -> None:
    names = [stage.__name__ for stage in STAGES]
    assert names == ["silence", "inhibit", "group", "dedupe", "quiet_hours", "route", "send", "log"]


def wishing(staff_id: str, **wishes: object) -> Person:
    """Somebody with addresses."""
    known = {"email": f"{staff_id}@hotel.example", "phone": "+351912345678"} | wishes
    return Person(staff_id=staff_id, wishes=Preferences.model_validate(known))


def by(*channels: str, **known: object) -> World:
    """A world whose only route has these channels, all of them installed."""
    return world(books={PROPERTY: Book(routes=(Route(channels=channels),))}, usable=frozenset(channels), **known)


def ways(done: Notice) -> list[tuple[str | None, str, tuple[str, ...]]]:
    """Who is told on what, and what comes after it."""
    return [(d.staff_id, d.channel, d.fallbacks) for d in done.deliveries]


def test_pipeline_tells_each_person_in_the_inbox_and_by_the_first_way_that_fits() -> None:
    people = {"sue": wishing("sue"), "dan": wishing("dan", email=None)}
    done = run(notice("accept_overdue", "sue", "dan"), by("email", "sms", people=people))
    assert ways(done) == [
        ("sue", "inbox", ()), ("sue", "email", ("sms",)), ("dan", "inbox", ()), ("dan", "sms", ()),
    ]  # fmt: skip
    assert done.outcome == "sent"


def test_route_follows_a_person_s_own_order_and_leaves_out_what_they_do_not_want() -> None:
    people = {"sue": wishing("sue", channels=("sms",)), "dan": wishing("dan", channels=())}
    done = run(notice("accept_overdue", "sue", "dan"), by("email", "sms", people=people))
    assert ways(done) == [("sue", "inbox", ()), ("sue", "sms", ()), ("dan", "inbox", ())]


def test_route_of_a_critical_alert_may_be_reordered_but_not_refused() -> None:
    people = {"sue": wishing("sue", channels=("sms",)), "dan": wishing("dan", channels=())}
    done = run(notice("overdue", "sue", "dan"), by("email", "sms", people=people))
    assert ways(done) == [
        ("sue", "inbox", ()), ("sue", "sms", ("email",)), ("dan", "inbox", ()), ("dan", "email", ("sms",)),
    ]  # fmt: skip


def test_route_puts_a_person_s_digest_off_to_its_hour_and_a_critical_alert_not() -> None:
    people = {"sue": wishing("sue", digest="hourly")}
    told = run(notice("accept_overdue"), by("sms", "email", people=people))
    assert [(d.channel, d.digest, d.visible_at) for d in told.deliveries] == [
        ("inbox", False, NOON), ("email", True, NOON + minutes(60)),
    ]  # fmt: skip
    assert ways(run(notice("overdue"), by("sms", "email", people=people)))[1] == ("sue", "sms", ("email",))


def test_route_tells_a_place_once_for_a_group() -> None:
    book = Book(routes=(Route(destinations=("chat-1",)),))
    first = run(notice(), world(books={PROPERTY: book}))
    assert [(d.channel, d.destination) for d in first.deliveries] == [("inbox", None), ("place", "chat-1")]
    rung = frozenset((d.group, d.hearer) for d in first.deliveries)
    assert [d.channel for d in run(notice(), world(books={PROPERTY: book}, rung=rung)).deliveries] == ["inbox"]


def silence(name: str, **terms: object) -> Silence:
    """A silence over everything of the hotel for five minutes, or what is said instead."""
    plain = {"id": name, "property_id": PROPERTY, "until": NOON + minutes(5)}
    return Silence.model_validate({**plain, "begun_by": "sue", "begun_at": NOON, "version": 1, **terms})


def test_silence_never_covers_what_watches_over_the_house() -> None:
    assert run(notice("glass_broken"), world(silences=(silence("s-1"),))).outcome == "sent"


def test_silence_keeps_what_it_matches_and_the_log_says_so() -> None:
    quiet = silence("s-1", rule="accept_overdue")
    done = run(notice(), world(silences=(quiet,)))
    assert (done.deliveries, done.outcome) == ((), "silenced")


def test_silence_lets_pass_what_is_of_another_rule_or_over() -> None:
    other, over, away = silence("s-1", rule="overdue"), silence("s-2", until=NOON), silence("s-3", property_id="resort")
    assert run(notice(), world(silences=(other, over, away))).outcome == "sent"


def test_inhibit_keeps_a_warning_when_the_deadline_rings_already() -> None:
    live = frozenset({("overdue", "rec-1")})
    assert run(notice("at_risk"), world(live_rules=live)).outcome == "inhibited"
    assert run(notice("overdue"), world(live_rules=live)).outcome == "sent"


def test_inhibit_keeps_a_hotel_s_differences_silent_while_its_pms_is() -> None:
    live = frozenset({("feed_silent", PROPERTY)})
    assert run(notice("stay_mismatch"), world(live_rules=live)).outcome == "inhibited"
    assert run(notice("stay_mismatch"), world(live_rules=frozenset({("feed_silent", "resort")}))).outcome == "sent"


def test_group_rings_a_person_once_within_its_window() -> None:
    first = run(notice(), world())
    rung = frozenset({(first.group, "sue")})
    second = run(notice("accept_overdue", "sue", "ben"), world(rung=rung))
    assert [(d.staff_id, d.lead) for d in second.deliveries] == [("sue", False), ("ben", True)]
    assert run(notice(), world(rung=rung)).outcome == "grouped"


def test_group_opens_anew_when_its_window_is_over() -> None:
    rung = frozenset({(run(notice(), world()).group, "sue")})
    assert run(notice(), world(NOON + minutes(6), rung=rung)).outcome == "sent"


def test_group_rings_a_critical_alert_again_after_a_minute() -> None:
    rung = frozenset({(run(notice("overdue"), world()).group, "sue")})
    assert run(notice("overdue"), world(rung=rung)).outcome == "grouped"
    assert run(notice("overdue"), world(NOON + minutes(1), rung=rung)).outcome == "sent"


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
        asleep.model_copy(
            update={
                "live": asleep.live.model_copy(
                    update={"rule": asleep.live.rule.model_copy(update={"concern": concern})}
                )
            }
        )
        for concern in (Concern.LIFE_SAFETY, Concern.PAYMENT_FAILURE)
    ]
    assert [run(one, world(MIDNIGHT)).deliveries[0].visible_at for one in loud] == [MIDNIGHT, MIDNIGHT]


def test_quiet_hours_end_at_the_first_instant_after_a_gap() -> None:
    night = QuietHours(end=dt.time(1, 30))
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


OWN_NIGHT = {"quiet": {"start": "00:00", "end": "09:30"}}


def test_own_quiet_hours_go_before_the_hotel_s_and_only_off_duty() -> None:
    people = {"sue": wishing("sue", **OWN_NIGHT), "dan": wishing("dan", **OWN_NIGHT)}
    done = run(notice("accept_overdue", "sue", "dan", off_duty=("sue",)), world(MIDNIGHT, people=people))
    assert {each.staff_id: each.visible_at for each in done.deliveries} == {
        "sue": dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC),
        "dan": MIDNIGHT,
    }


def test_own_quiet_hours_do_not_hold_back_payments() -> None:
    people = {"sue": wishing("sue", **OWN_NIGHT)}
    done = run(notice("posting_failed", "sue", off_duty=("sue",)), world(MIDNIGHT, people=people))
    assert [each.visible_at for each in done.deliveries] == [MIDNIGHT]


@pytest.mark.parametrize(("start", "end", "stands"), [("20:00", "08:00", True), ("20:00", "08:01", False)])
def test_own_quiet_hours_last_half_a_day_at_most(start: str, end: str, stands: bool) -> None:
    wished = {"quiet": {"start": start, "end": end}}
    with contextlib.nullcontext() if stands else pytest.raises(ValidationError):
        Preferences.model_validate(wished)


def test_route_rings_on_the_console_alone_when_the_hotel_is_no_real_one_yet() -> None:
    route = Route(channels=("email",), destinations=("chat-1",))
    known = world(books={PROPERTY: Book(routes=(route,))}, usable=frozenset({"email"}), people={"sue": wishing("sue")})

    outside, indoors = run(notice(), known), run(notice(), known.model_copy(update={"indoors": {PROPERTY}}))

    assert [one.channel for one in outside.deliveries] == ["inbox", "email", "place"]
    assert [one.channel for one in indoors.deliveries] == ["inbox"]


def test_group_rings_anew_for_what_was_put_off_and_for_each_reminder() -> None:
    first = notice()
    rung = frozenset({(run(first, world()).group, "sue")})
    again = first.model_copy(update={"live": first.live.model_copy(update={"round": 1})})
    reminded = first.model_copy(update={"live": first.live.model_copy(update={"reminders": 1})})
    later = world(NOON + minutes(1), rung=rung)
    assert [run(each, later).outcome for each in (first, again, reminded)] == ["grouped", "sent", "sent"]


def digest(wishes: dict[str, object], off_duty: tuple[str, ...], now: dt.datetime) -> Delivery:
    """The digest of one notice."""
    book = Book(routes=(Route(channels=("email",)),))
    told = {"books": {PROPERTY: book}, "people": {"sue": wishing("sue", **wishes)}, "usable": frozenset({"email"})}
    return run(notice("accept_overdue", off_duty=off_duty), world(now, **told)).deliveries[1]


def test_digest_of_an_hour_leaves_people_off_duty_alone_at_night() -> None:
    late = dt.datetime(2026, 3, 9, 21, 30, tzinfo=dt.UTC)
    on, off = digest({"digest": "hourly"}, (), late), digest({"digest": "hourly"}, ("sue",), late)
    assert (on.visible_at, on.wall) == (dt.datetime(2026, 3, 9, 22, tzinfo=dt.UTC), None)
    assert (off.visible_at, off.wall) == (dt.datetime(2026, 3, 10, 7, tzinfo=dt.UTC), "2026-03-10T07:00:00")


def test_digest_of_a_day_waits_for_its_own_local_time() -> None:
    at = digest({"digest": "daily", "digest_at": "08:00"}, ("sue",), MIDNIGHT)
    assert (at.visible_at, at.wall) == (dt.datetime(2026, 3, 10, 8, tzinfo=dt.UTC), "2026-03-10T08:00:00")


def test_digest_is_not_mailed_to_who_wants_no_mail() -> None:
    people = {"sue": wishing("sue", digest="hourly", channels=())}
    assert ways(run(notice(), by("email", people=people))) == [("sue", "inbox", ())]
