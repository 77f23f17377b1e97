"""A handover: nothing open is left out, what changed is said, and its event stays small."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from services.records.domain import handover as h
from services.records.domain.state import RecordState
from shared.contracts.envelope import encode
from shared.contracts.handovers import HandoverEvent, HandoverState
from shared.contracts.identity import Department, system
from shared.contracts.records import Outcome, Status
from tests.factories.guest_records import ANA, NOW, WHY, after, c, in_status, opened, raised, words

HOUR = dt.timedelta(hours=1)
QUARTER = dt.timedelta(minutes=15)
DESK = Department.FRONT_OFFICE


def handing(**given: object) -> h.Handing:
    base = {
        "id": "handover-1",
        "chain": "demo",
        "property_id": "resort",
        "zone": "Europe/Lisbon",
        "department": DESK,
        "at": NOW,
        "since": NOW - 8 * HOUR,
        "incoming": ("rui",),
    }
    return h.Handing.model_validate(base | given)


def prepared(
    work: list[RecordState],
    ended: list[RecordState] | None = None,
    before: h.HandoverDocument | None = None,
    now: dt.datetime = NOW,
    **given: object,
) -> h.HandoverDocument:
    known = {each.record_id: each for each in before.items} if before else {}
    return h.prepared(handing(**given), work, ended or [], known, now, QUARTER)


def desks(**changed: object) -> RecordState:
    return opened().model_copy(update={"department": DESK, **changed})


def only(document: h.HandoverDocument) -> h.Item:
    (found,) = document.items
    return found


def test_item_says_owner_status_next_action_and_due() -> None:
    state = desks()
    said = only(prepared([state]))
    assert (said.owner, said.status, said.next_action, said.due_at) == (
        "ana",
        Status.NEW,
        state.next_action,
        state.due_at,
    )
    assert (said.changes, said.accepted, said.risk) == ((h.Change.NEW,), False, "on_track")


def test_reviews_and_unanswered_questions_are_handed_over() -> None:
    state = after(in_status(Status.PENDING), raised())
    asked = [
        c.AskQuestion(f"q{number}", words(), NOW + HOUR, to_department=Department.HOUSEKEEPING) for number in (1, 2)
    ]
    state = after(state, *asked, c.AnswerQuestion("q1", words()), c.AddNote(words()))
    said = only(prepared([state.model_copy(update={"department": DESK})]))
    assert [each.what for each in said.reviews] == ["exception"]
    assert [each.id for each in said.questions] == ["q2"]
    assert said.notes == 1


def test_what_changed_since_the_last_handover_is_said() -> None:
    state = desks()
    first = prepared([state])
    moved = after(state, c.AcceptRecord(), c.AddNote(words()), by=ANA)
    second = only(prepared([moved], before=first, since=NOW))
    assert (second.changes, second.status_before) == ((h.Change.MOVED, h.Change.NOTED), Status.NEW)
    assert second.owner_before is None


def test_unchanged_work_says_no_change() -> None:
    state = desks()
    assert only(prepared([state], before=prepared([state]), since=NOW)).changes == ()


def test_work_that_came_from_another_department_is_not_called_new() -> None:
    state = desks(opened_at=NOW - 30 * HOUR)
    assert only(prepared([state])).changes == (h.Change.CAME,)


def test_closed_and_handed_away_are_told_apart() -> None:
    closed = after(desks(), c.CompleteRecord(Outcome.DECLINED, WHY))
    away = desks(department=Department.HOUSEKEEPING)
    found = prepared([], [closed, away])
    assert {each.record_id: (each.status, each.department) for each in found.gone} == {
        closed.id: (Status.COMPLETE, DESK),
        away.id: (Status.NEW, Department.HOUSEKEEPING),
    }
    assert found.head.counts.closed == 1


def test_question_of_another_department_is_counted_apart() -> None:
    theirs = opened().model_copy(update={"department": Department.HOUSEKEEPING})
    found = prepared([desks(), theirs])
    assert (found.head.open_records, found.head.counts.asked, found.head.counts.unaccepted) == (2, 1, 1)


def test_day_and_shift_are_those_of_the_hotel() -> None:
    late = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)
    head = prepared([], at=late).head
    assert (head.business_day, head.shift) == (dt.date(2026, 7, 2), "from_0030")


def test_time_to_acknowledge_counts_from_when_it_was_made_when_that_was_late() -> None:
    head = prepared([], now=NOW + HOUR).head
    assert (head.late_ms, head.acknowledge_by) == (3_600_000, NOW + HOUR + QUARTER)


def test_acknowledgements_are_kept_in_turn() -> None:
    head = h.acknowledged(h.acknowledged(prepared([]).head, "rui", NOW), "bea", NOW + HOUR)
    assert (head.acknowledged_by, head.state, head.version) == ("rui", HandoverState.ACKNOWLEDGED, 3)
    assert [each.by for each in head.acknowledgements] == ["rui", "bea"]


def test_event_stays_small_when_the_department_has_two_thousand_open() -> None:
    state = desks()
    many = [state.model_copy(update={"id": f"record-{number}"}) for number in range(2_000)]
    head = prepared(many, incoming=tuple(f"staff-{number}" for number in range(200))).head
    assert head.open_records == 2_000
    assert len(encode(HandoverEvent(actor=system("records"), handover=head))) < 16 * 1024


def test_digest_changes_when_any_item_does() -> None:
    state = desks()
    found = {prepared([each]).head.digest for each in (state, state.model_copy(update={"owner": "rui"}))}
    assert len(found) == 2


STATES = st.lists(
    st.tuples(st.sampled_from(Status), st.sampled_from(Department), st.integers(-40, 40), st.booleans()), max_size=12
)
BY_STATUS = {status: in_status(status) for status in Status}


@settings(deadline=None, max_examples=100)
@given(STATES, STATES)
def test_nothing_open_is_left_out_whatever_the_shift_before_left(
    drawn: list[tuple[Status, Department, int, bool]], earlier: list[tuple[Status, Department, int, bool]]
) -> None:
    def made(rows: list[tuple[Status, Department, int, bool]]) -> list[RecordState]:
        return [
            BY_STATUS[status].model_copy(
                update={
                    "id": f"record-{number}",
                    "department": department,
                    "due_at": NOW + hours * HOUR,
                    "accepted": accepted,
                }
            )
            for number, (status, department, hours, accepted) in enumerate(rows)
        ]

    work = [state for state in made(drawn) if state.status is not Status.COMPLETE]
    ended = [state for state in made(drawn) if state.status is Status.COMPLETE]
    found = prepared(work, ended, before=prepared(made(earlier)))
    assert sorted(each.record_id for each in found.items) == sorted(state.id for state in work)
    assert [each.due_at for each in found.items] == sorted(state.due_at for state in work)
    assert {each.record_id: (each.status, each.owner, each.next_action.code) for each in found.items} == {
        state.id: (state.status, state.owner, state.next_action.code) for state in work
    }
    assert found.head.open_records == len(work)
    assert {each.record_id for each in found.gone} == {state.id for state in ended}
