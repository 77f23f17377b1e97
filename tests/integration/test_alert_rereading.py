"""Rules that come into force reach what is open by themselves: once each, some at a time, whatever dies in between."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.alerts.usecases.rereading import AT_A_TIME, REREAD, SETTLE_S, Rereading
from services.auth.domain.policy import default_grants
from shared.chassis.mongo import Tx
from shared.chassis.timers import Timers
from shared.contracts.identity import Role
from tests.factories.access import hotel, knowledge
from tests.factories.bell import ADMIN, GENERAL, PROPERTY, SECOND, STAFF, Bell, bell
from tests.factories.records import NOON, Story, minutes
from tests.factories.staff import member

pytestmark = pytest.mark.integration
WHY = {"reason": "Agreed in the morning meeting."}
LATER = NOON + minutes(90)
SETTLED = dt.timedelta(seconds=SETTLE_S)
SOONER: dict[str, Any] = {"edits": {"blocked_long": {"plus_s": 3600}}}


@pytest.fixture
async def house(mongo_url: str, database_name: str) -> AsyncIterator[Bell]:
    async with bell(mongo_url, database_name) as held:
        yield held


async def approved(house: Bell, rules: dict[str, Any], place: str = PROPERTY, seen: int = 1, **more: Any) -> None:
    """A version of a place's own, approved and, unless it has a day of its own, in force."""
    by, other = (ADMIN, CHIEF) if place == "_chain" else (GENERAL, SECOND)
    path = f"/v1/alert-rules/{place}"
    asked = await house.ask("PUT", path, by, {"rules": rules, **WHY, **more}, **{"If-Match": f'"{seen}"'})
    assert asked.status_code == 200, asked.text
    number = asked.json()["waiting"][-1]["version"]
    said = await house.post(
        f"{path}/versions/{number}/decide", other, {"approve": True, **WHY}, **{"If-Match": f'"{seen + 1}"'}
    )
    assert said.status_code == 200, said.text


CHIEF = member("staff-chief", Role.CHAIN_ADMIN, properties=None)


async def blocked(house: Bell, count: int = 1, **start: Any) -> None:
    """Records that have been blocked since a moment after noon; nothing is said of them from then on."""
    stories = [
        Story(f"rec-{number}", **start).accepted(NOON + minutes(1)).blocked(NOON + minutes(2))
        for number in range(count)
    ]
    await house.standing.hears(*(event for story in stories for event in story.events))
    house.standing.at(LATER)


async def settled(house: Bell, at: dt.datetime = LATER) -> None:
    """Everybody knows the new rules, and what waited for that is done."""
    house.standing.at(at + SETTLED)
    await house.standing.fires()


async def rings(house: Bell, rule: str) -> list[str]:
    """The records that a rule rings for, each as often as an alert was opened."""
    rows = await house.mongo.collection("events").find({"type": "alert.opened.v1"})
    lives = {row["_id"]: row["alert"] for row in await house.mongo.collection("alerts").find({})}
    return sorted(lives[row["agg"]]["record_id"] for row in rows if lives[row["agg"]]["rule"] == rule)


async def test_deadline_that_was_moved_reaches_what_is_open_without_any_event(house: Bell) -> None:
    await blocked(house)
    await approved(house, SOONER)
    await settled(house)
    assert await rings(house, "blocked_long") == ["rec-0"]


async def test_rule_that_is_new_rings_for_what_is_open_already(house: Bell) -> None:
    await blocked(house)
    own = {"code": "own_stuck", "on": "record", "condition": "open && status == 'blocked'", "moment": "now"}
    await approved(house, {"own": [own | {"severity": "warning", "audience": "duty_manager", "steps": []}]})
    await settled(house)
    assert await rings(house, "own_stuck") == ["rec-0"]


async def test_rule_that_was_switched_off_waits_for_nothing_any_more(house: Bell) -> None:
    await blocked(house)
    await approved(house, {"edits": {"blocked_long": {"enabled": False}}})
    await settled(house)
    waiting = await house.mongo.collection("timers").find({"st": "pending", "_id": {"$regex": "blocked_long"}})
    assert waiting == []


