"""A hotel changes its rules through the API: proposed, approved by another, in force from a day on, pinned, refused."""

import datetime as dt
from typing import Any

import httpx
import pytest

from services.records.usecases.rules_telling import START, RulesStart
from shared.chassis.mongo import Tx
from shared.contracts.values import iso
from tests.factories.front_desk import Caller, FrontDesk, ruled
from tests.factories.guest_records import NOW

COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
QUIET = {"kinds": {"guest_request": {"limits": [{"rule": "quiet", "field": "promised_time", "at_most": "20:00"}]}}}
EARLY = {"kinds": {"guest_request": {"limits": [{"rule": "early", "field": "promised_time", "at_most": "18:00"}]}}}
WHY = {"reason": "Quiet after eight"}
URL = "/v1/rules/resort"


def told(desk: FrontDesk) -> list[str]:
    return [event.type.split(".")[1] for event in desk.database.tables.events if event.type.startswith("rules.")]


async def proposed(http: httpx.AsyncClient, rules: Any = QUIET, version: int = 1, **more: Any) -> dict[str, Any]:
    reply = await Caller(http, "gil").put(URL, {"rules": rules, **WHY, **more}, version=version)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def decided(
    http: httpx.AsyncClient, who: str = "clara", number: int = 2, version: int = 2, **more: Any
) -> httpx.Response:
    body = {"approve": True, "reason": "Agreed", **more}
    return await Caller(http, who).post(f"{URL}/versions/{number}/decide", body, version=version)


async def refusals(http: httpx.AsyncClient) -> list[str]:
    """The rules that a cot at ten in the evening breaks now."""
    reply = await Caller(http, "ana").post("/v1/records", COT)
    return [each["rule"] for each in reply.json().get("breaches", ())]


async def fire(desk: FrontDesk) -> None:
    """Let every timer of the rules that is due ring, as the chassis would after any restart."""
    due = [one for one in desk.database.tables.timers.values() if one.kind == START and one.due_at <= desk.clock.now()]
    for timer in due:

        async def work(tx: Tx, timer: Any = timer) -> None:
            await RulesStart(desk.house).fire(tx, timer, 0)

        await desk.database.run(work)


