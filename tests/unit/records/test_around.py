"""Around a record: the words it is found by, its checklist and kin, questions that repeat, what guests like."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records.domain import commands as c
from services.records.domain.files import JPEG, PDF, PNG, WEBP, type_of
from services.records.domain.finding import words_in
from services.records.domain.parts import AttachedFile, Child, Repeat
from services.records.domain.preferences import preferences
from services.records.domain.repeats import FirstAsked, answers_it, repeat_key
from services.records.domain.rules import TemplateItem
from services.records.domain.state import RecordState
from services.records.workflows import CATALOGUE
from shared.contracts.errors import AppError
from shared.contracts.records import Outcome, Status, TriggerKind
from shared.contracts.stays import StayStatus
from tests.factories.guest_records import (
    ANA,
    FIRST_VALUES,
    MACHINE,
    NOW,
    WHY,
    after,
    done,
    in_status,
    kinds,
    opened,
    opening,
    stay,
    terms,
    words,
)

CANCEL = c.CompleteRecord(Outcome.CANCELLED, WHY)


def refused(state: RecordState, command: c.Command, **how: Any) -> str:
    with pytest.raises(AppError) as refusal:
        done(state, command, **how)
    return refusal.value.code


@given(st.text(alphabet="abcäßÉ12 _-,.;", min_size=1, max_size=40))
def test_nothing_a_person_wrote_is_a_word_of_its_record(said: str) -> None:
    secret = f"zz{said}zz"
    state = opened(fields=FIRST_VALUES["guest_request"] | {"details": words(secret)})
    state = after(state, c.AddNote(words(secret)), c.AddItems([c.NewItem("item-1", text=words(secret))]))
    assert not set(words_in(secret)) & set(state.words)
    assert {"guest", "request", "baby", "cot", "214"} <= set(state.words)


@given(st.text(max_size=200))
def test_words_are_the_same_however_often_they_are_taken(text: str) -> None:
    found = words_in(text)
    assert words_in(" ".join(found)) == found
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("kind", [kind.code for kind in kinds()])
def test_every_kind_is_found_by_its_name(kind: str) -> None:
    assert set(words_in(kind)) <= set(opened(kind).words)


def test_template_of_the_hotel_wins_over_the_kinds_when_a_record_opens() -> None:
    held = terms()
    ruled = held.rules.model_copy(update={"checklist": (TemplateItem(code="wipe_down", compulsory=True),)})
    state = opened(held=terms(rules=ruled))
    assert [(item.code, item.compulsory) for item in state.checklist] == [("wipe_down", True)]
    assert (opened().checklist, state.items_open) == ((), 1)


def test_machine_is_not_asked_about_subtasks_when_it_closes_their_parent() -> None:
    child = opened()
    parent = opened().model_copy(update={"children": (Child(id=child.id, compulsory=True),)})
    held = terms()
    known = type(held)(held.kind, held.rules, held.version, held.currency, children=(child,))
    assert refused(parent, CANCEL, held=known) == "undecided_subtasks"
    assert done(parent, CANCEL, by=MACHINE, held=known).state.status is Status.COMPLETE
    kept = c.CompleteRecord(Outcome.CANCELLED, WHY, children="keep")
    assert done(parent, kept, held=known).state.outcome is Outcome.CANCELLED


def test_reopened_duplicate_names_no_other_record() -> None:
    merged = after(opened(), c.MergeRecord("record-other", WHY))
    assert (merged.outcome, merged.merged_into) == (Outcome.CANCELLED, "record-other")
    assert after(merged, c.ReopenRecord(WHY)).merged_into is None


def test_answer_is_overdue_once_and_never_early() -> None:
    by = NOW + dt.timedelta(hours=1)
    asked = after(opened(), c.AskQuestion("question-1", words(), by, to_staff="rui"))
    overdue = c.NoteOverdueAnswer("question-1")
    assert refused(asked, overdue) == "not_overdue"
    late = done(asked, overdue, by=MACHINE, now=by).state
    assert refused(late, overdue, now=by) == "not_overdue"
    answered = after(asked, c.AnswerQuestion("question-1", words()))
    assert refused(answered, overdue, now=by) == "not_overdue"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe0", JPEG),
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", WEBP),
        (b"%PDF-1.7", PDF),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"<svg onload=alert(1)>", None),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_type_is_told_by_the_first_bytes(head: bytes, found: str | None) -> None:
    assert type_of(head) == found


def test_closed_record_takes_a_file_and_a_repeat_but_no_item() -> None:
    closed = in_status(Status.COMPLETE)
    file = AttachedFile(id="file-1", type=PDF, size=9, digest="0" * 64, added_by="ana", added_at=NOW)
    repeat = Repeat(at=NOW, source=TriggerKind.STAFF_TASK, key="repeat-1")
    state = after(closed, c.Attach(file), c.CountRepeat(repeat))
    assert (state.attachments, state.repeats) == (1, 1)
    assert refused(state, c.CountRepeat(repeat)) == "nothing_changed"
    assert refused(state, c.AddItems([c.NewItem("item-1", text=words())])) == "record_closed"


def test_question_is_the_same_for_topic_and_stay_alone() -> None:
    kind = CATALOGUE.kind("guest_request")
    first = repeat_key(kind, opening())
    assert first is not None
    assert repeat_key(kind, opening(room="999")) == first
    assert repeat_key(kind, opening(stay_id="stay-2")) != first
    assert repeat_key(kind, opening(fields={"topic": "repair"})) != first
    assert repeat_key(kind, opening(stay_id=None)) is None
    assert repeat_key(CATALOGUE.kind("feedback_score"), opening("feedback_score")) is None


@pytest.mark.parametrize(
    ("outcome", "age_s", "stands"),
    [(None, 60, True), (None, 61, False), (Outcome.DECLINED, 1, True), (Outcome.CANCELLED, 1, False)],
)
def test_first_record_stands_for_a_question_within_the_window(
    outcome: Outcome | None, age_s: int, stands: bool
) -> None:
    first = opened().model_copy(update={"outcome": outcome})
    now = NOW + dt.timedelta(seconds=age_s)
    assert answers_it(first, FirstAsked(first.id, NOW), now, 60) is stands


@given(st.lists(st.tuples(st.sampled_from(["bed", "room"]), st.booleans(), st.booleans()), max_size=8))
def test_one_preference_is_known_for_each_topic_and_the_newest_that_holds(notes: list[tuple[str, bool, bool]]) -> None:
    made = []
    for number, (topic, passing, ended) in enumerate(notes):
        valid = "this_stay" if passing else "every_stay"
        state = opened("preference_note", fields={"topic": topic, "valid_for": valid}, stay_id=f"stay-{ended}")
        moment = NOW + dt.timedelta(minutes=number)
        state = done(done(state, c.AcceptRecord()).state, c.CheckValue(), by=ANA, now=moment).state
        made.append((topic, not (passing and ended), state))
    stays = {
        f"stay-{ended}": stay(status=StayStatus.CHECKED_OUT if ended else StayStatus.BOOKED) for ended in (True, False)
    }
    held = {
        str(each.fields["topic"]): each.id for each in preferences([each[2] for each in made], CATALOGUE.kinds, stays)
    }
    assert held == {topic: state.id for topic, holds, state in made if holds}
