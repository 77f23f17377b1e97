"""Whatever people do and whenever, who is told what and when is exactly what the timeline demands, minute by minute.

The demand is written down a second time here, plainly, one minute after the other, from the rules as a hotel would
say them; the service's own use cases run beside it over stores in memory, driven by one clock.
"""

import asyncio
import datetime as dt
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.alerts.domain.book import Book, QuietHours
from services.alerts.domain.default_rules import RULES
from services.alerts.events import sighting_of
from services.alerts.usecases.answering import Answering
from services.alerts.usecases.desk import BREACH, CHAIN, UNHUSH
from services.alerts.usecases.firing import Firing
from services.alerts.usecases.silencing import SILENCE, Silencing
from services.alerts.usecases.watching import Watching
from shared.chassis.commands import CommandContext
from shared.chassis.provenance import Provenance
from shared.contracts.alerts import AlertState
from shared.contracts.identity import Department, Principal, Role
from tests.factories import records
from tests.factories.records import NOON, PROPERTY, ZONE, Story, minutes
from tests.factories.staff import DUTY, GENERAL, member, shift
from tests.fakes.alerts import TX, House

OWNER = member("staff-ana", departments=(Department.HOUSEKEEPING,))
BY_DAY = member("staff-sue", Role.SUPERVISOR, departments=(Department.HOUSEKEEPING,), shifts=(shift("08:00", "15:00"),))
STAFF = (OWNER, BY_DAY, DUTY, GENERAL)
OVERDUE = next(each for each in RULES if each.code == "overdue").model_copy(update={"repeat_s": (1800, 3600)})
BOOK = Book(rules=(OVERDUE,), routes=(), quiet=QuietHours(start=dt.time(0), end=dt.time(0)))
CHAIN_OF = (0, 10, 30, 60)
"""Minutes after the breach at which owner, supervisor, duty manager and general manager hear."""
AGAIN, SECOND_LIMIT = (30, 60), 60


@dataclass
class Ringing:
    """One late record as the timeline sees it; times are whole minutes since noon."""

    record: str
    due: int
    opened: int
    state: str = "open"
    step: int = -1
    base: int = 0
    round: int = 0
    again: int = 0
    next: int | None = None
    hushed: bool = False
    snoozed: bool = False
    snoozes: int = 0


@dataclass
class Demand:
    """Who must have been told what, when: (minute, record, person)."""

    told: set[tuple[int, str, str]] = field(default_factory=set)
    dues: dict[str, int] = field(default_factory=dict)
    alerts: dict[str, Ringing] = field(default_factory=dict)
    silent_until: int | None = None

    def on_duty(self, step: int, now: int) -> str | None:
        """Whom a step finds."""
        hour = (12 * 60 + now) // 60 % 24
        return (OWNER.id, BY_DAY.id if 8 <= hour < 15 else None, DUTY.id, GENERAL.id)[step]

    def tell(self, one: Ringing, now: int, first: int) -> None:
        """A step and, while nobody is there, the next."""
        last = one.step == len(CHAIN_OF) - 1 and first == one.step
        step = first
        while True:
            person = self.on_duty(step, now)
            if person and not self.silent(now):
                self.told.add((now, one.record, person))
            if person:
                break
            step += 1
        one.hushed, one.again = self.silent(now), one.again + last
        one.step = step
        if step + 1 < len(CHAIN_OF):
            one.next = max(one.base + CHAIN_OF[step + 1], now + 1)
        else:
            one.next = now + AGAIN[one.again] if one.again < len(AGAIN) else None

    def silent(self, now: int) -> bool:
        """Whether a silence runs."""
        return self.silent_until is not None and now < self.silent_until

    def restart(self, one: Ringing, now: int, base: int) -> None:
        """The chain from its first step."""
        one.step, one.round, one.base, one.again = -1, one.round + 1, base, 0
        self.tell(one, now, 0)

    def minute(self, now: int) -> None:
        """What the clock brings by itself."""
        for record, due in self.dues.items():
            if due <= now and record not in self.alerts:
                self.alerts[record] = Ringing(record, due, now, base=due)
                self.tell(self.alerts[record], now, 0)
        for one in self.alerts.values():
            if one.next is not None and one.next <= now and one.state in ("open", "taken"):
                self.due(one, now)
        if self.silent_until is not None and now >= self.silent_until:
            self.silent_until = None
            for one in [each for each in self.alerts.values() if each.state == "open" and each.hushed]:
                # What somebody put off is left until then.
                if not one.snoozed:
                    self.restart(one, now, now)

    def due(self, one: Ringing, now: int) -> None:
        """The next step of an alert, or a new chain of one that was taken and not ended."""
        if one.state == "taken":
            one.state = "open"
            self.restart(one, now, now)
        elif one.snoozed:
            one.snoozed = False
            step = max(one.step, 0)
            one.base, one.step = now - CHAIN_OF[step], step - 1
            self.tell(one, now, step)
        else:
            self.tell(one, now, min(one.step + 1, len(CHAIN_OF) - 1))


