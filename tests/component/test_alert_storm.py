"""Ten thousand alerts within a minute: everybody is rung once for a group and step, and everything is listed (F42)."""

import asyncio
import datetime as dt

from services.alerts.domain.alert import STEP_GAP_S
from services.alerts.domain.book import Book, QuietHours
from services.alerts.domain.default_rules import RULES
from services.alerts.events import sighting_of
from services.alerts.usecases.desk import BREACH, CHAIN
from services.alerts.usecases.firing import Firing
from services.alerts.usecases.watching import Watching
from tests.factories.records import NOON, PROPERTY, ZONE, Story, minutes
from tests.factories.staff import TEAM
from tests.fakes.alerts import TX, House

STORM = 10_000
BATCH = 500
FALLBACK = next(each for each in RULES if each.code == "no_rule_owner").model_copy(update={"repeat_s": ()})
BOOK = Book(rules=(FALLBACK,), routes=(), quiet=QuietHours(start=dt.time(0), end=dt.time(0)))


def test_storm_rings_no_more_than_groups_times_steps() -> None:
    house, now = House(TEAM, PROPERTY, ZONE, BOOK), [NOON]
    firing, watching = Firing(house.parts, lambda: now[0]), Watching(house.parts, lambda: now[0])
    house.timers.handlers = {BREACH: firing.breaches, CHAIN: firing.chains}

    async def storm() -> None:
        for start in range(0, STORM, BATCH):
            now[0] = NOON + dt.timedelta(seconds=60 * start / STORM)
            stories = [Story(f"rec-{n}", now[0], owner_rule="fallback") for n in range(start, start + BATCH)]
            found = [sighting_of(story.events[0]) for story in stories]
            await watching.see(TX, [one for one in found if one])
        for minute in (16, 61):
            now[0] = NOON + minutes(minute)
            await house.timers.fire(now[0])

    asyncio.run(storm())
    told, steps = list(house.notices.rows.values()), len({each.step for each in house.notices.rows.values()})
    assert (len(house.alerts.rows), len(told), steps) == (STORM, 3 * STORM, 3)
    rings = [each for each in told if each.lead]
    groups = {each.group for each in told}
    assert len(rings) <= len(groups) * steps
    assert len(rings) < 10 < STEP_GAP_S
