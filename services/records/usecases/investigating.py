"""A cause that keeps coming back gets one owned investigation, linked to the records behind it (R3)."""

import datetime as dt
import hashlib

from services.records.domain.occurrences import Opening
from services.records.domain.state import ExceptionNote, RecordState
from services.records.usecases.alarms import INVESTIGATION
from services.records.usecases.desk import Desk
from services.records.usecases.expiry import RECORDS
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.records import Status, TriggerKind
from shared.contracts.values import Scope

MOST_LINKS = 50


class Investigating:
    """Counts a cause after each note of it is committed: by reading what there is, never by a counter."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def count(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Open an investigation if the note's cause came back too often; once per cause and window.

        Its trigger key numbers the investigations of a cause: of two that count at once one is refused by the unique
        key, tries again and finds the other's.
        """
        scope = Scope(chain=str(timer.data["chain"]))
        desk = Desk(self._house, scope, tx)
        state = await desk.find(timer.subject)
        note = state.exception(str(timer.data["part"])) if state else None
        if state is None or note is None or note.repeat_key is None:
            return
        hotel = self._house.hotel_of_event(state.chain, state.property_id)
        repeats = (await desk.bounds.terms(state.kind, hotel, None)).rules.repeats
        since = self._house.clock.now() - dt.timedelta(seconds=repeats.window_s)
        behind = await self._house.records.of_cause(scope, note.repeat_key, since, tx)
        times = sum(_counts(each, note.repeat_key, since) for state in behind for each in state.exception_notes)
        if times < repeats.count:
            return
        prefix = f"{INVESTIGATION}:{hashlib.sha256(note.repeat_key.encode()).hexdigest()[:40]}:"
        earlier = await self._house.records.opened_by(scope, prefix, tx)
        if any(one.status is not Status.COMPLETE or one.opened_at > since for one in earlier):
            return
        opening = _opening(state, note, behind, times, f"{prefix}{len(earlier) + 1}")
        await desk.open(opening, RECORDS, Provenance.fresh(f"repeats-{note.id}"))
        await desk.flush()


def _counts(note: ExceptionNote, key: str, since: dt.datetime) -> bool:
    return note.repeat_key == key and note.raised_at >= since and note.decision != "rejected"


def _opening(state: RecordState, note: ExceptionNote, behind: list[RecordState], times: int, key: str) -> Opening:
    return Opening(
        kind=INVESTIGATION,
        source=TriggerKind.STAFF_TASK,
        key=key,
        property_id=state.property_id,
        fields={"about": state.kind, "cause": note.cause, "times": times},
        department=state.department,
        links=tuple(one.id for one in behind[-MOST_LINKS:]),
    )