async def test_what_rings_already_goes_on_as_it_was_and_rings_no_second_time(house: Bell) -> None:
    alert = await house.late("rec-1")
    steps = alert["steps"]
    await approved(house, {"edits": {"overdue": {"severity": "warning", "steps": []}}})
    await settled(house, NOON + minutes(61))
    now = await house.got(f"/v1/alerts/{alert['id']}")
    assert (await rings(house, "overdue"), now["severity"], now["steps"]) == (["rec-1"], "critical", steps)


async def test_version_with_a_day_of_its_own_is_read_by_then_and_not_before(house: Bell) -> None:
    await blocked(house)
    await approved(house, SOONER, effective_from="2026-03-10T15:00:00Z")
    start = dt.datetime(2026, 3, 10, 15, tzinfo=dt.UTC)
    house.standing.at(start - minutes(1))
    await house.standing.fires()
    before = await rings(house, "blocked_long")
    house.standing.at(start)
    await house.standing.fires()
    assert (before, await rings(house, "blocked_long")) == ([], ["rec-0"])


async def test_rules_of_the_chain_are_read_at_every_hotel(house: Bell) -> None:
    known = knowledge((*STAFF, CHIEF), default_grants(), hotel(), hotel("resort"))
    await house.standing.prepare(known)
    await blocked(house)
    away = Story("rec-away", property_id="resort").accepted(NOON + minutes(1)).blocked(NOON + minutes(2))
    await house.standing.hears(*away.events)
    await approved(house, SOONER, "_chain")
    await settled(house)
    assert await rings(house, "blocked_long") == ["rec-0", "rec-away"]


async def test_version_that_was_taken_back_is_read_by_nobody(house: Bell) -> None:
    await approved(house, SOONER, effective_from="2026-03-10T15:00:00Z")
    path = f"/v1/alert-rules/{PROPERTY}/versions/1/withdraw"
    said = await house.post(path, GENERAL, WHY, **{"If-Match": '"3"'})
    waiting = await house.mongo.collection("timers").find({"kind": REREAD, "st": "pending"})
    assert (said.status_code, waiting) == (200, [])


class Killed(BaseException):
    """The process is gone."""


async def test_reading_that_is_cut_off_goes_on_where_it_was_and_rings_each_once(
    house: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    await blocked(house, 7)
    await approved(house, SOONER)
    chassis = house.standing.chassis
    few = Rereading(house.standing.app.state.parts, chassis.clock.now, at_a_time=2)
    house.standing.at(LATER + SETTLED)
    first, second = chassis.timers, Timers(chassis.mongo, chassis.clock, chassis.telemetry.metrics, "another@worker:2")
    second.batch_handlers = dict(first.batch_handlers) | {REREAD: few.turn}

    async def dies(tx: Tx, due: Any) -> None:
        await few.turn(tx, due)
        raise Killed

    first.batch_handlers[REREAD] = few.turn
    assert await first.fire_due() == 1
    first.batch_handlers[REREAD] = dies
    with pytest.raises(Killed):
        await first.fire_due()
    part = len(await rings(house, "blocked_long"))
    while await second.fire_due():
        continue
    assert part < 7
    assert await rings(house, "blocked_long") == [f"rec-{number}" for number in range(7)]


async def test_reading_that_meets_events_of_what_it_reads_rings_each_once(house: Bell) -> None:
    await blocked(house, 12)
    await approved(house, SOONER)
    house.standing.at(LATER + SETTLED)
    asked = [
        Story(f"rec-{number}").accepted(NOON + minutes(1)).blocked(NOON + minutes(2)).then("noted", LATER)
        for number in range(12)
    ]
    await asyncio.gather(house.standing.fires(), *(house.standing.hears(one.events[-1]) for one in asked))
    await house.standing.fires()
    assert await rings(house, "blocked_long") == sorted(f"rec-{number}" for number in range(12))


async def test_more_than_one_reading_s_worth_is_read_whole(house: Bell) -> None:
    await blocked(house, AT_A_TIME + 5)
    await approved(house, SOONER)
    await settled(house)
    assert len(await rings(house, "blocked_long")) == AT_A_TIME + 5
