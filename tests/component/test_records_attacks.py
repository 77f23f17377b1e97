"""Attacks S19 to S25 on records, by their numbers: refused, and nothing is changed. (S24 is in the tests of offers.)"""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import AppError
from tests.factories.desk_work import ok
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_records import entered

WISHED = {"topic": "baby_cot", "promised_time": "22:00"}
COT = {"property_id": "resort", "kind": "guest_request", "room": "214", "fields": WISHED}
SPA = {"topic": "spa", "budget": {"amount": 5_000, "currency": "EUR"}, "details": "Likes the quiet pool"}
OURS = {
    "status": "complete",
    "outcome": "fulfilled",
    "chain": "other",
    "tenant": "other",
    "version": 99,
    "ver": 99,
    "owner": "ana",
    "approved_by": "ana",
    "checked": {"value": "22:00"},
    "reviews": [],
    "rules_version": 7,
    "stakes": [],
    "reopened": 3,
    "writebacks": [],
    "decided_by": "sofia",
    "action": "read",
    "proposal_id": "p1",
    "exception_id": "e1",
}
"""What only the service writes."""
NEARLY: dict[str, Any] = {
    "accept": {},
    "check-value": {"value": "22:00"},
    "edit": {"fields": {"quantity": 2}},
    "block": {"reason": "Waiting", "waits_for": "guest"},
    "notes": {"text": "Hello"},
    "lines": {"kind": "charge", "amount": {"amount": 100, "currency": "EUR"}, "reason": "Cot"},
    "exceptions": {"cause": "other", "unusual": "a", "guest_impact": "b"},
    "complete": {"outcome": "declined", "reason": "No"},
    "writebacks": {"field": "room", "value": "317", "reason": "Noise"},
    "hand-off": {"department": "housekeeping"},
}


async def opened(who: Caller, **changed: Any) -> dict[str, Any]:
    return await ok(await who.post("/v1/records", COT | changed), 201)


async def checked(who: Caller) -> dict[str, Any]:
    record = await ok(await who.act(await opened(who), "accept"))
    return await ok(await who.act(record, "check-value"))


async def proposed(who: Caller) -> tuple[dict[str, Any], str]:
    move = {"fields": {"promised_time": "21:30"}, "reason": "Guest asked"}
    record = await ok(await who.act(await checked(who), "edit", move))
    return record, f"proposals/{record['proposals'][0]['id']}/decide"


def written(desk: FrontDesk) -> tuple[int, dict[str, int]]:
    """How many events of records there are, and every record's version."""
    told = [event for event in desk.database.tables.events if event.type.startswith("record.")]
    return len(told), {key: state.version for key, state in desk.database.tables.records.items()}


@pytest.mark.parametrize("name", sorted(OURS))
async def test_s19_what_only_the_service_writes_is_refused_in_any_body(
    http: httpx.AsyncClient, desk: FrontDesk, name: str
) -> None:
    ana = Caller(http)
    record = await opened(ana)
    before = written(desk)
    replies = [
        await ana.act(record, path, body | {name: OURS[name]}) for path, body in NEARLY.items() if name not in body
    ]
    replies.append(await ana.post("/v1/records", COT | {name: OURS[name]}))
    named = {reply.json()["breaches"][0]["rule"] for reply in replies}
    assert ({reply.status_code for reply in replies}, named) == ({422}, {"extra_forbidden"})
    fields = await ana.post("/v1/records", COT | {"fields": WISHED | {name: OURS[name]}})
    assert (fields.status_code, fields.json()["breaches"][0]["rule"]) == (422, "unknown_field")
    assert written(desk) == before


