"""Blocked for somebody, opened again, expired by rule, and exceptions that are corrected but never edited (C3, C4)."""

import datetime as dt
from typing import Any

import pytest

from services.records.domain import commands as c
from services.records.domain.state import RecordState
from services.records.usecases.alarms import timers_of
from shared.contracts.errors import AppError
from shared.contracts.identity import Actor, ActorKind, Department
from shared.contracts.records import Awaited, Outcome, Status, Wait
from tests.factories.guest_records import (
    ANA,
    MACHINE,
    NOW,
    SOFIA,
    WHY,
    after,
    blocked,
    done,
    in_status,
    opened,
    raised,
    terms,
    words,
)

HOUR = dt.timedelta(hours=1)
STALE = terms("guest_request", terms().rules.model_copy(update={"expire_after_s": 3600}))


def refused(state: RecordState, command: c.Command, **how: Any) -> AppError:
    with pytest.raises(AppError) as refusal:
        done(state, command, **how)
    return refusal.value


@pytest.mark.parametrize(
    ("wait", "field", "rule"),
    [
        (Wait(party=Awaited.DEPARTMENT), "department", "party"),
        (Wait(party=Awaited.GUEST, department=Department.FINANCE), "department", "party"),
        (Wait(party=Awaited.PERSON), "staff_id", "party"),
        (Wait(party=Awaited.GUEST, staff_id="rui"), "staff_id", "party"),
        (Wait(party=Awaited.GUEST, until=NOW), "until", "in_future"),
    ],
)
def test_block_is_refused_when_whom_it_waits_for_makes_no_sense(wait: Wait, field: str, rule: str) -> None:
    refusal = refused(in_status(Status.PENDING), c.BlockRecord(WHY, wait))
    assert [(breach.field, breach.rule) for breach in refusal.breaches] == [(field, rule)]


def test_wait_is_said_to_be_over_once_and_the_clock_stands_on() -> None:
    until = Wait(party=Awaited.SUPPLIER, until=NOW + HOUR)
    state = after(in_status(Status.PENDING), c.BlockRecord(WHY, until))
    assert [timer.due_at for timer in timers_of(state).values()] == [NOW + HOUR]
    assert refused(state, c.EndWait(), now=NOW).code == "not_waiting"
    decision = done(state, c.EndWait(), by=MACHINE, now=NOW + HOUR)
    assert [event.type for event in decision.events] == ["record.wait_ended.v1"]
    assert (decision.state.status, decision.state.paused_at) == (Status.BLOCKED, NOW)
    assert timers_of(decision.state) == {}
    assert refused(decision.state, c.EndWait(), now=NOW + HOUR).code == "not_waiting"


@pytest.mark.parametrize("end", [c.UnblockRecord(), c.CompleteRecord(Outcome.DECLINED, WHY)])
def test_nobody_is_waited_for_any_more_when_the_block_ends(end: c.Command) -> None:
    assert after(in_status(Status.BLOCKED), end).waits_for is None


def test_reopening_counts() -> None:
    closed = c.CompleteRecord(Outcome.DECLINED, WHY)
    state = after(in_status(Status.COMPLETE), c.ReopenRecord(WHY), closed, c.ReopenRecord(WHY))
    assert (state.reopened, state.close_count) == (2, 2)


def test_stale_record_expires_by_the_hotel_s_rule_after_its_deadline() -> None:
    state = opened(held=STALE)
    assert state.ends_at == state.due_at + HOUR
    assert refused(state, c.ExpireRecord(), now=state.due_at).code == "not_expired"
    assert after(state, c.ExpireRecord(), now=state.due_at + HOUR).outcome is Outcome.EXPIRED


def test_kind_s_own_moment_comes_first_when_it_is_earlier() -> None:
    assert opened(held=STALE, expires_at=NOW + HOUR).ends_at == NOW + HOUR


def test_paused_record_is_not_stale_and_its_pause_is_given_back() -> None:
    state = after(opened(held=STALE), blocked(), held=STALE)
    assert state.ends_at is None
    resumed = after(state, c.UnblockRecord(), now=NOW + 5 * HOUR)
    assert resumed.ends_at == opened(held=STALE).due_at + 6 * HOUR


def test_record_without_such_a_rule_never_goes_stale() -> None:
    assert opened().ends_at is None


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize("missing", ["unusual", "guest_impact"])
def test_exception_lacks_no_part_whatever_road_it_comes_by(kind: ActorKind, missing: str) -> None:
    by = c.Doer(Actor(kind=kind, id="somebody"))
    refusal = refused(in_status(Status.PENDING), raised(**dict[str, Any]({missing: None})), by=by)
    assert [(breach.field, breach.rule) for breach in refusal.breaches] == [(missing, "required")]


def test_hotel_s_own_causes_stand_beside_those_of_the_kind() -> None:
    held = terms("guest_request", terms().rules.model_copy(update={"causes": ("lift_broken",)}))
    assert after(in_status(Status.PENDING), raised("lift_broken"), held=held).exception_cause == "lift_broken"
    assert after(in_status(Status.PENDING), raised("repeated"), held=held).exception_cause == "repeated"
    refusal = refused(in_status(Status.PENDING), raised("lift_broken"))
    assert [(breach.field, breach.rule) for breach in refusal.breaches] == [("cause", "choice")]


def test_correction_is_added_and_the_note_stays_as_it_was_even_when_closed() -> None:
    noted = after(in_status(Status.PENDING), raised())
    note = noted.exception_notes[0]
    review = c.ReviewException(note.id, accept=True, comment=words("Seen."))
    closed = after(after(noted, review, by=SOFIA), c.CompleteRecord(Outcome.DECLINED, WHY))
    decision = done(closed, c.CorrectException(note.id, "c1", words("It was 214.")))
    held = decision.state.exception_notes[0]
    assert [event.type for event in decision.events] == ["record.exception_corrected.v1"]
    assert (held.unusual, held.guest_impact, held.raised_by) == (note.unusual, note.guest_impact, note.raised_by)
    assert [(each.id, each.by) for each in held.corrections] == [("c1", ANA.id)]
    twice = after(decision.state, c.CorrectException(note.id, "c2", words("No, 241.")), by=SOFIA)
    assert [each.id for each in twice.exception_notes[0].corrections] == ["c1", "c2"]


@pytest.mark.parametrize("text", [None, words(" "), words("4111 1111 1111 1111")])
def test_correction_is_refused_when_it_says_nothing_or_a_card(text: Any) -> None:
    noted = after(in_status(Status.PENDING), raised())
    refusal = refused(noted, c.CorrectException(noted.exception_notes[0].id, "c1", text))
    assert [breach.field for breach in refusal.breaches] == ["text"]


def test_same_trouble_has_the_same_key_in_another_room_and_another_one_for_another_thing() -> None:
    def key(**given: Any) -> str | None:
        return after(opened(**given), raised("not_available")).exception_notes[0].repeat_key

    towels = {"topic": "extra_towels", "promised_time": "15:00"}
    assert key(room="101") == key(room="102")
    assert key() != key(fields=towels)