class BellMachine(RuleBasedStateMachine):
    """People and the clock, in any order."""

    @initialize()
    def begin(self) -> None:
        """An empty hotel at noon."""
        self.now, self.keys = 0, 0
        self.house = House(STAFF, PROPERTY, ZONE, BOOK)
        self.demand, self.stories = Demand(), dict[str, Story]()
        self.loop = asyncio.new_event_loop()
        self.build()

    def build(self) -> None:
        """The use cases; nothing is in them that is not in the stores."""
        house, clock = self.house, self.clock
        firing = Firing(house.parts, clock)
        self.watching = Watching(house.parts, clock)
        self.answering = Answering(house.parts, house.commands, house.permissions, clock)
        self.silencing = Silencing(
            house.silences, house.timers, house.outbox, house.commands, house.permissions, clock, house.new_id
        )
        house.timers.handlers = {
            BREACH: firing.breaches, CHAIN: firing.chains, UNHUSH: firing.unhush, SILENCE: self.silencing.run_out,
        }  # fmt: skip

    def teardown(self) -> None:
        """Close the loop."""
        self.loop.close()

    def clock(self) -> dt.datetime:
        """Now."""
        return NOON + minutes(self.now)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something to its end."""
        return self.loop.run_until_complete(work)

    def ctx(self, staff_id: str = OWNER.id) -> CommandContext:
        """Somebody's command."""
        self.keys += 1
        who = Principal(staff_id=staff_id, chain=records.CHAIN, roles=frozenset({Role.SUPERVISOR}), session="s")
        return CommandContext(who, f"key-{self.keys}", "digest", None, Provenance.fresh("machine"))

    def tell(self, story: Story) -> None:
        """The newest event of a record."""
        sighting = sighting_of(story.events[-1])
        assert sighting
        self.do(self.watching.see(TX, [sighting]))

    def alert_of(self, record: str) -> str:
        """The alert of a late record."""
        [found] = [each for each in self.house.alerts.rows.values() if each.alert.record_id == record]
        return found.alert.id

    def ringing(self, *states: str) -> list[Ringing]:
        """Late records whose alerts stand so."""
        return [each for each in self.demand.alerts.values() if each.state in states]

    @precondition(lambda self: len(self.stories) < 3)
    @rule()
    def open_record(self) -> None:
        """A record, accepted at once, due in an hour."""
        name = f"rec-{len(self.stories)}"
        story = self.stories[name] = Story(name, self.clock())
        self.tell(story)
        self.tell(story.accepted(self.clock()))
        self.demand.dues[name] = self.now + 60

    @precondition(lambda self: any(name not in self.done for name in self.stories))
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        """The work is done, late or not."""
        name = data.draw(st.sampled_from([each for each in self.stories if each not in self.done]))
        self.tell(self.stories[name].completed(self.clock()))
        self.demand.dues.pop(name)
        if name in self.demand.alerts:
            self.demand.alerts[name].state = "over"

    @property
    def done(self) -> set[str]:
        """Records that are closed."""
        return {name for name in self.stories if name not in self.demand.dues}

    @rule(gap=st.integers(1, 120))
    def wait(self, gap: int) -> None:
        """Time goes by, and every minute what is due fires."""
        for _ in range(gap):
            self.now += 1
            self.do(self.house.timers.fire(self.clock()))
            self.demand.minute(self.now)

    @rule()
    def restart_process(self) -> None:
        """A new process goes on from the stores."""
        self.build()

    @precondition(lambda self: bool(self.ringing("open")))
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        """Somebody takes an alert."""
        one = data.draw(st.sampled_from(self.ringing("open")))
        self.do(self.answering.acknowledge(self.ctx(), self.alert_of(one.record)))
        one.state, one.snoozed, one.hushed, one.next = "taken", False, False, self.now + SECOND_LIMIT

    @precondition(lambda self: any(each.snoozes < 3 for each in self.ringing("open")))
    @rule(data=st.data(), gap=st.integers(1, 30))
    def snooze(self, data: st.DataObject, gap: int) -> None:
        """Somebody puts it off."""
        one = data.draw(st.sampled_from([each for each in self.ringing("open") if each.snoozes < 3]))
        self.do(self.answering.snooze(self.ctx(), self.alert_of(one.record), self.clock() + minutes(gap)))
        one.snoozed, one.next, one.snoozes = True, self.now + gap, one.snoozes + 1

    @precondition(lambda self: self.demand.silent_until is None)
    @rule(gap=st.integers(1, 90))
    def silence(self, gap: int) -> None:
        """Somebody asks for silence."""
        asked = {"property_id": PROPERTY, "until": self.clock() + minutes(gap)}
        self.do(self.silencing.begin(self.ctx(), asked, "Works on the third floor."))
        self.demand.silent_until = self.now + gap

    @invariant()
    def told_is_what_the_timeline_demands(self) -> None:
        """Nobody more, nobody less, nothing earlier, nothing later, nothing twice."""
        alerts = {each.alert.id: each.alert.record_id for each in self.house.alerts.rows.values()}
        told = [
            (int((each.visible_at - NOON).total_seconds() // 60), alerts[each.alert], each.staff_id)
            for each in self.house.notices.rows.values()
        ]
        assert set(told) == self.demand.told
        assert len(told) == len(set(told))

    @invariant()
    def nothing_live_is_forgotten(self) -> None:
        """Whatever is to move has its timer, at its moment; states are those of the timeline."""
        known = {"open": AlertState.OPEN, "taken": AlertState.ACKNOWLEDGED}
        for one in self.demand.alerts.values():
            live = self.house.alerts.rows[self.alert_of(one.record)]
            timer = self.house.timers.pending.get(live.timer_id)
            expected = NOON + minutes(one.next) if one.state in known and one.next is not None else None
            assert (timer.due_at if timer else None) == expected, one
            assert live.alert.state is known.get(one.state, live.alert.state)

    @invariant()
    def every_version_has_its_event(self) -> None:
        """A version is the number of events."""
        for live in self.house.alerts.rows.values():
            told = [each.sequence for each in self.house.outbox.events if each.subject == live.alert.id]
            assert told == list(range(1, live.alert.version + 1))


BellMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
test_bell_rings_exactly_as_the_timeline_demands = BellMachine.TestCase
