"""A question that nobody answered in time rings for whom it was put to; a yes that came too late rings at once."""

import datetime as dt

from services.alerts.domain.watch import Watch, fire
from shared.contracts.identity import Department
from shared.contracts.offers import Sale
from shared.contracts.records import OpenQuestion
from shared.contracts.values import Money
from tests.factories.records import NOON, Story, minutes
from tests.unit.alerts.test_watch import rules_opened, told

BY = NOON + minutes(20)
ASKED = OpenQuestion(id="q-1", asked_by="staff-ana", asked_at=NOON, answer_by=BY, to_department=Department.HOUSEKEEPING)


def asked(question: OpenQuestion = ASKED) -> Story:
    return Story().then("question_asked", NOON + minutes(1), questions=1, open_questions=(question,))


def rung(watch: Watch, at: dt.datetime = BY) -> Watch:
    plan = fire(watch, "question_overdue|q-1", 1)
    assert plan is not None
    assert [(one.rule, one.due) for one in plan.opened] == [("question_overdue", at)]
    return plan.watch


def test_question_is_watched_until_its_answer_and_belongs_to_whom_it_was_put_to() -> None:
    plans = told(asked().then("question_answered", NOON + minutes(9), open_questions=()))
    assert [(clock.rule, clock.due) for clock in plans[1].armed] == [("question_overdue", BY)]
    subject = plans[1].watch.subject("q-1")
    assert subject is not None
    assert (subject.owner, subject.department) == (None, Department.HOUSEKEEPING)
    assert plans[2].disarmed == ("breach|question_overdue|q-1",)


def test_question_to_a_person_is_theirs_and_not_of_who_has_the_record() -> None:
    question = ASKED.model_copy(update={"to_department": None, "to_staff": "staff-rui"})
    subject = told(asked(question))[1].watch.subject("q-1")
    assert subject is not None
    assert subject.owner == "staff-rui"


def test_overdue_question_rings_once_and_ends_with_its_answer() -> None:
    story = asked().then("question_overdue", BY + minutes(1)).then("noted", BY + minutes(2))
    plans = told(story.then("question_answered", BY + minutes(3), open_questions=()))
    assert rules_opened(plans).count("question_overdue") == 1
    assert len(plans[-1].closed) == 1
    rung(told(asked())[-1].watch)


def test_yes_that_came_too_late_rings_and_ends_when_the_record_is_closed() -> None:
    euros = Money(amount=100, currency="EUR")
    sale = Sale(offer_id="o-1", offer_version=1, code="spa", service="spa", quoted=euros, tax=euros, state="missed")
    story = Story().accepted(NOON + minutes(1)).then("edited", NOON + minutes(2), sale=sale)
    plans = told(story.completed(NOON + minutes(9)))
    assert rules_opened(plans) == ["late_yes"]
    assert len(plans[-1].closed) == 1
