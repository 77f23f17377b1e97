"""A hotel edits its own alert rules: tried out, approved by another person, never binding what runs already."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.alerts.api.rules import NOISY, TERMS
from tests.factories.bell import ADMIN, ANA, AWAY, DUE, GENERAL, PROPERTY, SECOND, Bell, bell
from tests.factories.records import NOON, Story, minutes

pytestmark = pytest.mark.integration
BOOK = f"/v1/alert-rules/{PROPERTY}"
WHY = {"reason": "Agreed in the morning meeting."}


@pytest.fixture
async def house(mongo_url: str, database_name: str) -> AsyncIterator[Bell]:
    async with bell(mongo_url, database_name) as held:
        yield held


async def proposed(house: Bell, rules: dict[str, Any], place: str = BOOK, who: Any = GENERAL, seen: int = 1) -> Any:
    return await house.ask("PUT", place, who, {"rules": rules, **WHY}, **{"If-Match": f'"{seen}"'})


async def decided(
    house: Bell, number: int = 1, place: str = BOOK, who: Any = SECOND, seen: int = 2, **more: Any
) -> Any:
    body = {"approve": True, **WHY, **more}
    return await house.post(f"{place}/versions/{number}/decide", who, body, **{"If-Match": f'"{seen}"'})


async def in_force(house: Bell, rules: dict[str, Any]) -> None:
    """A version of the hotel's own, approved."""
    assert (await proposed(house, rules)).status_code == 200
    said = await decided(house)
    assert said.status_code == 200, said.text


async def test_rules_are_proposed_shown_approved_by_another_and_then_in_force(house: Bell) -> None:
    waiting = (await proposed(house, TERMS)).json()
    assert [each["state"] for each in waiting["waiting"]] == ["proposed"]
    assert (waiting["version"], waiting["differs"]) == (0, [])
    shown = waiting["waiting"][0]
    approved = (await decided(house, digest=shown["digest"])).json()
    assert (approved["version"], approved["waiting"]) == (1, [])
    assert approved["differs"] == ["blocked_long", "own_noise_at_night", "quiet", "calendars"]
    versions = (await house.got(f"{BOOK}/versions"))["versions"]
    assert [(each["proposed_by"], each["decided_by"], each["in_force"]) for each in versions] == [
        (GENERAL.id, SECOND.id, True)
    ]
    said = await house.standing.said("alert-rules:demo:city")
    assert said == ["alert_rules.proposed.v1", "alert_rules.approved.v1"]


async def test_own_rule_rings_in_its_own_words_and_an_edit_moves_a_deadline(house: Bell) -> None:
    await in_force(house, TERMS)
    story = Story("rec-9", kind="service_recovery", fields={"problem": "noise"})
    await house.standing.hears(*story.events)
    assert (await house.one("own_noise_at_night"))["audience"] == ["staff-dan"]
    blocked = Story("rec-8").accepted(NOON + minutes(1)).blocked(NOON + minutes(2))
    await house.standing.hears(*blocked.events)
    await house.at(63)
    assert (await house.one("blocked_long"))["record_id"] == "rec-8"


async def test_rule_that_is_switched_off_rings_no_more_and_what_ran_goes_on(house: Bell) -> None:
    alert = await house.late("rec-1")
    await house.standing.hears(*Story("rec-2", at=NOON + minutes(30)).accepted(NOON + minutes(31)).events)
    await in_force(house, {"edits": {"overdue": {"enabled": False, "steps": []}}})
    await house.at(11)
    await house.at(31)
    assert {each["record_id"] for each in await house.listed("all") if each["rule"] == "overdue"} == {"rec-1"}
    now = (await house.got(f"/v1/alerts/{alert['id']}"))["audience"]
    assert now == ["staff-dan"]  # its own steps, as they were when it opened (F41)
    assert await house.standing.app.state.inspecting.look() == []
    done = Story("rec-1").accepted(NOON + minutes(5)).completed(DUE + minutes(50))
    await house.standing.hears(done.events[-1])
    assert (await house.got(f"/v1/alerts/{alert['id']}"))["state"] == "resolved"


async def test_chain_s_rules_lie_under_those_of_its_hotels(house: Bell) -> None:
    chain = "/v1/alert-rules/_chain"
    assert (await proposed(house, {"edits": {"overdue": {"severity": "warning"}}}, chain, ADMIN)).status_code == 200
    assert (await decided(house, place=chain, who=ADMIN)).json()["code"] == "own_request"
    refused = await proposed(house, {}, chain, GENERAL)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_granted")
    book = await house.got(BOOK)
    assert book["differs"] == []


async def test_simulation_says_what_would_ring_for_whom_and_tells_nobody(house: Bell) -> None:
    for number in range(3):
        story = Story(f"rec-{number}", kind="service_recovery", fields={"problem": "noise"})
        await house.standing.hears(*story.events)
    before = await house.count()
    said = await house.post(f"{BOOK}/simulate", GENERAL, {"rules": {"own": [NOISY]}})
    effects = {each["rule"]: each for each in said.json()["effects"]}
    assert (said.status_code, said.json()["looked_at"]) == (200, 3)
    mine = effects["own_noise_at_night"]
    assert (mine["rings_now"], mine["changed"], mine["unjudged"]) == (3, True, 0)
    first = mine["examples"][0]
    assert (first["people"], first["words"]) == (["staff-dan"], "Service recovery, room 412: somebody cannot sleep.")
    assert (effects["overdue"]["rings_now"], effects["overdue"]["rings_later"]) == (0, 3)
    assert await house.count() == before


