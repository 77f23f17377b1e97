"""Simulating draft rules: what it says is what happens when the same rules are put in force; nothing is kept."""

import datetime as dt
import functools
from typing import Any

import httpx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.records.api.offers import NEXT
from shared.contracts.envelope import Envelope
from shared.contracts.identity import system
from shared.contracts.staff import Absence, StaffEvent
from shared.contracts.stays import Party
from tests.component.selling import mirrored, published
from tests.factories.front_desk import GUEST_FACING, Caller, FrontDesk, ruled
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import NOW, member, stay, wish
from tests.factories.records import envelope
from tests.fakes.records import Tables

STAY = stay(
    requests=(wish("baby_cot"), wish("late_checkout"), wish("quiet_room")),
    party=Party(adults=2, children=1),
    repeat=True,
)
URL = "/v1/rules/simulate"
ALL_JULY = (Absence(start=dt.datetime(2026, 6, 30, tzinfo=dt.UTC), end=dt.datetime(2026, 8, 1, tzinfo=dt.UTC)),)
COT = {"property_id": "resort", "kind": "guest_request", "room": "214"}
QUIET = {"limits": [{"rule": "quiet", "field": "promised_time", "at_most": "20:00"}]}
SLOW = {
    "sla": {
        "accept_s": 60,
        "complete_s": 600,
        "warn_s": 60,
        "steps": [{"after_s": 0, "role": "supervisor"}, {"after_s": 300, "role": "duty_manager"}],
    }
}


async def simulated(http: httpx.AsyncClient, rules: Any, who: str = "gil", **asked: Any) -> dict[str, Any]:
    reply = await Caller(http, who).post(URL, {"property_id": "resort", "rules": rules, **asked})
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def opened(http: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    values = {"topic": "baby_cot", "promised_time": "22:00"} | fields
    reply = await Caller(http, "ana").post("/v1/records", COT | {"fields": values})
    assert reply.status_code == 201, reply.text
    body: dict[str, Any] = reply.json()
    return body


SLAS = st.builds(
    lambda accept, more, warn, after: {
        "accept_s": accept,
        "complete_s": accept + more,
        "warn_s": warn,
        "steps": [{"after_s": after, "role": "supervisor"}],
    },
    st.integers(1, 9_000),
    st.integers(0, 90_000),
    st.integers(0, 9_000),
    st.integers(0, 9_000),
)
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "sla": SLAS,
        "auto": st.just("off"),
        "limits": st.sampled_from([QUIET["limits"], []]),
        "line_max": st.integers(0, 100),
    },
)
SLOWER = st.fixed_dictionaries({}, optional={"sla": SLAS, "auto": st.just("off")})
DRAFTS = st.fixed_dictionaries(
    {
        "kinds": st.fixed_dictionaries(
            {},
            optional={
                "guest_request": OVERRIDES,
                **dict.fromkeys(("pre_arrival_message", "pre_arrival_offer", "loyalty_action"), SLOWER),
            },
        )
    },
    optional={"fallback_owners": st.sampled_from([{"front_office": "rui"}, {"concierge": "ana"}])},
)
UNSHRUNK = settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@functools.cache
def one_desk() -> FrontDesk:
    """One app for all examples: to make it is what takes the time."""
    return FrontDesk()


def at_a_clean_desk() -> FrontDesk:
    """The app with nothing stored."""
    one_desk().database.tables = Tables()
    return one_desk()


def facts(of: dict[str, Any]) -> tuple[Any, ...]:
    return of["owner"], of["owner_rule"], of["accept_by"], of["due_at"]


@UNSHRUNK
@given(DRAFTS, st.booleans())
async def test_simulation_of_a_stay_is_what_happens_under_the_same_rules(draft: Any, drafted: bool) -> None:
    desk = at_a_clean_desk()
    async with desk.client() as http:
        desk.database.tables.stays[STAY.id] = STAY
        told = await simulated(http, draft, stay_id=STAY.id)
        await ruled(http, draft if drafted else {})
        await desk.hears(stay_told(STAY))
    side = "draft" if drafted else "in_force"
    records = [state.model_dump(mode="json") for state in desk.database.tables.records.values()]
    assert len(records) >= 5
    assert sorted((case["kind"], *facts(case[side])) for case in told["cases"]) == sorted(
        (record["kind"], *facts(record)) for record in records
    )


