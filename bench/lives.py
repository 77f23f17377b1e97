"""Records as they live: opened, accepted, checked, approved and completed by the real domain, with real events."""

import datetime as dt
from operator import attrgetter

from services.records.domain import commands as c
from services.records.domain.decide import Decision, decide, open_record
from services.records.domain.state import RecordState
from shared.chassis.clock import Clock
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.records import Outcome
from shared.contracts.values import derived_id
from tests.factories.guest_records import ANA, LAST_VALUES, WHY, opening, terms
from tests.factories.records import CHAIN

KIND = "pre_arrival_offer"
TOGETHER = 500
"""How many records are worked on at the same time, so that their events lie between each other's."""


def opened(clock: Clock, now: dt.datetime) -> Decision:
    """A new record of Ana's, with ids as long as real ones."""
    record_id = clock.new_id()
    stay, guest = derived_id("stay", record_id), derived_id("guest", record_id)
    made = opening(KIND, key=clock.new_id(), stay_id=stay, guest_id=guest)
    command = c.OpenRecord(record_id, made, CHAIN, "Europe/Lisbon", c.Ownership("ana", "on_duty"))
    return open_record(command, ANA, terms(KIND), now)


def accepted(state: RecordState, now: dt.datetime) -> Decision:
    """The record after its owner took it."""
    return decide(state, c.AcceptRecord(), ANA, terms(KIND), now)


def _life(clock: Clock, start: dt.datetime) -> list[Decision]:
    steps: list[c.Command] = [
        c.AcceptRecord(),
        c.CheckValue(),
        c.ApproveRecord(),
        c.CompleteRecord(Outcome.FULFILLED, WHY, LAST_VALUES[KIND]),
    ]
    told = [opened(clock, start)]
    for minute, step in enumerate(steps, start=5):
        told.append(decide(told[-1].state, step, ANA, terms(KIND), start + dt.timedelta(minutes=minute)))
    return told


def events(outbox: Outbox, clock: Clock, count: int) -> list[Envelope]:
    """So many events of whole lives (five or more each), in the order that a topic carries them."""
    start = clock.now() - dt.timedelta(days=1)
    made: list[Envelope] = []
    while len(made) < count:
        lives = [_life(clock, start + dt.timedelta(seconds=number)) for number in range(TOGETHER)]
        told = [event for life in lives for decision in life for event in decision.events]
        made += [_stamped(outbox, clock, event) for event in sorted(told, key=attrgetter("time"))]
    return made[:count]


def _stamped(outbox: Outbox, clock: Clock, event: NewEvent) -> Envelope:
    trace = f"00-{derived_id('trace', event.subject).replace('-', '')}-{'0' * 15}1-01"
    return outbox.stamp([event], Provenance(clock.new_id(), None, trace))[0]