@pytest.mark.parametrize(
    "asked",
    [
        {"budget": "5000"},
        {"fields.budget": "5000"},
        {"sort": "budget"},
        {"order_by": "fields.details"},
        {"filter": '{"fields.budget":{"$gt":1}}'},
        {"q.details": "quiet"},
    ],
)
async def test_s20_no_filter_or_sort_tells_of_a_field_that_may_not_be_read(
    http: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    sofia, ines = Caller(http, "sofia"), Caller(http, "ines")
    for amount in (5_000, 9_000):
        fields = SPA | {"budget": {"amount": amount, "currency": "EUR"}}
        await opened(sofia, kind="upsell_preference_note", fields=fields)
    plain, tried = await ines.get("/v1/records"), await ines.get("/v1/records", **asked)
    assert tried.status_code in (403, 422) or tried.json() == plain.json()
    assert "quiet pool" not in tried.text


@pytest.mark.parametrize("who", ["sofia", "gil"])
async def test_s21_nobody_approves_their_own_from_whatever_session(
    http: httpx.AsyncClient, desk: FrontDesk, who: str
) -> None:
    record, path = await proposed(Caller(http, who))
    before = written(desk)
    async with desk.client() as phone:
        reply = await Caller(phone, who).act(record, path, {"approve": True, "reason": "Mine"})
    assert (reply.status_code, reply.json()["code"]) == (403, "own_request")
    digest = record["proposals"][0]["digest"]
    one = {"record": record["id"], "proposal": record["proposals"][0]["id"], "digest": digest, "approve": True}
    many = await ok(await Caller(http, who).post("/v1/proposals/decide", {"decisions": [one | {"reason": "Mine"}]}))
    assert [each["code"] for each in many["results"]] == ["own_request"]
    assert written(desk) == before


async def test_s22_approval_is_void_when_a_named_field_has_another_value(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    ana, sofia, gil = Caller(http), Caller(http, "sofia"), Caller(http, "gil")
    record, path = await proposed(ana)
    move = {"fields": {"promised_time": "20:00"}, "reason": "Earlier"}
    record = await ok(await Caller(http, "rui").act(record, "edit", move))
    other = f"proposals/{record['proposals'][1]['id']}/decide"
    yes = {"approve": True, "reason": "Fine"}
    replies = await asyncio.gather(sofia.act(record, path, yes), gil.act(record, other, yes))
    assert sorted(reply.status_code for reply in replies) == [200, 412]
    record = await ok(await ana.get(f"/v1/records/{record['id']}"))
    states = sorted(each["state"] for each in record["proposals"])
    assert states == ["approved", "void"]
    won = next(each for each in record["proposals"] if each["state"] == "approved")
    assert record["fields"]["promised_time"] == won["after"]["promised_time"]
    for late in (path, other):
        reply = await sofia.act(record, late, yes)
        assert (reply.status_code, reply.json()["code"]) == (409, "proposal_decided")


async def test_s22_approval_holds_when_another_field_moved(http: httpx.AsyncClient) -> None:
    record, path = await proposed(Caller(http))
    record = await ok(await Caller(http).act(record, "edit", {"fields": {"quantity": 2}}))
    yes = {"approve": True, "reason": "Fine", "digest": record["proposals"][0]["digest"]}
    assert (await ok(await Caller(http, "sofia").act(record, path, yes)))["fields"]["promised_time"] == "21:30"


@pytest.mark.parametrize(
    ("steps", "skipped"),
    [
        ((), "approve"),
        ((), "check-value"),
        ((), "resume"),
        ((), "unblock"),
        (("accept",), "approve"),
        (("accept",), "reopen"),
        (("accept", "check-value"), "complete"),
        (("accept", "check-value", "approve"), "approve"),
        (("accept", "check-value", "approve"), "accept"),
    ],
)
async def test_s23_step_is_not_skipped_or_done_again(
    http: httpx.AsyncClient, desk: FrontDesk, steps: tuple[str, ...], skipped: str
) -> None:
    sofia = Caller(http, "sofia")
    record = await opened(sofia)
    for step in steps:
        record = await ok(await sofia.act(record, step))
    before = written(desk)
    body = {"resume": {"reason": "x"}, "reopen": {"reason": "x"}, "complete": {"outcome": "fulfilled"}}.get(skipped)
    reply = await sofia.act(record, skipped, body)
    assert reply.status_code == 409, reply.text
    assert written(desk) == before


async def test_s23_old_request_replayed_under_a_new_key_is_refused_by_its_version(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    ana = Caller(http)
    old = await opened(ana)
    await ok(await ana.act(await ok(await ana.act(old, "accept")), "block", {"reason": "x", "waits_for": "guest"}))
    before = written(desk)
    assert [(await ana.act(old, step)).status_code for step in ("accept", "unblock", "check-value")] == [412] * 3
    assert written(desk) == before


PRICES = st.one_of(
    st.integers(max_value=499),
    st.integers(min_value=200_001),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.5),
    st.sampled_from(["5000", "5.000", True, None, {"$gt": 1}, [5_000], "1e3"]),
)


def fields_refused(price: Any) -> set[str]:
    with pytest.raises(AppError) as refusal:
        entered("pre_arrival_offer", fields={"offer": "spa", "price": price})
    return {breach.field for breach in refusal.value.breaches}


@given(amount=PRICES)
def test_s25_bad_price_is_refused_naming_the_field(amount: Any) -> None:
    assert fields_refused({"amount": amount, "currency": "EUR"}) == {"price"}


@given(currency=st.text(max_size=4).filter(lambda text: text != "EUR"))
def test_s25_another_currency_is_refused_naming_the_field(currency: str) -> None:
    assert fields_refused({"amount": 5_000, "currency": currency}) == {"price"}


@pytest.mark.parametrize(
    "amount",
    [
        {"amount": -100, "currency": "EUR"},
        {"amount": 0, "currency": "EUR"},
        {"amount": 1.5, "currency": "EUR"},
        {"amount": 10**13, "currency": "EUR"},
        {"amount": 100, "currency": "USD"},
        {"amount": 100, "currency": "euro"},
        {"amount": 100},
        100,
    ],
)
async def test_s25_bad_line_is_refused_naming_the_field(http: httpx.AsyncClient, desk: FrontDesk, amount: Any) -> None:
    ana = Caller(http)
    record = await checked(ana)
    before = written(desk)
    reply = await ana.act(record, "lines", {"kind": "charge", "amount": amount, "reason": "Cot"})
    assert (reply.status_code, reply.json()["breaches"][0]["field"].split(".")[0]) == (422, "amount")
    assert written(desk) == before
