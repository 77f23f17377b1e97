"""One command being decided: the record as it stands so far, and one event per version."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.records.domain.changes import changes_between
from services.records.domain.commands import Doer
from services.records.domain.conditions import About
from services.records.domain.journey import settled
from services.records.domain.kinds import Move
from services.records.domain.moves import may_move, refuse_move
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.domain.texts import NO_REASON, Reason
from shared.contracts.envelope import Change, NewEvent, TextRef
from shared.contracts.errors import conflict
from shared.contracts.identity import Actor
from shared.contracts.records import RecordEvent, Status


def about(state: RecordState, terms: Terms, now: dt.datetime) -> About:
    """What conditions are judged on, of a record as it stands."""
    record = {
        "kind": state.kind,
        "status": state.status.value,
        "department": state.department.value,
        "room": state.room,
        "language": state.language,
    }
    return About(record, state.zone, now, terms.stay)


@dataclass(frozen=True)
class Act:
    """A decision in the making. Each `then` takes one version and yields one event."""

    state: RecordState
    terms: Terms
    doer: Doer
    now: dt.datetime
    events: tuple[NewEvent, ...] = ()

    @property
    def about(self) -> About:
        """What the hotel's conditions are judged on."""
        return about(self.state, self.terms, self.now)

    def then(
        self,
        verb: str,
        *,
        by: Actor | None = None,
        reason: Reason = NO_REASON,
        note: TextRef | None = None,
        changes: Sequence[Change] = (),
        body: type[RecordEvent] = RecordEvent,
        extra: Mapping[str, Any] | None = None,
        **update: Any,
    ) -> "Act":
        """The record one version later, and the event that says so. `update` names fields of RecordState."""
        assert update.keys() <= RecordState.model_fields.keys(), update.keys()
        before = self.state
        stamp = {"version": before.version + 1, "changed_at": self.now}
        after = settled(before.model_copy(update={**update, **stamp}), self.terms)
        event = NewEvent(
            type=f"record.{verb}.v1",
            chain=after.chain,
            property_id=after.property_id,
            subject=after.id,
            sequence=after.version,
            time=self.now,
            body=body(
                actor=by or self.doer.actor,
                changes=(*changes_between(before, after, self.terms.kind), *changes),
                reason_code=reason.code,
                reason=reason.text.as_ref if reason.text else None,
                record=after.public,
                previous_status=before.status if before.status is not after.status else None,
                department_before=before.department if before.department is not after.department else None,
                note=note,
                **(extra or {}),
            ),
        )
        return replace(self, state=after, events=(*self.events, event))

    def move(self, verb: str, to: Status, **said: Any) -> "Act":
        """As `then`, with a change of status: only a listed move that no guard of the kind refuses.

        Nothing is approved while under review.
        """
        if not may_move(self.state.status, to, self.state.blocked_from):
            raise refuse_move(self.state.status, to)
        self.refuse_guarded(Move.of(to, said.get("outcome")))
        if to is Status.APPROVED:
            self.refuse_under_review()
        return self.then(verb, status=to, **said)

    def refuse_guarded(self, move: Move | None) -> None:
        """Refuse a move that a guard of the kind stands against, with the guard's own code and message."""
        guard = self.terms.kind.guard(move, self.state.fields) if move else None
        if guard:
            raise conflict(guard.code, guard.message, guard.messages)

    def refuse_under_review(self) -> None:
        """Refuse what may not happen while an exception or a proposal waits for its reviewer."""
        if self.state.reviews:
            what = self.state.reviews[0].what
            raise conflict("under_review", f"This waits for the review of its {what}.")


@dataclass(frozen=True)
class Step:
    """How a command is decided, and whether a closed record still takes it."""

    decide: Callable[[Act, Any], Act]
    when_closed: bool = False
