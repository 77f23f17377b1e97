"""Reviews over HTTP: queues, many decisions at once, deputies, time that runs out, causes that come back."""

import datetime as dt
from typing import Any

import httpx
import pytest

from shared.contracts.catalogue import body_of
from shared.contracts.identity import Role
from shared.contracts.staff import Delegation
from shared.contracts.writebacks import PmsChange, WritebackState
from tests.factories.desk_work import ok
from tests.factories.front_desk import Caller, FrontDesk, ruled
from tests.factories.guest_events import stay_told, writeback_told
from tests.factories.guest_records import stay

COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
PARTS = {"cause": "not_available", "unusual": "None left", "guest_impact": "Sleeps badly"}
BIG = {"kind": "refund", "amount": {"amount": 9_000, "currency": "EUR"}, "reason": "Goodwill"}


async def checked(who: Caller, **changed: Any) -> dict[str, Any]:
    record = await ok(await who.post("/v1/records", COT | changed), 201)
    record = await ok(await who.act(record, "accept"))
    return await ok(await who.act(record, "check-value"))


async def proposed(who: Caller, time: str = "21:30", **changed: Any) -> dict[str, Any]:
    record = await checked(who, **changed)
    return await ok(await who.act(record, "edit", {"fields": {"promised_time": time}, "reason": "Guest asked"}))


async def rule(http: httpx.AsyncClient, **rules: Any) -> None:
    await ruled(http, rules)


def decision(of: dict[str, Any], /, **changed: Any) -> dict[str, Any]:
    held = of["proposals"][0]
    plain = {"record": of["id"], "proposal": held["id"], "digest": held["digest"]}
    return plain | {"approve": True, "reason": {"code": "fine"}} | changed


