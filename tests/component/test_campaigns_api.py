"""Campaigns: written by one, approved by another, sent once to whom they mean, counted from their records."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.records.api.campaigns import APPROVE, NEW, STOP, TERMS
from services.records.domain.campaigns import arm_of
from services.records.usecases import launching
from services.records.usecases.launching import Launching
from shared.contracts.stays import Party, StayStatus
from tests.component.selling import events_of, hears, mirrored, published
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_events import message_told, stay_told
from tests.factories.guest_records import NOW, stay

DAY = dt.timedelta(days=1)


@pytest.fixture
async def rita(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http, "rita")


@pytest.fixture
async def gil(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http, "gil")


async def drafted(rita: Caller, offer: dict[str, Any], **changed: Any) -> dict[str, Any]:
    terms = TERMS | {"arms": [{"code": "plain", "offer_id": offer["id"]}], "days": -14} | changed
    reply = await rita.post("/v1/campaigns", NEW | {"property_id": "resort", "terms": terms})
    assert reply.status_code == 201, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


async def running(rita: Caller, gil: Caller, offer: dict[str, Any], **changed: Any) -> dict[str, Any]:
    draft = await drafted(rita, offer, **changed)
    reply = await gil.post(f"/v1/campaigns/{draft['id']}/approve", APPROVE, version=1)
    assert reply.status_code == 200, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


def sent(desk: FrontDesk) -> list[Any]:
    rows = desk.database.tables.records.values()
    return sorted((row for row in rows if row.sale and row.sale.campaign), key=lambda row: str(row.stay_id))


async def test_campaign_is_written_by_one_and_approved_by_another(rita: Caller, gil: Caller, desk: FrontDesk) -> None:
    draft = await drafted(rita, await published(rita))
    path = f"/v1/campaigns/{draft['id']}"
    own = await rita.post(f"{path}/approve", APPROVE, version=1)
    assert (own.status_code, own.json()["code"]) == (403, "own_request")
    changed = await gil.put(path, {"terms": draft["terms"] | {"days": -3}, "reason": "Later."}, version=1)
    assert (changed.json()["version"], changed.json()["written_by"]) == (2, "gil")
    assert (await gil.post(f"{path}/approve", APPROVE, version=2)).status_code == 403
    assert (await rita.post(f"{path}/approve", APPROVE, version=1)).status_code == 412
    ran = await rita.post(f"{path}/approve", APPROVE, version=2)
    assert (ran.json()["phase"], ran.json()["approved_by"]) == ("running", "rita")
    again = await gil.put(path, {"terms": draft["terms"], "reason": "Again."}, version=3)
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")
    stopped = await gil.post(f"{path}/stop", STOP, version=3)
    assert stopped.json()["phase"] == "stopped"
    assert events_of(desk, "campaign") == [
        f"campaign.{verb}.v1" for verb in ("drafted", "changed", "approved", "stopped")
    ]
    assert [each["phase"] for each in (await gil.get("/v1/campaigns", property="resort")).json()["campaigns"]] == [
        "stopped"
    ]


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"days": 3}, 422, "days"),
        ({"days": -3.5}, 422, "terms.days"),
        ({"moment": "in_stay", "days": -1}, 422, "days"),
        ({"arms": [{"code": "plain", "offer_id": "offer-unknown"}]}, 422, "arms.plain"),
        ({"arms": []}, 422, "terms.arms"),
        ({"audience": [{"rule": "odd", "expression": "fields.x == 1", "message": "No."}]}, 422, "audience.odd"),
        ({"moment": "someday"}, 422, "terms.moment"),
        ({"title": "Call 4111 1111 1111 1111"}, 422, "title"),
        ({"phase": "running"}, 422, "terms.phase"),
    ],
)
async def test_campaign_is_refused_with_its_field_and_not_kept_when_wrong(
    rita: Caller, desk: FrontDesk, changed: Any, status: int, field: str
) -> None:
    offer = await published(rita)
    terms = TERMS | {"arms": [{"code": "plain", "offer_id": offer["id"]}]} | changed
    reply = await rita.post("/v1/campaigns", NEW | {"property_id": "resort", "terms": terms})
    assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (status, field)
    assert (desk.database.tables.campaigns, events_of(desk, "campaign")) == ({}, [])


async def test_campaign_is_nobodys_business_who_may_not(rita: Caller, desk: FrontDesk) -> None:
    draft = await drafted(rita, await published(rita))
    async with desk.client() as http:
        ana, carl = Caller(http), Caller(http, "carl")
        assert (await ana.post(f"/v1/campaigns/{draft['id']}/stop", STOP, version=1)).status_code == 403
        assert (await carl.get(f"/v1/campaigns/{draft['id']}")).status_code == 404
        assert (await carl.get(f"/v1/campaigns/{draft['id']}/preview")).status_code == 404
        assert (await ana.get(f"/v1/campaigns/{draft['id']}/results")).status_code == 200
    assert (await rita.post(f"/v1/campaigns/{draft['id']}/stop", {}, version=1)).json()["code"] == "reason_required"


async def test_preview_says_whom_it_means_and_why_not_the_others(rita: Caller, desk: FrontDesk) -> None:
    family, later = (
        stay(id="stay-b", party=Party(adults=2, children=1)),
        stay(id="stay-c", arrival=dt.date(2026, 7, 20), departure=dt.date(2026, 7, 22)),
    )
    await mirrored(desk, stay(id="stay-a"), family, later)
    draft = await drafted(rita, await published(rita), days=-10)
    told = (await rita.get(f"/v1/campaigns/{draft['id']}/preview")).json()
    assert (told["looked_at"], told["meant"], told["unmet"], told["complete"]) == (2, 1, {"no_family": 1}, True)
    assert [(each["stay_id"], each["meant"]) for each in told["stays"]] == [("stay-a", True), ("stay-b", False)]
    assert sent(desk) == []


async def test_each_stay_gets_one_record_with_its_message_and_price_however_often_it_runs(
    rita: Caller, gil: Caller, desk: FrontDesk
) -> None:
    await mirrored(desk, *(stay(id=f"stay-{n}", guest_id=f"guest-{n}") for n in range(5)))
    await running(rita, gil, await published(rita))
    launch = Launching(desk.house)
    assert [await launch() for _ in range(3)] == [5, 0, 0]
    assert {(row.status, row.kind, len(row.guest_messages)) for row in sent(desk)} == {
        ("approved", "campaign_reply", 1)
    }
    assert {row.fields["price"]["amount"] for row in sent(desk)} == {12_000}
    assert {row.checked.on_behalf_of for row in sent(desk) if row.checked} == {"gil"}
    await mirrored(desk, stay(id="stay-late", guest_id="guest-late", booked_at=NOW))
    assert [await launch() for _ in range(2)] == [1, 0]


async def test_restart_in_the_middle_sends_nothing_twice_and_leaves_nobody_out(
    rita: Caller, gil: Caller, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launching, "BATCH", 2)
    await mirrored(desk, *(stay(id=f"stay-{n}", guest_id=f"guest-{n}") for n in range(5)))
    campaign = await running(rita, gil, await published(rita))
    launch = Launching(desk.house)
    state = desk.database.tables.campaigns[campaign["id"]]
    assert (await desk.database.run(lambda tx: launch._batch(tx, state))) == (2, True)
    desk.database.fail = RuntimeError("killed before the commit")
    with pytest.raises(RuntimeError):
        await launch()
    desk.database.fail = None
    assert (len(sent(desk)), desk.database.tables.cursors[campaign["id"]].cursor) == (2, "stay-1")
    assert await launch() == 3
    messages = [event for event in desk.database.tables.events if event.type == "record.message_requested.v1"]
    assert (len({row.stay_id for row in sent(desk)}), len(messages)) == (5, 5)


async def test_guest_who_complains_or_asked_us_to_stop_is_left_in_peace(
    rita: Caller, gil: Caller, desk: FrontDesk
) -> None:
    await mirrored(desk, *(stay(id=f"stay-{n}", guest_id=f"guest-{n}") for n in range(3)))
    complaint = {"id": "message-9", "guest_id": "guest-0", "stay_id": "stay-0", "topic_code": "noise"}
    await hears(desk, message_told("received", **complaint))
    await hears(desk, message_told("received", guest_id="guest-1", stay_id="stay-1", topic_code="opt_out"))
    campaign = await running(rita, gil, await published(rita))
    assert await Launching(desk.house)() == 1
    assert [row.stay_id for row in sent(desk)] == ["stay-2"]
    told = (await rita.get(f"/v1/campaigns/{campaign['id']}/preview")).json()
    assert told["unmet"] == {"open_complaint": 1, "opted_out": 1}


async def test_guest_asked_to_stop_after_the_stay_is_left_in_peace(rita: Caller, gil: Caller, desk: FrontDesk) -> None:
    await mirrored(desk, stay())
    async with desk.client() as http:
        ana = Caller(http)
        fields = {"topic": "thanks", "channel": "email"}
        body = {"property_id": "resort", "kind": "post_stay_follow_up", "stay_id": stay().id, "fields": fields}
        record = (await ana.post("/v1/records", body)).json()
        record = (await ana.act(record, "edit", {"fields": {"result": "asked_to_stop"}})).json()
        assert record["fields"]["result"] == "asked_to_stop"
    await running(rita, gil, await published(rita))
    assert await Launching(desk.house)() == 0


@pytest.mark.parametrize(
    ("moment", "changed", "meant"),
    [
        ({"moment": "pre_arrival", "days": -3}, {}, 0),
        ({"moment": "pre_arrival", "days": -10}, {}, 1),
        ({"moment": "late_booking", "days": -14}, {"booked_at": NOW}, 1),
        ({"moment": "late_booking", "days": -14}, {"booked_at": NOW - 30 * DAY}, 0),
        ({"moment": "in_stay", "days": 0}, {}, 0),
        ({"moment": "in_stay", "days": 0, "at": "08:00"}, {"status": StayStatus.CHECKED_IN, "arrival": NOW.date()}, 1),
        (
            {"moment": "post_stay", "days": 1, "at": "08:00"},
            {"status": StayStatus.CHECKED_OUT, "arrival": dt.date(2026, 6, 28), "departure": dt.date(2026, 6, 30)},
            1,
        ),
        (
            {"moment": "post_stay", "days": 1},
            {"status": StayStatus.CHECKED_OUT, "arrival": dt.date(2026, 5, 1), "departure": dt.date(2026, 5, 4)},
            0,
        ),
        ({"moment": "pre_arrival", "days": -14, "languages": ["fr"]}, {}, 0),
    ],
)
async def test_moment_decides_which_stays_it_means(
    rita: Caller, gil: Caller, desk: FrontDesk, moment: Any, changed: Any, meant: int
) -> None:
    await mirrored(desk, stay(**changed))
    await running(rita, gil, await published(rita, after_stay=True, notice_hours=0), **moment)
    assert await Launching(desk.house)() == meant
    assert {row.status.value for row in sent(desk)} <= {"approved"}


async def test_replies_land_on_the_campaigns_record_and_are_counted(rita: Caller, gil: Caller, desk: FrontDesk) -> None:
    await mirrored(desk, *(stay(id=f"stay-{n}", guest_id=f"guest-{n}") for n in range(4)))
    campaign = await running(rita, gil, await published(rita, capacity=5))
    await Launching(desk.house)()
    for n, answer in enumerate(("accepted", "declined", "question")):
        told = {"id": f"message-{n}", "stay_id": f"stay-{n}", "guest_id": f"guest-{n}", "topic_code": "spa_day"}
        await hears(desk, message_told("received", answer=answer, **told))
        await hears(desk, message_told("received", answer=answer, **told))
    replies = [row for row in desk.database.tables.records.values() if row.kind == "campaign_reply"]
    assert len(replies) == 4
    assert [str(row.outcome) for row in sent(desk)] == ["fulfilled", "declined", "None", "None"]
    [arm] = (await rita.get(f"/v1/campaigns/{campaign['id']}/results")).json()["arms"]
    assert arm == {
        "arm": "plain",
        "sent": 4,
        "answered": 3,
        "accepted": 1,
        "sold": 1,
        "revenue": {"amount": 12_000, "currency": "EUR"},
    }


async def test_stays_are_split_by_hash_between_arms_and_the_record_says_which(
    rita: Caller, gil: Caller, desk: FrontDesk
) -> None:
    spa = await published(rita)
    dinner = await published(rita, code="dinner", service="half_board", departments=["food_beverage"])
    await mirrored(desk, *(stay(id=f"stay-{n}", guest_id=f"guest-{n}") for n in range(40)))
    arms = [{"code": "spa", "offer_id": spa["id"], "weight": 3}, {"code": "dinner", "offer_id": dinner["id"]}]
    campaign = await running(rita, gil, spa, arms=arms)
    await Launching(desk.house)()
    state = desk.database.tables.campaigns[campaign["id"]]
    told = {str(row.stay_id): row.sale.arm for row in sent(desk)}
    assert told == {stay_id: arm_of(state, stay_id).code for stay_id in told}
    counts = [list(told.values()).count(arm) for arm in ("spa", "dinner")]
    assert sum(counts) == 40
    assert counts[0] > counts[1] > 0
    opened = [event for event in desk.database.tables.events if b'"arm":"dinner"' in event.value]
    assert opened


async def test_stopped_campaign_writes_to_nobody_more(rita: Caller, gil: Caller, desk: FrontDesk) -> None:
    campaign = await running(rita, gil, await published(rita))
    await gil.post(f"/v1/campaigns/{campaign['id']}/stop", STOP, version=2)
    await mirrored(desk, stay())
    assert await Launching(desk.house)() == 0
    await hears(desk, stay_told(stay(), 2, "changed"))
    assert sent(desk) == []


async def test_price_outside_the_hotels_limits_is_left_to_a_person(rita: Caller, gil: Caller, desk: FrontDesk) -> None:
    await mirrored(desk, stay())
    dear = await published(rita, price={"amount": 300_000, "currency": "EUR"}, ceiling=None)
    await running(rita, gil, dear)
    assert await Launching(desk.house)() == 1
    [record] = sent(desk)
    assert (record.status, record.guest_messages) == ("new", ())


async def test_round_reads_only_stays_that_were_heard_of_since_or_whose_moment_came(
    rita: Caller, gil: Caller, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[list[str]] = []
    find = desk.house.campaigns.stays

    async def stays(*asked: Any) -> Any:
        found = await find(*asked)
        looked.append([each.id for each in found])
        return found

    monkeypatch.setattr(desk.house.campaigns, "stays", stays)
    later = stay(
        id="stay-later", guest_id="guest-later", arrival=stay().arrival + DAY, departure=stay().departure + DAY
    )
    await mirrored(desk, stay(id="stay-now", guest_id="guest-now"), later)
    await running(rita, gil, await published(rita), days=-10)
    launch = Launching(desk.house)
    desk.clock.moment += dt.timedelta(hours=1)
    assert await launch() == 1
    long_ago = dt.datetime.now(dt.UTC) - DAY
    desk.database.tables.kept_at |= dict.fromkeys(desk.database.tables.kept_at, long_ago)
    assert await launch() == 0
    desk.clock.moment += DAY
    assert await launch() == 1
    await mirrored(desk, stay(id="stay-now", guest_id="guest-now", version=2))
    assert await launch() == 0
    assert looked == [["stay-later", "stay-now"], [], ["stay-later"], ["stay-now"]]
    monkeypatch.setattr(launching, "WHOLE_S", 0.0)
    await launch()
    assert sorted(looked[-1]) == ["stay-later", "stay-now"]
