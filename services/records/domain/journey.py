"""What follows from a record's state: its open reviews, what is missing, and who must act next (S3)."""

from services.records.domain.finding import words_of
from services.records.domain.kinds import KindSpec, Move, Stage
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from shared.contracts.records import NextAction, OpenQuestion, Review, Status
from shared.contracts.writebacks import UNSETTLED


def settled(state: RecordState, terms: Terms) -> RecordState:
    """The state with everything that follows from it brought up to date."""
    counted = state.model_copy(
        update={
            "reviews": open_reviews(state, terms),
            "missing_fields": missing_fields(state, terms),
            "topic": terms.kind.topic(state.fields),
            "exceptions": len(state.exception_notes),
            "exception_cause": state.exception_notes[-1].cause if state.exception_notes else None,
            "items_open": sum(each.compulsory and each.done_by is None for each in state.checklist),
            "subtasks": len(state.children),
            "attachments": len(state.files),
            "repeats": len(state.repeated),
            "open_questions": open_questions(state),
        }
    )
    counted = counted.model_copy(update={"words": words_of(counted, terms.kind)})
    return counted.model_copy(update={"next_action": next_action(counted, terms)})


def open_reviews(state: RecordState, terms: Terms) -> tuple[Review, ...]:
    """Exceptions and proposals that wait for another person, oldest first."""
    exceptions = [
        Review(
            id=each.id,
            what="exception",
            requested_by=each.raised_by,
            reviewer_role=terms.kind.reviewer,
            since=each.raised_at,
        )
        for each in state.exception_notes
        if each.pending
    ]
    proposals = [
        Review(
            id=each.id,
            what="proposal",
            requested_by=each.requested_by,
            reviewer_role=each.reviewer_role,
            since=each.requested_at,
        )
        for each in state.proposals
        if each.pending
    ]
    return tuple(sorted([*exceptions, *proposals], key=lambda review: review.since))


def open_questions(state: RecordState) -> tuple[OpenQuestion, ...]:
    """The questions that nobody has answered yet."""
    names = OpenQuestion.model_fields
    return tuple(
        OpenQuestion(**{name: getattr(each, name) for name in names}) for each in state.asked if each.answer is None
    )


def missing_fields(state: RecordState, terms: Terms) -> tuple[str, ...]:
    """What the next stage still needs; a closed record misses nothing."""
    if state.status is Status.COMPLETE:
        return ()
    approved = Status.APPROVED in (state.status, state.blocked_from)
    return terms.kind.needed(state.fields, Stage.FULFIL if approved else Stage.APPROVE)


def cause_still_due(state: RecordState, kind: KindSpec) -> str | None:
    """The cause of an exception note that the record's own values call for and that nobody has written yet."""
    due = kind.cause_due(state.fields)
    return None if due in {note.cause for note in state.exception_notes} else due


def next_action(state: RecordState, terms: Terms) -> NextAction:
    """The one thing that has to happen next, and who has it."""
    if state.reviews:
        return _of_reviewer(state, state.reviews[0])
    if state.status is Status.COMPLETE:
        return NextAction(code="none")
    return NextAction(code=_own_work(state, terms), staff_id=state.owner, department=state.department)


def _of_reviewer(state: RecordState, review: Review) -> NextAction:
    code = "review_exception" if review.what == "exception" else "decide_proposal"
    return NextAction(code=code, role=review.reviewer_role, department=state.department)


def _own_work(state: RecordState, terms: Terms) -> str:
    if state.status is Status.BLOCKED:
        return "unblock"
    if not state.accepted:
        return "accept"
    if state.status is Status.APPROVED:
        return _before_closing(state, terms)
    if cause_still_due(state, terms.kind):
        return "raise_exception"
    refused = state.checked and terms.kind.guard(Move.APPROVED, state.fields)
    if refused or set(state.missing_fields) - {terms.kind.checked_field}:
        return "fill_fields"
    return "approve" if state.checked else "check_value"


def _before_closing(state: RecordState, terms: Terms) -> str:
    if state.sale is not None and state.sale.state == "waiting":
        return "await_grant"
    if state.guest_must_know and not state.guest_informed:
        return "tell_guest"
    if state.items_open:
        return "tick_items"
    unfinished = state.missing_fields or terms.kind.guard(Move.FULFILLED, state.fields)
    if not unfinished and any(each.state in UNSETTLED for each in state.writebacks):
        return "await_pms"
    return "fill_fields" if unfinished else "complete"
