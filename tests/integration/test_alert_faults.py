"""Two workers, a race, a clock that is wrong: each step happens once, never early, and never after an answer."""

import asyncio
import datetime as dt
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.chassis.clock import Clock
from shared.chassis.mongo import Tx
from shared.chassis.timers import MOST_SKEW_S, Timer, Timers
from tests.factories.bell import ANA, DUE, Bell, bell
from tests.factories.records import NOON, Story, minutes

pytestmark = pytest.mark.integration
CROWD = 20


@pytest.fixture
async def house(mongo_url: str, database_name: str) -> AsyncIterator[Bell]:
    async with bell(mongo_url, database_name) as held:
        yield held


def another_worker(house: Bell) -> Timers:
    """The timers of a second process on the same store, with the same handlers."""
    chassis = house.standing.chassis
    second = Timers(chassis.mongo, chassis.clock, chassis.telemetry.metrics, "another@worker:2")
    second.batch_handlers = dict(chassis.timers.batch_handlers)
    return second


async def crowd(house: Bell) -> list[dict[str, Any]]:
    """Late records at their first step, all due at one moment."""
    stories = [Story(f"rec-{number:02}").accepted(NOON + minutes(5)) for number in range(CROWD)]
    await house.standing.hears(*(event for story in stories for event in story.events))
    await house.at(1)
    return [each for each in await house.listed() if each["rule"] == "overdue"]


async def test_two_workers_fire_each_timer_once(house: Bell) -> None:
    alerts = await crowd(house)
    house.standing.at(DUE + minutes(11))
    first, second = house.standing.chassis.timers, another_worker(house)
    await asyncio.gather(first.fire_due(), second.fire_due(), first.fire_due(), second.fire_due())
    said = [await house.standing.said(each["id"]) for each in alerts]
    assert (len(said), set(map(tuple, said))) == (CROWD, {("alert.opened.v1", "alert.escalated.v1")})


async def test_no_step_follows_an_answer_however_they_race(house: Bell) -> None:
    alerts = await crowd(house)
    house.standing.at(DUE + minutes(11))
    second = another_worker(house)
    answers = [house.post(f"/v1/alerts/{each['id']}/acknowledge", ANA) for each in alerts]
    said = await asyncio.gather(*answers, house.standing.fires(), second.fire_due())
    await house.at(20)
    outcomes = {tuple(await house.standing.said(each["id"])) for each in alerts}
    assert {answer.status_code for answer in said[:CROWD]} <= {200, 409}
    assert all(types[-1] != "alert.escalated.v1" for types in outcomes if "alert.acknowledged.v1" in types), outcomes
    assert {each["state"] for each in await house.listed() if each["rule"] == "overdue"} <= {"acknowledged", "open"}


class Skewed(Clock):
    """A machine whose clock is wrong."""

    def __init__(self, by: dt.timedelta) -> None:
        super().__init__()
        self._by = by

    def real_now(self) -> dt.datetime:
        """This machine's time, as it believes."""
        return super().real_now() + self._by


@pytest.mark.parametrize("minutes_off", [5, -5])
async def test_wrong_clock_never_fires_early_and_leaves_the_work_to_others(house: Bell, minutes_off: int) -> None:
    chassis, fired = house.standing.chassis, list[str]()

    async def fire(tx: Tx, timer: Timer, late_ms: int) -> None:
        fired.append(timer.id)

    wrong = Timers(chassis.mongo, Skewed(minutes(minutes_off)), chassis.telemetry.metrics, "wrong@worker:3")
    wrong.handlers["test"] = fire
    now = await chassis.mongo.now()
    soon, past = (Timer(name, "test", name, now + minutes(by)) for name, by in (("soon", 2), ("past", -1)))
    await chassis.mongo.run(lambda tx: wrong.arm(tx, [soon, past]))
    await wrong.fire_due()
    assert fired == ["past"]
    assert (await wrong.share(), abs(wrong.skew_s) > MOST_SKEW_S) == ([], True)


async def test_after_an_outage_of_an_hour_each_due_step_comes_once_a_minute_apart(house: Bell) -> None:
    alerts = await crowd(house)
    late = [DUE + minutes(61 + step) for step in range(6)]
    for moment in late:
        house.standing.at(moment)
        await house.standing.fires()
    said = {tuple(await house.standing.said(each["id"])) for each in alerts}
    assert said == {("alert.opened.v1", *["alert.escalated.v1"] * 3)}
    steps = await house.mongo.collection("notices").find({"alert": alerts[0]["id"]}, sort=[("at", 1)])
    assert [row["at"] for row in steps][1:] == late[:3]


async def test_two_transactions_that_would_both_lead_a_group_ring_its_people_once(
    house: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices, together, reads = house.standing.app.state.parts.notices, asyncio.Barrier(2), itertools.count()
    read = notices.rung

    async def at_once(*asked: Any) -> Any:
        found = await read(*asked)
        # Both have read that nobody was rung; whoever is made to start over finds that somebody was.
        await ((together.wait()) if next(reads) < 2 else asyncio.sleep(0))
        return found

    monkeypatch.setattr(notices, "rung", at_once)
    house.standing.at(NOON)
    # Each of a stay of its own: two of one stay start over before either asks who was rung.
    recoveries = [
        Story(name, kind="service_recovery", owner_rule="fallback", stay_id=f"stay-of-{name}").events
        for name in ("rec-1", "rec-2")
    ]
    await asyncio.gather(*(house.standing.hears(*events) for events in recoveries))
    sent = await house.mongo.collection("notifications").find({"channel": "inbox"})
    led = Counter((row["group"], row["staff_id"]) for row in sent if row["lead"])
    assert (len({row["alert"] for row in sent}), set(led.values())) == (2, {1})
    assert next(reads) > 2
