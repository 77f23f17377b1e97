"""A hotel's own conditions through the API: refused with their place, then judged with everything else."""

from typing import Any

import pytest

from tests.factories.front_desk import Caller, FrontDesk, ruled

COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "05:00", "quantity": 5},
}


def rules(expression: str, **override: Any) -> dict[str, Any]:
    """A property's rules with one condition."""
    condition = {"rule": "few_only", "field": "quantity", "expression": expression, "message": "Two at most."}
    return {"rules": {"kinds": {"guest_request": {"conditions": [condition], **override}}}, "reason": "Store room"}


async def test_bad_condition_is_refused_with_its_place_and_nothing_changes() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        gil = Caller(http, "gil")
        refused = await gil.put("/v1/rules/resort", rules("fields.quantity <= "), version=1)
        now = await gil.get("/v1/rules", property="resort")
    [breach] = refused.json()["breaches"]
    assert (refused.status_code, breach["field"]) == (422, "kinds.guest_request.conditions.few_only")
    assert "line 1, column" in breach["message"]
    assert now.json()["version"] == 1


async def test_condition_in_force_is_named_beside_the_limits() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        await ruled(http, rules("fields.quantity <= 2")["rules"])
        refused = await Caller(http, "ana").post("/v1/records", COT)
        mended = COT | {"fields": {"topic": "baby_cot", "promised_time": "22:00", "quantity": 2}}
        opened = await Caller(http, "ana").post("/v1/records", mended)
    found = {(one["field"], one["rule"], one["message"]) for one in refused.json()["breaches"]}
    assert (refused.status_code, opened.status_code) == (422, 201)
    assert ("quantity", "few_only", "Two at most.") in found
    assert ("promised_time", "service_hours", "promised_time must be at least 06:00.") in found


async def test_deadline_beyond_the_calendar_is_refused() -> None:
    sla = {"accept_s": 60, "complete_s": 2**62, "warn_s": 0, "steps": []}
    desk = FrontDesk()
    async with desk.client() as http:
        refused = await Caller(http, "gil").put("/v1/rules/resort", rules("true", sla=sla), version=1)
    assert [one["rule"] for one in refused.json()["breaches"]] == ["longest"]


async def test_money_limit_beyond_what_is_stored_is_refused() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        refused = await Caller(http, "gil").put("/v1/rules/resort", rules("true", line_max=2**62), version=1)
    assert (refused.status_code, refused.json()["breaches"][0]["rule"]) == (422, "less_than_equal")


SAID = {
    "de": {
        ("promised_time", "service_hours", "promised_time muss mindestens 06:00 sein."),
        ("quantity", "quantity_range", "quantity darf höchstens 10 sein."),
        ("topic", "required", "topic wird zum Eröffnen gebraucht."),
    },
    "pt": {
        ("promised_time", "service_hours", "promised_time tem de ser pelo menos 06:00."),
        ("quantity", "quantity_range", "quantity tem de ser no máximo 10."),
        ("topic", "required", "topic é necessário para abrir."),
    },
    "en": {
        ("promised_time", "service_hours", "promised_time must be at least 06:00."),
        ("quantity", "quantity_range", "quantity must be at most 10."),
        ("topic", "required", "topic is needed to open this."),
    },
}


@pytest.mark.parametrize(
    ("accepted", "language"), [("de-DE,de;q=0.9,en;q=0.5", "de"), ("pt-PT", "pt"), ("fr", "en"), (None, "en")]
)
async def test_all_breaches_are_said_in_the_callers_language(accepted: str | None, language: str) -> None:
    wrong = COT | {"fields": {"promised_time": "05:00", "quantity": 50}}
    async with FrontDesk().client() as http:
        http.headers.update({"Accept-Language": accepted} if accepted else {})
        refused = await Caller(http, "ana").post("/v1/records", wrong)
    body = refused.json()
    assert {(each["field"], each["rule"], each["message"]) for each in body["breaches"]} == SAID[language]
    assert all(message in body["detail"] for _, _, message in SAID[language])
    assert (refused.headers["content-language"], refused.headers["vary"]) == (language, "Accept-Language")


async def test_misread_request_is_said_in_the_callers_language() -> None:
    async with FrontDesk().client() as http:
        http.headers["Accept-Language"] = "de"
        refused = await Caller(http, "ana").post("/v1/records", COT | {"status": "complete"})
    [breach] = refused.json()["breaches"]
    assert (breach["field"], breach["rule"]) == ("status", "extra_forbidden")
    assert breach["message"] == "Diese Angabe gibt es hier nicht."