async def test_queue_shows_what_the_caller_may_decide_oldest_first_and_pages(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    ana, sofia = Caller(http), Caller(http, "sofia")
    asked = [(await proposed(ana, room=str(room)))["id"] for room in range(101, 104)]
    own = await proposed(sofia)
    first = await ok(await sofia.get("/v1/proposals", limit=2))
    rest = await ok(await sofia.get("/v1/proposals", limit=2, after=first["next"], property="resort"))
    shown = [*first["proposals"], *rest["proposals"]]
    assert [each["record"]["id"] for each in shown] == asked
    assert own["id"] not in [each["record"]["id"] for each in shown]
    assert (shown[0]["before"], shown[0]["after"]) == ({"promised_time": "22:00"}, {"promised_time": "21:30"})
    assert (await ok(await ana.get("/v1/proposals")))["proposals"] == []
    assert len((await ok(await Caller(http, "gil").get("/v1/proposals")))["proposals"]) == 4
    assert (await ok(await Caller(http, "carl").get("/v1/proposals")))["proposals"] == []
    assert (await sofia.get("/v1/proposals", property="city")).status_code == 404
    assert (await sofia.get("/v1/proposals", after="nonsense")).json()["breaches"][0]["rule"] == "cursor"


async def test_exceptions_wait_in_their_queue_until_another_person_closes_them(http: httpx.AsyncClient) -> None:
    ana, sofia = Caller(http), Caller(http, "sofia")
    record = await ok(await ana.act(await checked(ana), "exceptions", PARTS))
    [waiting] = (await ok(await sofia.get("/v1/exceptions")))["exceptions"]
    assert (waiting["id"], waiting["cause"], waiting["raised_by"]) == (
        record["exception_notes"][0]["id"],
        "not_available",
        "ana",
    )
    assert "None left" not in (await sofia.get("/v1/exceptions")).text
    assert (await ok(await ana.get("/v1/exceptions")))["exceptions"] == []
    review = {"accept": True, "comment": "Bought two"}
    await ok(await sofia.act(record, f"exceptions/{waiting['id']}/review", review))
    assert (await ok(await sofia.get("/v1/exceptions")))["exceptions"] == []


async def test_each_of_many_decisions_has_its_own_result_and_audit(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    ana, sofia = Caller(http), Caller(http, "sofia")
    fine, other, own = await proposed(ana), await proposed(ana, room="9"), await proposed(sofia, room="8")
    body = {
        "decisions": [
            decision(fine),
            decision(other, digest="0" * 64),
            decision(own),
            decision(fine, record="unheard-of"),
            decision(other, proposal="unheard-of"),
        ]
    }
    done = (await ok(await sofia.post("/v1/proposals/decide", body, key="key-many")))["results"]
    assert [(each["status"], each["code"]) for each in done] == [
        (200, None),
        (409, "proposal_differs"),
        (403, "own_request"),
        (404, "record_not_found"),
        (404, "proposal_not_found"),
    ]
    assert desk.database.tables.records[fine["id"]].fields["promised_time"] == "21:30"
    assert desk.database.tables.records[other["id"]].version == other["version"]
    refused = [event for event in desk.database.tables.events if event.type == "access.refused.v1"]
    assert [event.value_object()["access"]["subjects"] for event in refused] == [[own["id"]]]


async def test_many_decisions_happen_once_when_sent_again(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    ana, sofia = Caller(http), Caller(http, "sofia")
    one, two = await proposed(ana), await proposed(ana, room="9")
    body = {"decisions": [decision(one), decision(two, approve=False)]}
    first = await ok(await sofia.post("/v1/proposals/decide", body, key="key-many"))
    versions = {key: state.version for key, state in desk.database.tables.records.items()}
    again = await ok(await sofia.post("/v1/proposals/decide", body, key="key-many"))
    assert [each["replayed"] for each in (*first["results"], *again["results"])] == [False, False, True, True]
    assert {key: state.version for key, state in desk.database.tables.records.items()} == versions
    other = {"decisions": [decision(one)]}
    assert (await sofia.post("/v1/proposals/decide", other, key="key-many")).json()["code"] == "idempotency_key_reused"


async def test_rest_of_many_decisions_is_done_when_the_first_try_broke_off(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    ana, sofia = Caller(http), Caller(http, "sofia")
    one, two = await proposed(ana), await proposed(ana, room="9")
    body = {"decisions": [decision(one), decision(two)]}
    execute, calls = desk.database.run, []

    async def breaking(work: Any) -> Any:
        calls.append(work)
        desk.database.fail = TimeoutError("killed") if len(calls) == 3 else None
        return await execute(work)

    desk.database.run = breaking  # type: ignore[method-assign]  # the crash of one process
    with pytest.raises(TimeoutError):
        await sofia.post("/v1/proposals/decide", body, key="key-many")
    desk.database.run, desk.database.fail = execute, None  # type: ignore[method-assign]  # it is started again
    done = (await ok(await sofia.post("/v1/proposals/decide", body, key="key-many")))["results"]
    assert [(each["status"], each["replayed"]) for each in done] == [(200, True), (200, False)]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"digest": "short"}, "decisions.0.digest", "string_pattern_mismatch"),
        ({"digest": None}, "decisions.0.digest", "string_type"),
        ({"approve": "yes please"}, "decisions.0.approve", "bool_type"),
        ({"record": {"$ne": 1}}, "decisions.0.record", "string_type"),
        ({"state": "approved"}, "decisions.0.state", "extra_forbidden"),
    ],
)
async def test_many_decisions_are_refused_whole_when_one_is_no_decision(
    http: httpx.AsyncClient, desk: FrontDesk, change: dict[str, Any], field: str, rule: str
) -> None:
    record = await proposed(Caller(http))
    reply = await Caller(http, "sofia").post("/v1/proposals/decide", {"decisions": [decision(record, **change)]})
    named = [(breach["field"], breach["rule"]) for breach in reply.json()["breaches"]]
    assert (reply.status_code, (field, rule) in named) == (422, True)
    assert desk.database.tables.records[record["id"]].version == record["version"]


