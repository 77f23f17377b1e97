"""What was kept silent: it rings when nothing keeps it so any more, all of it, and only then."""

import datetime as dt
from typing import Any

import pytest

from services.alerts.domain.book import Book
from services.alerts.domain.default_rules import RULES
from services.alerts.domain.outgoing import Outcome, Result, next_try
from services.alerts.domain.rules import Inhibitor, Rule
from services.alerts.domain.silence import Silence
from services.alerts.events import sighting_of
from services.alerts.usecases.desk import BREACH, CHAIN, UNHUSH, unhush_timer
from services.alerts.usecases.firing import Firing
from services.alerts.usecases.watching import Watching
from shared.contracts.alerts import Severity
from tests.factories import records
from tests.factories.records import NOON, PROPERTY, ZONE, Story, minutes
from tests.factories.staff import TEAM
from tests.fakes.alerts import TX, House

BY_CODE = {rule.code: rule for rule in RULES}
LOUD = Book(rules=(BY_CODE["overdue"],), routes=())


class Night:
    """A hotel with its clock in the test's hand; few alerts are looked at in one transaction."""

    def __init__(self, book: Book = LOUD, at_a_time: int = 2) -> None:
        self.house, self.now = House(TEAM, PROPERTY, ZONE, book), NOON
        self.watching = Watching(self.house.parts, self.clock)
        firing = Firing(self.house.parts, self.clock, at_a_time)
        self.house.timers.handlers = {BREACH: firing.breaches, CHAIN: firing.chains, UNHUSH: firing.unhush}

    def clock(self) -> dt.datetime:
        """Now."""
        return self.now

    async def tell(self, story: Story) -> None:
        """Everything of a record so far."""
        for event in story.events:
            sighting = sighting_of(event)
            assert sighting
            await self.watching.see(TX, [sighting])

    async def at(self, minute: float) -> None:
        """So many minutes past noon, and what is due fires."""
        self.now = NOON + minutes(minute)
        await self.house.timers.fire(self.now)

    def silence(self, name: str, until: float, **terms: Any) -> None:
        """A silence that began at noon."""
        told = {"id": name, "property_id": PROPERTY, "until": NOON + minutes(until), "begun_by": "sue", "version": 1}
        self.house.silences.rows[name] = Silence.model_validate({**told, "begun_at": NOON, **terms})

    async def wake(self) -> None:
        """What a silence's end sets off."""
        await self.house.timers.arm(TX, [unhush_timer(records.CHAIN, PROPERTY, self.now)])
        await self.house.timers.fire(self.now)

    def heard(self, who: str) -> int:
        """How often somebody was rung, or it was listed for them."""
        return sum(each.staff_id == who for each in self.house.notices.rows.values())

    def rounds(self) -> list[int]:
        """How often each alert began anew."""
        return sorted(each.round for each in self.house.alerts.rows.values())


async def late_records(night: Night, count: int) -> None:
    """So many records that are late at 13:00."""
    for number in range(count):
        story = Story(f"rec-{number}")
        story.accepted(NOON + minutes(5))
        await night.tell(story)
    await night.at(61)


async def test_all_that_a_silence_kept_rings_when_it_is_over_however_much_it_is() -> None:
    night = Night()
    night.silence("s-1", 65)
    await late_records(night, 5)
    assert night.heard("staff-ana") == 0
    night.now = NOON + minutes(66)
    await night.wake()
    assert (night.heard("staff-ana"), night.rounds()) == (5, [1] * 5)


async def test_what_a_longer_silence_covers_blocks_nothing_and_does_not_begin_anew() -> None:
    night = Night()
    night.silence("s-1", 65)
    for number in range(3):
        night.silence(f"long-{number}", 500, subject=f"rec-{number}")
    await late_records(night, 5)
    night.now = NOON + minutes(66)
    await night.wake()
    assert (night.heard("staff-ana"), night.rounds()) == (2, [0, 0, 0, 1, 1])


async def test_end_of_a_silence_leaves_alone_what_was_put_off() -> None:
    night = Night()
    night.silence("s-1", 65)
    await late_records(night, 1)
    [(name, live)] = night.house.alerts.rows.items()
    until = NOON + minutes(90)
    put_off = live.changed(snoozed_until=until, next_at=until)
    night.house.alerts.rows[name] = put_off
    night.now = NOON + minutes(66)
    await night.wake()
    assert night.house.alerts.rows[name] == put_off


async def test_silence_that_ended_while_it_was_being_read_keeps_nothing_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night()
    night.silence("s-1", 500)
    stale = tuple(night.house.silences.rows.values())
    night.silence("s-1", 500, ended_at=NOON, ended_by="sue")

    async def before_it_ended(*_: Any) -> Any:
        return stale

    monkeypatch.setattr(night.house.silences, "running", before_it_ended)
    await late_records(night, 1)
    assert (night.heard("staff-ana"), [each.hushed for each in night.house.alerts.rows.values()]) == (1, [False])


async def test_own_rule_that_a_default_one_kept_silent_rings_when_that_is_over() -> None:
    own = Rule(
        code="own_room", on=BY_CODE["overdue"].on, condition="open", moment="due_at", plus_s=60,
        severity=Severity.WARNING, inhibited_by=(Inhibitor(rule="blocked_long"),),
    )  # fmt: skip
    blocking = BY_CODE["blocked_long"].model_copy(
        update={"condition": "open && room == '412'", "moment": "due_at", "plus_s": 0}
    )
    night = Night(Book(rules=(blocking, own), routes=()))
    await late_records(night, 1)
    await night.at(62)
    hushed = [each.alert.rule for each in night.house.alerts.rows.values() if each.hushed]
    assert hushed == ["own_room"]
    story = Story("rec-0")
    story.accepted(NOON + minutes(5))
    story.then("noted", NOON + minutes(63), room="413")
    await night.tell(story)
    await night.house.timers.fire(night.now)
    assert [each.alert.rule for each in night.house.alerts.rows.values() if each.live and not each.hushed] == [
        "own_room"
    ]


@pytest.mark.parametrize(
    ("severity", "others", "waits"),
    [
        (Severity.CRITICAL, True, None),
        (Severity.CRITICAL, False, 30.0),
        (Severity.WARNING, True, None),
        (Severity.NOTICE, True, 3600.0),
    ],
)
def test_busy_provider_is_not_waited_for_longer_than_the_alert_bears(
    severity: Severity, others: bool, waits: float | None
) -> None:
    assert next_try(severity, 1, Result(Outcome.AGAIN, "http_503", after_s=3600.0), others=others) == waits
