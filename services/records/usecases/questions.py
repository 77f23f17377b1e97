"""The questions that wait for a person or their departments (K1)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from services.records.domain.state import Question, RecordState
from services.records.ports import Query, Unanswered
from services.records.usecases.house import House
from services.records.usecases.masks import WORDS
from services.records.usecases.permissions import note_reads
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_questions import AskedOf, QuestionPage
from shared.chassis.paging import cursor, cursor_of
from shared.contracts.identity import Principal


@dataclass(frozen=True)
class Put:
    """Which questions: those to the caller, to their departments, or both; only the overdue ones."""

    to: str | None = None
    overdue: bool = False
    property_id: str | None = None
    after: str | None = None
    limit: int = 50


class Questions:
    """The use case behind `GET /v1/questions`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def page(self, principal: Principal, put: Put) -> QuestionPage:
        """A page of records' unanswered questions, the soonest answer of each page first.

        Whoever is asked may read what they are asked, also where the rest of the record is masked; it is a logged read.
        """
        now = self._house.clock.now()
        asked = _asked(principal, put, now)
        query = Query(now, put.property_id, unanswered=asked, after=cursor(put.after), limit=put.limit)
        scope = scope_of(principal)
        found = await self._house.records.page(scope, query)
        page = [state for state in found.states if self._readable(principal, state)]
        waiting = [(state, each) for state in page for each in state.asked if _is_of(each, asked)]
        texts = await self._house.texts.read(scope, {question.text.ref for _, question in waiting})
        if texts:
            await note_reads(self._house, principal, page, frozenset({WORDS}))
        shown = [self._shown(state, each, texts, now) for state, each in waiting]
        ordered = tuple(sorted(shown, key=lambda each: (each.answer_by, each.id)))
        return QuestionPage(questions=ordered, next=cursor_of(found.after))

    def _readable(self, principal: Principal, state: RecordState) -> bool:
        people = self._house.people
        return people.decide(principal, "read", state.kind, state.property_id, state.department).allow

    def _shown(self, state: RecordState, question: Question, texts: Mapping[str, str], now: dt.datetime) -> AskedOf:
        return AskedOf(
            id=question.id,
            record_id=state.id,
            record_version=state.version,
            property_id=state.property_id,
            kind=state.kind,
            kind_title=self._house.catalogue.kind(state.kind).label,
            room=state.room,
            text=texts.get(question.text.ref),
            asked_by=question.asked_by,
            asked_at=question.asked_at,
            answer_by=question.answer_by,
            to_department=question.to_department,
            to_staff=question.to_staff,
            overdue=question.answer_by <= now,
        )


def _asked(principal: Principal, put: Put, now: dt.datetime) -> Unanswered:
    return Unanswered(
        staff_id=principal.staff_id if put.to in (None, "me") else None,
        departments=tuple(sorted(principal.departments)) if put.to in (None, "department") else (),
        due_by=now if put.overdue else None,
    )


def _is_of(question: Question, asked: Unanswered) -> bool:
    mine = question.to_staff is not None and question.to_staff == asked.staff_id
    ours = question.to_department is not None and question.to_department in asked.departments
    late = asked.due_by is None or question.answer_by <= asked.due_by
    return question.answer is None and (mine or ours) and late
