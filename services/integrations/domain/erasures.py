"""A request to forget somebody, from asking to the last store's word: values in, the next state out."""

import datetime as dt

from services.integrations.domain.messages import ME, digest
from shared.contracts.envelope import EventBody, NewEvent, TextRef
from shared.contracts.errors import conflict, forbidden
from shared.contracts.guests import Confirmation, Erasure, ErasureEvent, ErasureState, GuestErased, Store
from shared.contracts.identity import Actor
from shared.contracts.values import EntityId, Frozen

CONFIRM_WITHIN = dt.timedelta(hours=24)
OPEN = frozenset({ErasureState.REQUESTED, ErasureState.RUNNING})


class Why(Frozen):
    """The words somebody asked or decided with: kept here, their salted digest travels."""

    ref: EntityId
    salt: str
    text: str

    @property
    def reference(self) -> TextRef:
        """What may travel."""
        return TextRef(ref=self.ref, digest=digest(self.salt, self.text))


class ErasureRow(Frozen):
    """A request as our store keeps it. `why` goes when the person goes: it may name them."""

    chain: str
    erasure: Erasure
    why: Why | None = None
    correlation: str

    @property
    def open(self) -> bool:
        """Whether it waits for a decision or for stores."""
        return self.erasure.state in OPEN

    def changed(self, **fields: object) -> "ErasureRow":
        """The next version."""
        after = self.erasure.model_copy(update={**fields, "version": self.erasure.version + 1})
        return self.model_copy(update={"erasure": after})


def approved(row: ErasureRow, by: str, now: dt.datetime, run: int) -> ErasureRow:
    """A second person agrees: it runs, and every store has a day to confirm. The one who asked may not (403)."""
    _decide(row, by)
    return row.changed(
        state=ErasureState.RUNNING, decided_by=by, decided_at=now, confirm_by=now + CONFIRM_WITHIN, run=run
    ).model_copy(update={"why": None})


def rejected(row: ErasureRow, by: str, now: dt.datetime) -> ErasureRow:
    """A second person says no: nothing is deleted."""
    _decide(row, by)
    return row.changed(state=ErasureState.REJECTED, decided_by=by, decided_at=now)


def _decide(row: ErasureRow, by: str) -> None:
    if row.erasure.state is not ErasureState.REQUESTED:
        raise conflict("erasure_decided", f"The request is {row.erasure.state.value} already.")
    if row.erasure.requested_by == by:
        raise forbidden("own_request", "Somebody else has to agree to what you asked for.")


def repeated(row: ErasureRow, now: dt.datetime, run: int) -> ErasureRow:
    """The same person is erased again, because some store may have been restored from before the erasure."""
    return row.changed(state=ErasureState.RUNNING, confirm_by=now + CONFIRM_WITHIN, completed_at=None, run=run)


def confirmed(row: ErasureRow, store: Store, run: int, values: int, files: int, now: dt.datetime) -> ErasureRow | None:
    """After a store's word; None when it said so before, or speaks of an older run."""
    erasure = row.erasure
    if erasure.state is not ErasureState.RUNNING or run != erasure.run or store not in erasure.missing:
        return None
    word = Confirmation(store=store, run=run, values=values, files=files, at=now)
    said = (*(one for one in erasure.confirmed if one.store is not store), word)
    if erasure.missing == (store,):
        return row.changed(confirmed=said, state=ErasureState.DONE, completed_at=now)
    return row.changed(confirmed=said)


def told(verb: str, row: ErasureRow, actor: Actor = ME, reason: TextRef | None = None, *, at: dt.datetime) -> NewEvent:
    """The event of a request's newest version."""
    erasure = row.erasure
    body = ErasureEvent(actor=actor, erasure=erasure, reason_code=erasure.reason_code, reason=reason)
    return _event(f"erasure.{verb}.v1", row, erasure.id, erasure.version, body, at)


def orders(row: ErasureRow, runs: range, stay_ids: tuple[str, ...], *, at: dt.datetime) -> list[NewEvent]:
    """The events that make every store forget the person, one for each run; their versions are the runs."""
    erasure = row.erasure
    body = GuestErased(actor=ME, guest_id=erasure.guest_id, stay_ids=stay_ids, reason_code=erasure.reason_code)
    return [_event("guest.erased.v1", row, erasure.guest_id, run, body, at) for run in runs]


def _event(type: str, row: ErasureRow, subject: str, version: int, body: EventBody, at: dt.datetime) -> NewEvent:
    where = row.erasure.property_id
    return NewEvent(
        type=type, chain=row.chain, property_id=where, subject=subject, sequence=version, time=at, body=body
    )