async def test_proposal_binds_nobody_before_another_person_approves_it(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    shown = await proposed(http)
    assert (shown["version"], shown["revision"], shown["waiting"][0]["state"]) == (1, 2, "proposed")
    assert await refusals(http) == []
    approved = await decided(http)
    assert (approved.status_code, approved.json()["version"], approved.headers["etag"]) == (200, 2, '"4"')
    assert await refusals(http) == ["quiet"]
    assert told(desk) == ["proposed", "approved", "published"]


async def test_nobody_approves_their_own_rules(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    await proposed(http)
    reply = await decided(http, "gil")
    assert (reply.status_code, reply.json()["code"]) == (403, "own_request")
    assert (await refusals(http), told(desk)) == ([], ["proposed"])


@pytest.mark.parametrize("who", ["ana", "sofia", "fred"])
async def test_rules_are_decided_only_by_who_may_manage_them(
    http: httpx.AsyncClient, desk: FrontDesk, who: str
) -> None:
    await proposed(http)
    assert (await decided(http, who)).status_code == 403
    assert told(desk) == ["proposed"]
    [refused] = [event for event in desk.database.tables.events if event.type == "access.refused.v1"]
    assert refused.value_object()["access"]["subjects"] == ["rules:demo:resort"]


async def test_rejected_rules_never_bind(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    await proposed(http)
    assert (await decided(http, approve=False)).json()["version"] == 1
    assert (await refusals(http), told(desk)) == ([], ["proposed", "rejected"])
    again = await decided(http, version=3)
    assert (again.status_code, again.json()["code"]) == (409, "version_decided")


async def test_approval_is_bound_to_what_was_shown(http: httpx.AsyncClient) -> None:
    shown = await proposed(http)
    other = await decided(http, digest="0" * 64)
    assert (other.status_code, other.json()["code"]) == (409, "version_differs")
    assert (await decided(http, digest=shown["waiting"][0]["digest"])).status_code == 200


async def test_proposal_is_void_once_other_rules_were_approved(http: httpx.AsyncClient) -> None:
    await proposed(http)
    await proposed(http, EARLY, version=2)
    assert (await decided(http, number=3, version=3)).status_code == 200
    overtaken = await decided(http, number=2, version=5)
    assert (overtaken.status_code, overtaken.json()["code"]) == (409, "version_void")
    assert await refusals(http) == ["early"]


async def test_version_lies_waiting_and_comes_into_force_by_the_clock(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    day = NOW + dt.timedelta(days=3)
    await proposed(http, effective_from=iso(day))
    approved = (await decided(http)).json()
    assert (approved["version"], [each["version"] for each in approved["waiting"]]) == (1, [2])
    assert await refusals(http) == []
    desk.clock.moment = day
    assert await refusals(http) == ["quiet"]  # by the clock alone: no timer has rung
    await fire(desk)
    assert told(desk) == ["proposed", "approved", "published"]
    now = await Caller(http, "gil").get("/v1/rules", property="resort")
    then = await Caller(http, "gil").get("/v1/rules", property="resort", at=iso(NOW))
    assert (now.json()["version"], now.headers["etag"], then.json()["version"]) == (2, '"4"', 1)


async def test_rules_approved_after_their_day_bind_from_the_approval_on(
    http: httpx.AsyncClient, desk: FrontDesk
) -> None:
    await proposed(http, effective_from=iso(NOW + dt.timedelta(hours=1)))
    desk.clock.moment = NOW + dt.timedelta(hours=5)
    await decided(http)
    before = await Caller(http, "gil").get("/v1/rules", property="resort", at=iso(NOW + dt.timedelta(hours=4)))
    assert (before.json()["version"], await refusals(http)) == (1, ["quiet"])


async def test_waiting_version_is_withdrawn_and_never_starts(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    day = NOW + dt.timedelta(days=3)
    await proposed(http, effective_from=iso(day))
    await decided(http)
    gone = await Caller(http, "gil").post(f"{URL}/versions/2/withdraw", WHY, version=3)
    assert (gone.status_code, gone.json()["waiting"]) == (200, [])
    desk.clock.moment = day
    await fire(desk)
    assert (await refusals(http), told(desk)) == ([], ["proposed", "approved", "withdrawn"])


async def test_version_in_force_cannot_be_withdrawn(http: httpx.AsyncClient) -> None:
    await ruled(http, QUIET)
    reply = await Caller(http, "gil").post(f"{URL}/versions/2/withdraw", WHY, version=4)
    assert (reply.status_code, reply.json()["code"]) == (409, "version_in_force")


async def test_versions_say_who_when_why_and_what_differs(http: httpx.AsyncClient) -> None:
    await ruled(http, QUIET)
    await ruled(http, EARLY | {"score_threshold": 8})
    first = (await Caller(http, "ana").get(f"{URL}/versions", limit=1)).json()
    page = (await Caller(http, "gil").get(f"{URL}/versions", limit=1)).json()
    [newest] = page["versions"]
    assert (newest["version"], newest["base"], newest["in_force"], page["next"]) == (3, 2, True, 3)
    assert (newest["proposed_by"], newest["decided_by"]) == ("gil", "clara")
    assert (newest["reason"], newest["decision"]) == ("Asked for by the house", "Agreed")
    assert [each["path"] for each in newest["changes"]] == [
        "kinds.guest_request.limits.early",
        "kinds.guest_request.limits.quiet",
        "score_threshold",
    ]
    older = (await Caller(http, "gil").get(f"{URL}/versions", below=3)).json()
    assert [(each["version"], each["in_force"]) for each in older["versions"]] == [(2, False)]
    assert first["code"] == "not_granted"


async def test_chains_rules_lie_under_those_of_its_properties(http: httpx.AsyncClient) -> None:
    await ruled(http, QUIET | {"score_threshold": 8}, "_chain")
    assert await refusals(http) == ["quiet"]
    own = {"kinds": {"guest_request": {"limits": [{"rule": "own", "field": "quantity", "at_most": 2}]}}}
    shown = await ruled(http, own)
    assert await refusals(http) == []
    assert (shown["version"], shown["chain_version"], shown["in_force"]["score_threshold"]) == (2, 2, 8)
    assert [each["path"] for each in shown["differences"]] == [
        "kinds.guest_request.limits.own",
        "kinds.guest_request.limits.quiet",
    ]
    chain = (await Caller(http, "clara").get("/v1/rules", property="_chain")).json()
    assert {each["path"].split(".")[0] for each in chain["differences"]} == {"kinds", "score_threshold"}


async def test_chains_rules_are_not_a_hotels_to_change(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    reply = await Caller(http, "gil").put("/v1/rules/_chain", {"rules": QUIET, **WHY}, version=1)
    assert (reply.status_code, told(desk)) == (403, [])


async def test_record_pins_rule_and_versions_that_checked_its_value(http: httpx.AsyncClient) -> None:
    await ruled(http, {}, "_chain")
    await ruled(http, QUIET)
    ana = Caller(http, "ana")
    fields = {"topic": "baby_cot", "promised_time": "19:00"}
    record = (await ana.post("/v1/records", COT | {"fields": fields})).json()
    record = (await ana.act(record, "accept")).json()
    assert record["checked_by"] == {"rule": "auto_approval", "version": 2, "chain_version": 2}
    late = {"limits": QUIET["kinds"]["guest_request"]["limits"], "auto": "off"}
    await ruled(http, {"kinds": {"guest_request": late}})
    record = (await ana.post("/v1/records", COT | {"fields": fields})).json()
    record = (await ana.act(record, "accept")).json()
    assert record["checked_by"] is None
    record = (await ana.act(record, "check-value")).json()
    assert record["checked_by"] == {"rule": "quiet", "version": 3, "chain_version": 2}


async def test_command_on_rules_happens_once_when_its_key_is_repeated(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    await proposed(http)
    path, body = f"{URL}/versions/2/decide", {"approve": True, "reason": "Agreed"}
    clara = Caller(http, "clara")
    replies = [await clara.post(path, body, key="key-approve", version=2) for _ in range(2)]
    assert [each.status_code for each in replies] == [200, 200]
    assert told(desk) == ["proposed", "approved", "published"]


async def test_sequence_of_a_places_rules_has_no_gap(http: httpx.AsyncClient, desk: FrontDesk) -> None:
    await ruled(http, QUIET)
    await ruled(http, EARLY, effective_from=iso(NOW + dt.timedelta(days=1)))
    desk.clock.moment = NOW + dt.timedelta(days=2)
    await fire(desk)
    rows = [event for event in desk.database.tables.events if event.subject == "rules:demo:resort"]
    assert [row.sequence for row in rows] == list(range(1, 7))


LIMIT = {"rule": "x", "field": "quantity", "at_most": 2}


def limited(**changed: Any) -> dict[str, Any]:
    return {"rules": {"kinds": {"guest_request": {"limits": [LIMIT | changed]}}}}


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"rules": {"kinds": {"unicorn": {}}}}, "kinds", "unknown_kind"),
        (limited(field="horn"), "kinds.guest_request.horn", "limit"),
        (limited(at_most="20:00"), "kinds.guest_request.quantity", "limit"),
        (limited(at_least=3), "kinds.guest_request.quantity", "limit"),
        (limited(at_most=2.5), "rules.kinds.guest_request.limits.0.at_most.constrained-int", "int_type"),
        ({"rules": {"unicorn": 1}}, "rules.unicorn", "extra_forbidden"),
        ({"rules": {"score_threshold": 99}}, "rules.score_threshold", "less_than_equal"),
        ({"effective_from": "2026-08-01T00:00:00"}, "effective_from", "timezone_aware"),
        ({"effective_from": 1785000000}, "effective_from", "value_error"),
        ({"effective_from": "2026-06-01T00:00:00Z"}, "effective_from", "in_future"),
        ({"effective_from": "2036-06-01T00:00:00Z"}, "effective_from", "in_future"),
        ({"reason": None}, "reason", "reason_required"),
        ({"reason": "4111 1111 1111 1111"}, "reason", "card_number"),
        ({"state": "approved"}, "state", "extra_forbidden"),
        ({"approved_by": "gil"}, "approved_by", "extra_forbidden"),
    ],
)
async def test_rules_are_refused_naming_field_and_rule(
    http: httpx.AsyncClient, desk: FrontDesk, changed: dict[str, Any], field: str, rule: str
) -> None:
    reply = await Caller(http, "gil").put(URL, {"rules": QUIET, **WHY} | changed, version=1)
    named = [(each["field"], each["rule"]) for each in reply.json()["breaches"]]
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert (field, rule) in named
    assert (desk.database.tables.rules, desk.database.tables.events, desk.database.tables.texts) == ({}, [], {})


@pytest.mark.parametrize(
    ("path", "who", "version", "status"),
    [
        ("/v1/rules/nowhere/versions/2/decide", "gil", 2, 404),
        ("/v1/rules/city/versions/2/decide", "gil", 2, 404),
        (f"{URL}/versions/7/decide", "clara", 2, 404),
        (f"{URL}/versions/1/decide", "clara", 2, 422),
        (f"{URL}/versions/2/decide", "clara", 1, 412),
        (f"{URL}/versions/2/decide", "clara", None, 428),
        ("/v1/rules/Not-A-Place/versions/2/decide", "clara", 2, 422),
    ],
)
async def test_decision_is_refused_on_another_place_version_or_revision(
    http: httpx.AsyncClient, desk: FrontDesk, path: str, who: str, version: int | None, status: int
) -> None:
    await proposed(http)
    reply = await Caller(http, who).post(path, {"approve": True, "reason": "Agreed"}, version=version)
    assert (reply.status_code, told(desk)) == (status, ["proposed"])


@pytest.mark.parametrize("body", [{"approve": "yes", "reason": "x"}, {"approve": True}, {"reason": "x"}])
async def test_decision_of_another_shape_is_refused(http: httpx.AsyncClient, desk: FrontDesk, body: Any) -> None:
    await proposed(http)
    reply = await Caller(http, "clara").post(f"{URL}/versions/2/decide", body, version=2)
    assert (reply.status_code, told(desk)) == (422, ["proposed"])


async def test_versions_that_wait_have_a_limit(http: httpx.AsyncClient) -> None:
    for revision in range(1, 21):
        await proposed(http, version=revision)
    reply = await Caller(http, "gil").put(URL, {"rules": QUIET, **WHY}, version=21)
    assert (reply.status_code, reply.json()["code"]) == (409, "too_many_waiting")
