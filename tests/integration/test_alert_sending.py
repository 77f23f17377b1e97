"""Letters on their way: nothing slow, throttled, broken, killed or forbidden keeps another letter from arriving."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.alerts.domain.notice import Delivery
from services.alerts.ports.channels import Settled, Waiting
from services.alerts.store import MongoOutgoing
from services.alerts.usecases.sending import EVERYWHERE, MOST_CLAIMS
from services.auth.domain.policy import default_grants
from shared.chassis.policy import compiled
from shared.contracts.identity import Role
from shared.contracts.policy import Grant, PolicySnapshot
from tests.factories.bell import ANA, BEN, DUTY, GENERAL, SUPERVISOR
from tests.factories.records import CHAIN, NOON, Story, minutes
from tests.factories.town import SMS, Town, destination, whole_town

pytestmark = pytest.mark.integration


@pytest.fixture
async def town(mongo_url: str, database_name: str) -> AsyncIterator[Town]:
    async with whole_town(mongo_url, database_name) as found:
        yield found


def sending(town: Town) -> Any:
    """What sends."""
    return town.house.standing.app.state.sending


async def row_of(town: Town, **wanted: Any) -> dict[str, Any]:
    """The one outgoing row of its kind."""
    [found] = await town.house.mongo.collection("notifications").find({"channel": {"$ne": "inbox"}, **wanted})
    return dict(found)


async def test_channel_that_hangs_holds_up_no_other(town: Town) -> None:
    place = await destination(town, "webhook", "slow")
    await town.wish(ANA, email="ana@hotel.example")
    await town.routed({"channels": ["email"], "destinations": [place["id"]]})
    town.http.hang.add("slow")
    await town.house.late()
    await sending(town).sort()
    slow = asyncio.create_task(sending(town).channel("webhook"))
    assert await sending(town).channel("email") == 1
    assert (len(town.box.messages), slow.done()) == (1, False)
    slow.cancel()
    await asyncio.wait({slow})


async def test_throttled_letters_stay_where_they_are_and_the_gravest_overtakes(town: Town) -> None:
    for who in (ANA, SUPERVISOR):
        await town.wish(who, email=f"{who.id}@hotel.example")
    await town.routed({"channels": ["email"]})
    throttle = sending(town)._throttles["email"]
    throttle._left, throttle._rate = 0.0, 0.0
    await town.house.standing.hears(*Story("rec-0", owner_rule="fallback").events)
    await town.house.late()
    assert await town.send() == 0
    rows = await town.house.mongo.collection("notifications").find({"channel": "email"})
    assert {(row["tries"], row["retry_at"], len(row["log"])) for row in rows} == {(0, None, 0)}
    throttle._left = 1.0
    await town.send()
    assert [str(one["To"]) for one in town.box.messages] == [f"{ANA.id}@hotel.example"]


async def test_letter_that_breaks_its_channel_goes_the_next_way(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise ValueError("a header with a line break")

    monkeypatch.setattr(sending(town)._senders["email"], "send", broken)
    await town.wish(ANA, email="ana@hotel.example", phone="+351912345678")
    await town.routed({"channels": ["email", "sms"]})
    alert = await town.house.late()
    await town.send()
    assert dict(await town.deliveries(alert["id"])) == {"email": "failed", "sms": "sent"}
    assert (await row_of(town, channel="email"))["failure"] == "broken"


async def begun(town: Town) -> Waiting:
    """A letter whose sender died in the middle of it."""
    await town.wish(ANA, email="ana@hotel.example", phone="+351912345678")
    await town.routed({"channels": ["email", "sms"]})
    await town.house.late()
    clock = town.house.standing.chassis.clock
    outgoing = MongoOutgoing(town.house.mongo)
    [[one]] = await outgoing.claim(EVERYWHERE, "email", clock.now(), clock.real_now(), 5)
    assert await outgoing.begin(EVERYWHERE, (one,), one.delivery.id, clock.real_now())
    return one


async def test_letter_whose_sender_died_is_sent_again_and_said_to_have_come_twice_perhaps(town: Town) -> None:
    one = await begun(town)
    assert await town.send() == 0
    await town.later()
    log = await town.house.got(f"/v1/alerts/{one.delivery.alert}/notices")
    told = [(each["channel"], each["state"], each["maybe_twice"]) for each in log["deliveries"]]
    assert sorted(told) == [("email", "sent", True), ("inbox", "there", False)]


async def test_settling_a_claim_that_somebody_else_has_by_now_changes_nothing(town: Town) -> None:
    one, real = await begun(town), town.house.standing.chassis.clock.real_now()
    await town.later()
    assert await MongoOutgoing(town.house.mongo).begin(EVERYWHERE, (one,), "key", real) is False
    follower: Delivery = one.delivery.model_copy(update={"id": "follower", "channel": "sms"})
    await MongoOutgoing(town.house.mongo).settle(EVERYWHERE, [Settled(one, "failed", "x", real, followed_by=follower)])
    assert await town.deliveries(one.delivery.alert) == [("email", "sent")]


async def test_letter_that_nobody_ever_comes_back_from_is_given_up(town: Town) -> None:
    one = await begun(town)
    rows = town.house.mongo.collection("notifications")
    await rows.update_many({"_id": one.delivery.id}, {"$set": {"tries": MOST_CLAIMS, "retry_at": None}})
    await town.send()
    assert dict(await town.deliveries(one.delivery.alert)) == {"email": "failed", "sms": "sent"}
    assert (len(town.box.messages), len(town.http.of(SMS))) == (0, 1)


def unread(grant: Grant) -> Grant:
    """The floor may not read guest requests any more; managers may."""
    floor = {Role.ASSOCIATE, Role.SUPERVISOR} & set(grant.roles)
    return grant.model_copy(update={"except_kinds": (*grant.except_kinds, "guest_request")}) if floor else grant


async def test_who_may_not_read_a_kind_any_more_hears_nothing_of_it(town: Town) -> None:
    house = town.house
    await town.wish(ANA, email="ana@hotel.example")
    await town.routed({"channels": ["email"]})
    alert = await house.late()
    assert await house.heard(ANA) == ["overdue"]
    grants = tuple(unread(each) for each in default_grants())
    house.standing.chassis.policy.known.policies[CHAIN] = compiled(
        PolicySnapshot(chain=CHAIN, version=2, grants=grants)
    )
    await town.send()
    assert (await house.heard(ANA), await town.deliveries(alert["id"])) == ([], [("email", "skipped")])
    stream = await house.ask("GET", "/v1/inbox/stream", ANA)
    assert "id:" not in stream.text
    refused = await house.post(f"/v1/alerts/{alert['id']}/hand", GENERAL, {"to": BEN.id})
    assert (refused.status_code, refused.json()["breaches"][0]["rule"]) == (422, "colleague_not_granted")
    await house.at(11)
    assert (await house.heard(SUPERVISOR), await house.heard(DUTY)) == ([], ["overdue"])


async def test_next_of_a_group_is_rung_for_when_its_lead_was_answered_before_it_left(town: Town) -> None:
    place = await destination(town, "webhook", "hook")
    await town.wish(SUPERVISOR, email="sue@hotel.example")
    await town.routed({"channels": ["email"], "destinations": [place["id"]]})
    for number in range(3):
        await town.house.standing.hears(*Story(f"rec-{number}", owner_rule="fallback").events)
    first = await row_of(town, channel="email")
    await town.house.post(f"/v1/alerts/{first['alert']}/acknowledge", SUPERVISOR)
    await town.send()
    assert (len(town.box.messages), len(town.http.of("hook"))) == (1, 1)
    states = [row["st"] for row in await town.house.mongo.collection("notifications").find({"channel": "email"})]
    assert sorted(states) == ["sent", "skipped"]


async def test_who_joins_a_group_whose_lead_never_rang_leads_it(town: Town) -> None:
    await town.wish(SUPERVISOR, email="sue@hotel.example")
    await town.routed({"channels": ["email"]})
    await town.house.standing.hears(*Story("rec-0", owner_rule="fallback").events)
    first = await row_of(town, channel="email")
    await town.house.post(f"/v1/alerts/{first['alert']}/acknowledge", SUPERVISOR)
    await town.send()
    await town.house.standing.hears(*Story("rec-1", owner_rule="fallback").events)
    await town.send()
    assert len(town.box.messages) == 1


async def test_digest_that_is_sent_again_keeps_its_key_although_one_was_answered(town: Town) -> None:
    await town.wish(SUPERVISOR, email="sue@hotel.example", digest="hourly")
    for number in range(3):
        await town.house.standing.hears(*Story(f"rec-{number}", owner_rule="fallback").events)
    town.box.refuse = ["451 try again later"]
    town.house.standing.at(NOON + minutes(61))
    await town.send()
    rows = await town.house.mongo.collection("notifications").find({"channel": "email"})
    [key] = {row["letter"] for row in rows}
    await town.house.post(f"/v1/alerts/{rows[0]['alert']}/acknowledge", SUPERVISOR)
    await town.later()
    assert [str(one["Message-ID"]) for one in town.box.messages] == [f"<{key}@hotel.example>"]
