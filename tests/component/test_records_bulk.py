"""One command on many records: each as if alone, previewed, once, and never round a control."""

from typing import Any

import pytest

from tests.factories.desk_work import approved, done, opened, refusal, told
from tests.factories.front_desk import Caller, FrontDesk

BULK = "/v1/records/bulk"
NO_WATER = {"do": "block", "waits_for": "supplier", "reason": {"code": "no_water", "text": "The main is off"}}


def items(*records: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": record["id"], "version": record["version"]} for record in records]


async def test_each_record_is_answered_as_if_alone_when_many_are_named(ana: Caller, desk: FrontDesk) -> None:
    first, second, third = [await opened(ana, room=room) for room in ("1", "2", "3")]
    await done(ana, third, "notes", {"text": "moved on"})
    others = {"id": "no-such", "version": 1}
    body = {"items": [*items(first, second, third), others], "order": NO_WATER}
    reply = (await ana.post(BULK, body, key="key-bulk-one")).json()
    assert [(each["status"], each["code"]) for each in reply["items"]] == [
        (200, "done"),
        (200, "done"),
        (412, "version_moved_on"),
        (404, "record_not_found"),
    ]
    assert (reply["done"], reply["refused"]) == (2, 2)
    assert told(desk, first["id"]) == ["opened", "blocked"]
    again = (await ana.post(BULK, body, key="key-bulk-one")).json()
    assert again == reply
    assert told(desk, first["id"]) == ["opened", "blocked"]


async def test_nothing_changes_when_it_is_a_preview(ana: Caller, desk: FrontDesk) -> None:
    ready, fresh = await approved(ana), await opened(ana)
    before = len(desk.database.tables.events)
    body = {"items": items(ready, fresh), "order": {"do": "complete", "outcome": "fulfilled"}, "preview": True}
    reply = (await ana.post(BULK, body)).json()
    assert [(each["status"], each["code"], each["would_be"]) for each in reply["items"]] == [
        (200, "would_do", "complete"),
        (409, "move_refused", None),
    ]
    assert len(desk.database.tables.events) == before
    assert desk.database.tables.records[ready["id"]].version == ready["version"]


async def test_rest_is_done_when_the_request_comes_again_after_a_crash(ana: Caller, desk: FrontDesk) -> None:
    records = [await opened(ana, room=str(room)) for room in (1, 2, 3)]
    body = {"items": items(*records), "order": {"do": "accept"}}
    run, calls = desk.database.run, 0

    async def dying(work: Any) -> Any:
        nonlocal calls
        calls += 1
        assert calls < 4, "killed"
        return await run(work)

    desk.database.run = dying  # type: ignore[method-assign]  # the process dies between two records
    with pytest.raises(AssertionError, match="killed"):
        await ana.post(BULK, body, key="key-bulk-crash")
    desk.database.run = run  # type: ignore[method-assign]
    assert [len(told(desk, record["id"])) for record in records][-1] == 1
    reply = (await ana.post(BULK, body, key="key-bulk-crash")).json()
    assert [each["code"] for each in reply["items"]] == ["done"] * 3
    assert [told(desk, record["id"]).count("accepted") for record in records] == [1, 1, 1]


async def test_key_is_refused_when_it_did_another_bulk(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    accept = {"items": items(record), "order": {"do": "accept"}}
    assert (await ana.post(BULK, accept, key="key-bulk-two")).status_code == 200
    other = accept | {"order": NO_WATER}
    assert refusal(await ana.post(BULK, other, key="key-bulk-two")) == (422, "idempotency_key_reused")


async def test_no_control_is_passed_by_when_many_are_completed(ana: Caller, desk: FrontDesk) -> None:
    odd = await opened(ana, kind="preference_note", fields={"topic": "allergy", "valid_for": "this_stay"})
    odd = await done(ana, odd, "accept")
    fields = {"topic": "room_cleaning"}
    body = {"items": items(odd), "order": {"do": "complete", "outcome": "fulfilled", "fields": fields}}
    reply = (await ana.post(BULK, body)).json()
    assert [(each["status"], each["code"]) for each in reply["items"]] == [(409, "move_refused")]
    async with desk.client() as http:
        refused = (await Caller(http, "fred").post(BULK, body)).json()
    assert [(each["status"], each["code"]) for each in refused["items"]] == [(403, "not_granted")]
    assert desk.database.tables.events[-1].type == "access.refused.v1"


async def test_refusal_is_written_down_when_the_preview_of_many_is_not_granted(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    body = {"items": items(record), "order": {"do": "accept"}, "preview": True}
    async with desk.client() as http:
        refused = (await Caller(http, "fred").post(BULK, body)).json()
    assert [(each["status"], each["code"]) for each in refused["items"]] == [(403, "not_granted")]
    last = desk.database.tables.events[-1]
    assert (last.type, last.value_object()["access"]["subjects"]) == ("access.refused.v1", [record["id"]])
    assert desk.database.tables.records[record["id"]].version == record["version"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"id": f"r{number}", "version": 1} for number in range(201)]}, "items"),
        ({"items": [{"id": "r1", "version": 1}, {"id": "r1", "version": 1}]}, "items"),
        ({"items": [{"id": "r1"}]}, "items.0.version"),
        ({"order": {"do": "delete"}}, "order"),
        ({"order": {"do": "decide", "approve": True}}, "order"),
        ({"order": {"do": "accept", "status": "approved"}}, "order.accept.status"),
        ({"status": "complete"}, "status"),
    ],
)
async def test_bulk_is_refused_naming_the_field_when_it_is_wrong(ana: Caller, changed: Any, field: str) -> None:
    body = {"items": [{"id": "r1", "version": 1}], "order": {"do": "accept"}} | changed
    reply = await ana.post(BULK, body)
    assert (reply.status_code, [breach["field"] for breach in reply.json()["breaches"]]) == (422, [field])
