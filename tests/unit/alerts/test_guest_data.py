"""A store that does not confirm an erasure in time rings, and so does a gap of the audit log that stays."""

from shared.contracts.audit import Gap, GapEvent, GapState
from shared.contracts.envelope import Envelope
from shared.contracts.guests import Erasure, ErasureEvent, ErasureState
from shared.contracts.identity import system
from tests.factories.records import CHAIN, NOON, PROPERTY, envelope, minutes
from tests.unit.alerts.test_handover import seen

BY = NOON + minutes(24 * 60)
ERASURE = Erasure(
    id="erasure-1",
    guest_id="guest-1",
    property_id=PROPERTY,
    state=ErasureState.REQUESTED,
    reason_code="guest_asked",
    requested_by="ana",
    requested_at=NOON,
    version=1,
)
GAP = Gap(
    id="gap-1",
    chain=CHAIN,
    topic="records.v1",
    aggregate="r1",
    first=2,
    last=2,
    found_at=NOON,
    fill_by=NOON + minutes(10),
    state=GapState.OPEN,
    version=1,
)


def erasure(verb: str, **changed: object) -> Envelope:
    now = ERASURE.model_copy(update=changed)
    return envelope(f"erasure.{verb}.v1", now.id, now.version, NOON, ErasureEvent(actor=system("tests"), erasure=now))


def gap(verb: str, **changed: object) -> Envelope:
    now = GAP.model_copy(update=changed)
    return envelope(f"gap.{verb}.v1", now.id, now.version, NOON, GapEvent(actor=system("auth"), gap=now))


def test_erasure_rings_after_a_day_from_the_moment_it_runs_and_not_before() -> None:
    asked = seen(None, erasure("requested"))
    running = seen(asked.watch, erasure("approved", state=ErasureState.RUNNING, confirm_by=BY, version=2))
    assert asked.armed == ()
    assert [(clock.rule, clock.due) for clock in running.armed] == [("erasure_unconfirmed", BY)]


def test_erasure_that_every_store_confirmed_rings_never() -> None:
    running = seen(None, erasure("approved", state=ErasureState.RUNNING, confirm_by=BY, version=2))
    done = seen(running.watch, erasure("completed", state=ErasureState.DONE, confirm_by=BY, version=6))
    assert done.disarmed == ("breach|erasure_unconfirmed|erasure-1",)


def test_gap_rings_when_it_stays_and_never_when_it_is_filled() -> None:
    found = seen(None, gap("found"))
    filled = seen(found.watch, gap("filled", state=GapState.FILLED, version=2))
    assert [(clock.rule, clock.due) for clock in found.armed] == [("audit_gap", GAP.fill_by)]
    assert filled.disarmed == ("breach|audit_gap|gap-1",)