async def test_proposal_is_decided_once_in_a_request(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    record = await proposed(Caller(http))
    body = {"decisions": [decision(record), decision(record, approve=False)]}
    reply = await Caller(http, "sofia").post("/v1/proposals/decide", body)
    assert (reply.status_code, reply.json()["breaches"][0]["rule"]) == (422, "twice")
    empty = await Caller(http, "sofia").post("/v1/proposals/decide", {"decisions": []})
    assert empty.status_code == 422
    assert desk.database.tables.records[record["id"]].version == record["version"]


async def test_tier_of_the_hotel_decides_whose_yes_is_needed_however_it_is_split(http: httpx.AsyncClient) -> None:
    tiers = [{"above": 5_000, "role": "supervisor"}, {"above": 12_000, "role": "general_manager"}]
    await rule(http, kinds={"guest_request": {"tiers": tiers, "line_max": 100_000}})
    ana = Caller(http)
    first = await ok(await ana.act(await checked(ana), "lines", BIG))
    second = await ok(await ana.act(await checked(ana, room="9"), "lines", BIG))
    assert [each["proposals"][0]["reviewer_role"] for each in (first, second)] == ["supervisor", "general_manager"]
    path = f"proposals/{second['proposals'][0]['id']}/decide"
    reply = await Caller(http, "sofia").act(second, path, {"approve": True, "reason": "Fine"})
    assert (reply.status_code, reply.json()["code"]) == (403, "role_required")
    await ok(await Caller(http, "gil").act(second, path, {"approve": True, "reason": "Fine"}))


async def test_deputy_decides_with_dates_while_the_principal_is_off_duty(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    record = await proposed(Caller(http))
    path, yes = f"proposals/{record['proposals'][0]['id']}/decide", {"approve": True, "reason": "For Sofia"}
    ines = Caller(http, "ines")
    assert (await ines.act(record, path, yes)).json()["code"] == "not_granted"
    july = {"principal": "sofia", "deputy": "ines", "first": "2026-07-01", "last": "2026-07-14"}
    await rule(http, deputies=[july])
    assert (await ines.act(record, path, yes)).json()["code"] == "not_granted"
    at_home = desk.chassis.policy.known.staff["sofia"].model_copy(update={"shifts": ()})
    desk.chassis.policy.known.staff["sofia"] = at_home
    assert [each["record"]["id"] for each in (await ok(await ines.get("/v1/proposals")))["proposals"]] == [record["id"]]
    done = await ok(await ines.act(record, path, yes))
    assert (done["proposals"][0]["decided_by"], done["proposals"][0]["decided_for"]) == ("ines", "sofia")
    mine = await proposed(Caller(http, "sofia"), room="9")
    path = f"proposals/{mine['proposals'][0]['id']}/decide"
    assert (await ines.act(mine, path, yes)).json()["code"] == "principals_request"


async def test_whoever_was_lent_the_role_decides_for_a_time_and_never_what_the_lender_asked_for(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    record = await proposed(Caller(http))
    path, yes = f"proposals/{record['proposals'][0]['id']}/decide", {"approve": True, "reason": "For Sofia"}
    ines, staff = Caller(http, "ines"), desk.chassis.policy.known.staff
    assert (await ines.act(record, path, yes)).json()["code"] == "not_granted"
    now = dt.datetime.now(dt.UTC)
    week = Delegation(id="lent-1", lender="sofia", roles=(Role.SUPERVISOR,), start=now, end=now + dt.timedelta(days=7))
    own = staff["ines"]
    staff["ines"] = own.model_copy(update={"delegations": (week.model_copy(update={"end": now}),)})
    assert (await ines.act(record, path, yes)).json()["code"] == "not_granted"
    staff["ines"] = own.model_copy(update={"delegations": (week,)})
    asked = await proposed(Caller(http, "sofia"), room="9")
    barred = await ines.act(asked, f"proposals/{asked['proposals'][0]['id']}/decide", yes)
    assert barred.json()["code"] == "principals_request"
    assert [each["record"]["id"] for each in (await ok(await ines.get("/v1/proposals")))["proposals"]] == [record["id"]]
    done = await ok(await ines.act(record, path, yes))
    assert (done["proposals"][0]["decided_by"], done["proposals"][0]["decided_for"]) == ("ines", "sofia")
    [told] = [each for each in desk.database.tables.events if each.type == "record.proposal_decided.v1"]
    body = body_of(told)
    assert body is not None
    assert body.actor.lent_by == ("sofia",)


@pytest.mark.parametrize(
    ("deputy", "rule_"),
    [
        ({"deputy": "sofia"}, "themselves"),
        ({"last": "2026-06-30"}, "dates"),
        ({"first": "soon"}, "value_error"),
        ({"first": 1751328000}, "value_error"),
    ],
)
async def test_deputy_is_refused_when_it_makes_no_sense(
    http: httpx.AsyncClient, deputy: dict[str, Any], rule_: str
) -> None:
    july = {"principal": "sofia", "deputy": "ines", "first": "2026-07-01", "last": "2026-07-14"} | deputy
    body = {"rules": {"deputies": [july]}, "reason": "Holidays"}
    reply = await Caller(http, "gil").put("/v1/rules/resort", body, version=1)
    assert (reply.status_code, reply.json()["breaches"][0]["rule"]) == (422, rule_)


async def test_proposal_expires_by_the_hotel_s_rule_and_its_owner_goes_on(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    await rule(http, kinds={"guest_request": {"approve_by_s": 3600}})
    record = await proposed(Caller(http))
    by = desk.database.tables.records[record["id"]].proposals[0].approve_by
    assert by is not None
    assert await desk.fires() == 0
    desk.clock.moment = by
    await desk.fires()
    after = await ok(await Caller(http).get(f"/v1/records/{record['id']}"))
    assert (after["proposals"][0]["state"], after["next_action"]["code"]) == ("expired", "approve")
    assert (await ok(await Caller(http, "sofia").get("/v1/proposals")))["proposals"] == []


async def test_stale_request_expires_by_the_hotel_s_rule(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    await rule(http, kinds={"guest_request": {"expire_after_s": 3600}})
    record = await checked(Caller(http))
    ends = desk.database.tables.records[record["id"]].ends_at
    assert ends is not None
    desk.clock.moment = ends
    await desk.fires()
    assert desk.database.tables.records[record["id"]].outcome == "expired"


async def test_wait_is_said_to_be_over_by_an_event(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    block = {"reason": {"code": "spare_part"}, "waits_for": "supplier", "until": "2026-07-01T12:00:00Z"}
    record = await ok(await Caller(http).act(await checked(Caller(http)), "block", block))
    assert record["waits_for"]["party"] == "supplier"
    desk.clock.moment = desk.clock.moment.replace(hour=12)
    await desk.fires()
    said = [event.type for event in desk.database.tables.events if event.subject == record["id"]]
    assert said[-1] == "record.wait_ended.v1"
    assert await desk.fires() == 0


async def test_correction_is_added_and_the_note_is_never_edited(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    ana = Caller(http)
    record = await ok(await ana.act(await checked(ana), "exceptions", PARTS))
    note = record["exception_notes"][0]
    record = await ok(await ana.act(record, f"exceptions/{note['id']}/corrections", {"text": "One was left"}))
    after = record["exception_notes"][0]
    assert (after["unusual"], after["corrections"][0]["text"]) == (note["unusual"], "One was left")
    history = (await ok(await ana.get(f"/v1/records/{record['id']}/history")))["events"]
    assert (history[-1]["type"], history[-1]["note"]) == ("record.exception_corrected.v1", "One was left")
    assert not [event for event in desk.database.tables.events if b"One was left" in event.value]
    path = f"exceptions/{note['id']}/corrections"
    assert (await ana.act(record, path, {"text": " "})).status_code == 422
    assert (await ana.act(record, path, {"text": "4111 1111 1111 1111"})).status_code == 422
    assert (await ana.act(record, "exceptions/unheard-of/corrections", {"text": "x"})).status_code == 404
    kept = [path for path, methods in desk.app.openapi()["paths"].items() if "delete" not in methods]
    assert [path for path in desk.app.openapi()["paths"] if path not in kept] == ["/v1/views/{view_id}"]


async def test_cause_that_comes_back_opens_one_owned_investigation_in_its_window(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    await rule(http, kinds={"guest_request": {"repeats": {"count": 3, "window_s": 86_400}}})
    ana = Caller(http)
    noted = []
    for room in range(101, 106):
        noted.append(await ok(await ana.act(await checked(ana, room=str(room)), "exceptions", PARTS)))
        await desk.fires()
    held = [state for state in desk.database.tables.records.values() if state.kind == "investigation"]
    assert len(held) == 1
    [found] = held
    assert (found.owner != "", found.fields) == (
        True,
        {"about": "guest_request", "cause": "not_available", "times": 3},
    )
    assert list(found.links) == [each["id"] for each in noted[:3]]
    other = await ok(await ana.act(await checked(ana), "exceptions", PARTS | {"cause": "repeated"}))
    await desk.fires()
    assert len([state for state in desk.database.tables.records.values() if state.kind == "investigation"]) == 1
    assert other["causes"] == ["not_available", "out_of_hours", "repeated", "other"]


async def test_next_window_opens_another_when_the_first_is_closed(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    await rule(http, kinds={"guest_request": {"repeats": {"count": 2, "window_s": 3600}}})
    ana = Caller(http)

    async def twice() -> list[str]:
        for room in ("1", "2"):
            await ok(await ana.act(await checked(ana, room=room), "exceptions", PARTS))
        await desk.fires()
        return [key for key, state in desk.database.tables.records.items() if state.kind == "investigation"]

    [first] = await twice()
    desk.clock.moment = desk.clock.moment.replace(hour=12)
    assert await twice() == [first]
    closing = {"outcome": "declined", "reason": "Known"}
    await ok(await ana.act(await ok(await ana.get(f"/v1/records/{first}")), "complete", closing))
    desk.clock.moment = desk.clock.moment.replace(hour=15)
    assert len(await twice()) == 2


async def test_rejected_note_counts_for_nothing(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    await rule(http, kinds={"guest_request": {"repeats": {"count": 2, "window_s": 3600}}})
    ana, sofia = Caller(http), Caller(http, "sofia")
    record = await ok(await ana.act(await checked(ana), "exceptions", PARTS))
    path = f"exceptions/{record['exception_notes'][0]['id']}/review"
    await ok(await sofia.act(record, path, {"accept": False, "comment": "There were two"}))
    await ok(await ana.act(await checked(ana, room="9"), "exceptions", PARTS))
    await desk.fires()
    assert [state for state in desk.database.tables.records.values() if state.kind == "investigation"] == []


async def test_change_of_a_rate_goes_to_the_pms_and_its_answer_settles_the_record(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    booked = stay(room="214")
    await desk.hears(stay_told(booked))
    sofia, gil = Caller(http, "sofia"), Caller(http, "gil")
    record = await ok(await sofia.act(await checked(sofia, stay_id=booked.id), "approve"))
    ask = {"field": "rate", "value": {"amount": 9_500, "currency": "EUR"}, "reason": "Wrong rate loaded"}
    assert (await Caller(http).act(record, "writebacks", ask)).json()["code"] == "field_not_granted"
    record = await ok(await sofia.act(record, "writebacks", ask))
    path = f"proposals/{record['proposals'][0]['id']}/decide"
    record = await ok(await gil.act(record, path, {"approve": True, "reason": "Agreed"}))
    [change] = record["writebacks"]
    assert (change["state"], record["next_action"]["code"]) == ("pending", "await_pms")
    refused = await gil.act(record, "complete", {"outcome": "fulfilled"})
    assert (refused.status_code, refused.json()["code"]) == (409, "writeback_pending")
    told = writeback_told(record["id"], PmsChange.model_validate(change), WritebackState.DONE)
    await desk.hears(told, told)
    record = await ok(await gil.get(f"/v1/records/{record['id']}"))
    assert (record["writebacks"][0]["state"], record["next_action"]["code"]) == ("done", "complete")
    seen = await ok(await Caller(http).get(f"/v1/records/{record['id']}"))
    assert (seen["writebacks"][0]["before"], seen["writebacks"][0]["after"]) == (None, None)
    await ok(await gil.act(record, "complete", {"outcome": "fulfilled"}))