@pytest.mark.parametrize(
    ("rules", "field", "rule"),
    [
        ({"edits": {"unheard_of": {}}}, "edits.unheard_of", "unknown_rule"),
        ({"edits": {"overdue": {"condition": "open &&"}}}, "edits.overdue.condition", "expression"),
        ({"edits": {"overdue": {"condition": "guest == 'x'"}}}, "edits.overdue.condition", "expression"),
        ({"edits": {"overdue": {"condition": "[1].map(x, x) == [1]"}}}, "edits.overdue.condition", "expression"),
        ({"edits": {"glass_broken": {"enabled": False}}}, "edits.glass_broken.enabled", "protected"),
        ({"edits": {"overdue": {"text": {"en": "{guest} waits"}}}}, "edits.overdue.text.en", "placeholder"),
        ({"edits": {"overdue": {"text": {"en": "{room"}}}}, "edits.overdue.text.en", "placeholder"),
        ({"edits": {"overdue": {"text": {"en": "4111 1111 1111 1111"}}}}, "edits.overdue.text.en", "card_number"),
        (
            {
                "edits": {
                    "overdue": {"steps": [{"after_s": 60, "role": "supervisor"}, {"after_s": 0, "role": "finance"}]}
                }
            },
            "edits.overdue.steps",
            "order",
        ),
        ({"own": [NOISY | {"code": "overdue"}]}, "own.0.code", "own_code"),
        ({"own": [NOISY, NOISY]}, "own.1.code", "twice"),
        ({"own": [NOISY | {"moment": "review_by"}]}, "own.0.moment", "moment"),
        ({"own": [NOISY | {"audience": "integration"}]}, "own.0.audience", "role"),
        ({"own": [NOISY | {"supersedes": ["nothing"]}]}, "own.0", "unknown_rule"),
        ({"own": [NOISY | {"inhibited_by": [{"rule": "overdue", "wide": True}]}]}, "own.0.inhibited_by", "not_wide"),
        ({"routes": [{"channels": ["pigeon"]}]}, "routes.0.channels", "channel"),
        ({"calendar": {"country": "XX"}}, "calendar.country", "country"),
        ({"calendars": {"finance": {"subdivision": "BY"}}}, "calendars.finance.subdivision", "country"),
    ],
)
async def test_rules_that_cannot_stand_are_refused_and_name_field_and_rule(
    house: Bell, rules: dict[str, Any], field: str, rule: str
) -> None:
    before = await house.count()
    answers = [await proposed(house, rules), await house.post(f"{BOOK}/simulate", GENERAL, {"rules": rules})]
    assert [said.status_code for said in answers] == [422, 422]
    assert {(each["field"], each["rule"]) for said in answers for each in said.json()["breaches"]} == {(field, rule)}
    assert (await house.count(), (await house.got(BOOK))["revision"]) == (before, 1)


@pytest.mark.parametrize(
    "rules",
    [
        {"surprise": 1},
        {"edits": {"overdue": {"plus_s": "60"}}},
        {"edits": {"overdue": {"repeat_s": [1]}}},
        {"own": [NOISY | {"on": "moon"}]},
        {"quiet": {"start": "25:00"}},
        {"routes": [{"severities": ["loud"]}]},
        {"calendar": {"week": [{"days": [7], "start": "09:00", "end": "17:00"}]}},
        {"edits": {"overdue": {"condition": "x" * 501}}},
    ],
)
async def test_rules_of_another_shape_are_refused(house: Bell, rules: dict[str, Any]) -> None:
    said = await proposed(house, rules)
    assert (said.status_code, said.headers["Content-Type"]) == (422, "application/problem+json")
    assert all(each["field"].startswith("rules.") for each in said.json()["breaches"])


async def test_rules_are_decided_by_another_person_on_what_was_shown(house: Bell) -> None:
    await proposed(house, TERMS)
    refused = [
        await decided(house, who=GENERAL),
        await decided(house, digest="0" * 64),
        await decided(house, number=9),
        await decided(house, seen=1),
        await decided(house, who=ANA),
        await decided(house, who=AWAY),
    ]
    assert [(said.status_code, said.json()["code"]) for said in refused] == [
        (403, "own_request"),
        (409, "version_differs"),
        (404, "version_not_found"),
        (412, "version_moved_on"),
        (403, "not_granted"),
        (404, "property_not_found"),
    ]
    assert (await house.got(BOOK))["version"] == 0


async def test_rules_withdrawn_or_overtaken_are_never_in_force(house: Bell) -> None:
    await proposed(house, {"quiet": {"start": "23:00", "end": "06:00"}})
    await proposed(house, {"edits": {"at_risk": {"enabled": False}}}, seen=2)
    assert (await decided(house, 2, seen=3)).status_code == 200
    late = await decided(house, 1, seen=4)
    assert (late.status_code, late.json()["code"]) == (409, "version_void")
    back = await house.post(f"{BOOK}/versions/1/withdraw", GENERAL, WHY, **{"If-Match": '"4"'})
    assert (back.status_code, back.json()["in_force"]["quiet"]["start"]) == (200, "22:00:00")
    held = await house.post(f"{BOOK}/versions/2/withdraw", GENERAL, WHY, **{"If-Match": '"5"'})
    assert (held.status_code, held.json()["code"]) == (409, "version_in_force")


async def test_rules_with_a_day_of_their_own_wait_for_it(house: Bell) -> None:
    day = (NOON + minutes(60)).isoformat()
    body = {"rules": {"edits": {"at_risk": {"enabled": False}}}, "effective_from": day, **WHY}
    await house.ask("PUT", BOOK, GENERAL, body, **{"If-Match": '"1"'})
    assert (await decided(house)).json()["version"] == 0
    house.standing.at(NOON + minutes(61))
    assert (await house.got(BOOK))["version"] == 1