async def test_breach_that_a_draft_would_make_is_the_one_a_person_then_hears() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        record = await opened(http)
        told = await simulated(http, {"kinds": {"guest_request": QUIET}}, week_from=str(NOW.date()))
        await ruled(http, {"kinds": {"guest_request": QUIET}})
        refused = await Caller(http, "ana").post(
            "/v1/records", COT | {"fields": {"topic": "quiet_room", "promised_time": "22:00"}}
        )
    [case] = told["cases"]
    assert (case["record_id"], case["differs"], case["in_force"]["breaches"]) == (record["id"], ["breaches"], [])
    assert case["draft"]["breaches"] == refused.json()["breaches"]
    assert (told["counts"]["breaches_in_force"], told["counts"]["breaches_draft"]) == (0, 1)
    assert told["counts"]["by_difference"] == {"breaches": 1}


async def test_simulation_says_who_would_have_been_told_of_lateness() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        await opened(http, promised_time="12:00")
        desk.clock.moment = NOW + dt.timedelta(minutes=12)
        told = await simulated(http, {"kinds": {"guest_request": SLOW}}, week_from=str(NOW.date()))
    [case] = told["cases"]
    assert (case["in_force"]["late"], case["in_force"]["rung"]) == (False, [])
    assert (case["draft"]["late"], case["draft"]["rung"]) == (True, ["supervisor"])
    assert {"accept_by", "due_at", "at_risk_at", "steps", "late", "rung"} <= set(case["differs"])
    assert (told["counts"]["late_in_force"], told["counts"]["late_draft"]) == (0, 1)


async def test_simulation_says_what_the_policy_would_no_longer_approve_and_what_would_follow() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        await opened(http, promised_time="12:00")
        score = {"property_id": "resort", "kind": "feedback_score", "fields": {"score": 7, "source": "staff"}}
        assert (await Caller(http, "ana").post("/v1/records", score)).status_code == 201
        draft = {"kinds": {"guest_request": {"auto": "off"}}, "score_threshold": 8}
        told = await simulated(http, draft, week_from=str(NOW.date()))
    found = {case["kind"]: case for case in told["cases"]}
    assert found["guest_request"]["differs"] == ["approved_by_policy"]
    assert found["feedback_score"]["draft"]["opens"] == ["service_recovery"]


async def test_draft_of_the_chain_is_compared_under_the_propertys_own_rules() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        await opened(http)
        chain = {"level": "chain", "week_from": str(NOW.date())}
        plain = await simulated(http, {"kinds": {"guest_request": QUIET}}, "clara", **chain)
        await ruled(http, {"kinds": {"guest_request": {"limits": []}}})
        overridden = await simulated(http, {"kinds": {"guest_request": QUIET}}, "clara", **chain)
        refused = await Caller(http, "gil").post(URL, {"property_id": "resort", "rules": {}, **chain})
    assert (plain["counts"]["differing"], overridden["counts"]["differing"]) == (1, 0)
    assert (plain["cases"], plain["left_off"]) == ([], 1)  # Clara may not read records: they are counted only
    assert refused.status_code == 403


async def test_simulation_stores_and_tells_nothing() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        desk.database.tables.stays[STAY.id] = STAY
        await opened(http)
        before = {
            name: dict(value) if isinstance(value, dict) else list(value)
            for name, value in vars(desk.database.tables).items()
        }
        await simulated(http, {"kinds": {"guest_request": QUIET}, "score_threshold": 9}, stay_id=STAY.id)
        await simulated(http, {"kinds": {"guest_request": QUIET}}, week_from=str(NOW.date()))
    assert vars(desk.database.tables) == before


@pytest.mark.parametrize("who", ["ana", "sofia", "fred"])
async def test_simulation_is_refused_to_who_may_not_manage_rules(who: str) -> None:
    async with FrontDesk().client() as http:
        reply = await Caller(http, who).post(URL, {"property_id": "resort", "rules": {}, "week_from": "2026-06-01"})
    assert (reply.status_code, reply.json()["code"]) == (403, "not_granted")


BAD_LIMIT = {"kinds": {"guest_request": {"limits": [{"rule": "x", "field": "horn", "at_most": 2}]}}}


@pytest.mark.parametrize("draft", [BAD_LIMIT, {"kinds": {"unicorn": {}}}, {"score_threshold": 1.5}])
async def test_bad_draft_is_refused_as_publishing_it_would_be(draft: Any) -> None:
    async with FrontDesk().client() as http:
        gil = Caller(http, "gil")
        tried = await gil.post(URL, {"property_id": "resort", "rules": draft, "week_from": "2026-06-01"})
        published = await gil.put("/v1/rules/resort", {"rules": draft, "reason": "x"}, version=1)
    assert (tried.status_code, published.status_code) == (422, 422)
    assert tried.json()["breaches"] == published.json()["breaches"]


@pytest.mark.parametrize(
    ("changed", "status", "field", "rule"),
    [
        ({"week_from": None}, 422, "stay_id", "one_of"),
        ({"stay_id": STAY.id}, 422, "stay_id", "one_of"),
        ({"week_from": "2026-07-02"}, 422, "week_from", "in_past"),
        ({"week_from": 5}, 422, "week_from", "value_error"),
        ({"week_from": "2026-06-01T10:00:00"}, 422, "week_from", "value_error"),
        ({"level": "galaxy"}, 422, "level", "literal_error"),
        ({"property_id": "city"}, 404, None, None),
        ({"property_id": "nowhere"}, 404, None, None),
        ({"week_from": None, "stay_id": "unheard-of"}, 404, None, None),
        ({"unicorn": 1}, 422, "unicorn", "extra_forbidden"),
    ],
)
async def test_simulation_of_another_shape_is_refused_naming_field_and_rule(
    changed: dict[str, Any], status: int, field: str | None, rule: str | None
) -> None:
    async with FrontDesk().client() as http:
        body = {"property_id": "resort", "rules": {}, "week_from": "2026-06-01"} | changed
        reply = await Caller(http, "gil").post(URL, body)
    named = [(each["field"], each["rule"]) for each in reply.json().get("breaches", [{"field": None, "rule": None}])]
    assert (reply.status_code, (field, rule) in named) == (status, True)


async def test_simulation_is_no_property_whose_rules_could_be_replaced() -> None:
    async with FrontDesk().client() as http:
        asked = await http.request("OPTIONS", URL, headers=Caller(http, "gil").headers())
        rules = await http.request("OPTIONS", "/v1/rules/resort", headers=Caller(http, "gil").headers())
    assert [(each.status_code, each.headers["allow"]) for each in (asked, rules)] == [(405, "POST"), (405, "PUT")]


def told_of(name: str, version: int, at: dt.datetime, **changed: Any) -> Envelope:
    person = member(name, departments=GUEST_FACING, version=version, **changed)
    return envelope("staff.changed.v1", name, version, at, StaffEvent(actor=system("auth"), staff=person))


async def test_owner_of_a_past_record_is_chosen_among_those_who_worked_there_then() -> None:
    desk = FrontDesk()
    before = NOW - dt.timedelta(days=30)
    everybody = [told_of(name, 1, before) for name in ("ana", "rui", "sofia")]
    # Eva was there when the record was opened, and left since; nobody else of the desk was on the staff yet.
    gone = [told_of("eva", 1, before, languages=("en",)), told_of("eva", 2, NOW + dt.timedelta(hours=5), active=False)]
    absent = [told_of(one.subject, 2, before, absences=ALL_JULY) for one in everybody]
    await desk.hears(*everybody, *absent, *gone)
    async with desk.client() as http:
        record = await opened(http, promised_time="15:00")
        desk.clock.moment += dt.timedelta(days=2)
        told = await simulated(http, {"kinds": {"guest_request": SLOW}}, week_from="2026-06-29")
    [case] = [each for each in told["cases"] if each["record_id"] == record["id"]]
    assert case["in_force"]["owner"] == "eva"


async def test_simulation_names_whose_yes_the_money_needs_and_whether_what_is_sold_can_be_promised() -> None:
    desk = FrontDesk()
    await mirrored(desk, stay())
    tiers = {"kinds": {"pre_arrival_offer": {"tiers": [{"above": 1_000, "role": "general_manager"}]}}}
    async with desk.client() as http:
        offer = await published(Caller(http, "rita"), capacity=1)
        body = {"property_id": "resort", "kind": "pre_arrival_offer", "stay_id": stay().id, "fields": {"offer": "spa"}}
        entry = await Caller(http).post("/v1/records", body | {"offer_id": offer["id"]})
        assert entry.status_code == 201, entry.text
        free = await simulated(http, tiers, stay_id=stay().id)
        await Caller(http, "rita").put(
            f"/v1/offers/{offer['id']}", NEXT | {"terms": NEXT["terms"] | {"capacity": 0}}, version=1
        )
        full = await simulated(http, tiers, stay_id=stay().id)
    [case] = [each for each in free["cases"] if each["record_id"]]
    assert (case["in_force"]["approver"], case["draft"]["approver"]) == (None, "general_manager")
    assert (case["in_force"]["offer"], case["in_force"]["offer_refused"]) == ("spa_day", None)
    assert "approver" in case["differs"]
    [case] = [each for each in full["cases"] if each["record_id"]]
    assert case["in_force"]["offer_refused"] == "sold_out"
