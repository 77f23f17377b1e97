"""The records API: the real app, its store in memory."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.factories.front_desk import Caller, FrontDesk, ruled

COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00", "details": "By the window, for Mrs Silva"},
}


@pytest.fixture
async def ana(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http)


@pytest.fixture
async def sofia(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http, "sofia")


async def opened(caller: Caller, **changed: Any) -> dict[str, Any]:
    reply = await caller.post("/v1/records", COT | changed)
    assert reply.status_code == 201, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def done(caller: Caller, record: dict[str, Any], action: str, body: Any = None) -> dict[str, Any]:
    reply = await caller.act(record, action, body)
    assert reply.status_code == 200, reply.text
    after: dict[str, Any] = reply.json()
    return after


def kinds_of(desk: FrontDesk) -> list[str]:
    return [event.type for event in desk.database.tables.events if event.type.startswith("record.")]


async def test_record_is_opened_with_owner_and_answers_when_entered(ana: Caller) -> None:
    record = await opened(ana)
    assert record["owner"] in {"ana", "rui"}
    assert (record["status"], record["version"], record["next_action"]["code"]) == ("new", 1, "accept")
    assert record["fields"]["details"] == "By the window, for Mrs Silva"
    assert "promised_time" in record["editable_fields"]


async def test_words_stay_out_of_events_when_entered(ana: Caller, desk: FrontDesk) -> None:
    await opened(ana)
    assert not [event for event in desk.database.tables.events if b"Silva" in event.value]
    assert [text.text for _, text in desk.database.tables.texts.values()] == ["By the window, for Mrs Silva"]


@pytest.mark.parametrize("ref", ["Mrs Silva waits", {"a\u0000": 1}, ["text-1"], "01a2026f-dc34-71fb-b5e8-0715c5dfa742"])
async def test_reference_is_refused_when_a_person_gives_one_for_a_text(ana: Caller, desk: FrontDesk, ref: Any) -> None:
    details = {"ref": ref, "digest": "0" * 64}
    reply = await ana.post("/v1/records", COT | {"fields": COT["fields"] | {"details": details}})
    assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, "details")
    assert not desk.database.tables.records
    record = await opened(ana)
    reply = await ana.act(record, "edit", {"fields": {"details": details}})
    assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, "details")


async def test_similar_record_is_named_and_not_refused_when_the_same_rings_twice(ana: Caller) -> None:
    first = await opened(ana)
    assert (await opened(ana))["similar"] == [first["id"]]


async def test_entry_happens_once_when_its_key_is_repeated(ana: Caller, desk: FrontDesk) -> None:
    first = await ana.post("/v1/records", COT, key="key-repeat")
    again = await ana.post("/v1/records", COT, key="key-repeat")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json()["id"] == first.json()["id"]
    assert len(desk.database.tables.records) == 1


async def test_command_happens_once_when_its_key_is_repeated(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    path = f"/v1/records/{record['id']}/accept"
    first = await ana.post(path, key="key-accept", version=1)
    again = await ana.post(path, key="key-accept", version=1)
    assert (first.json()["version"], again.json()["version"], again.status_code) == (2, 2, 200)
    assert kinds_of(desk) == ["record.opened.v1", "record.accepted.v1"]


async def test_whole_life_reaches_fulfilled_when_two_people_work_on_it(
    ana: Caller, sofia: Caller, desk: FrontDesk
) -> None:
    record = await done(ana, await opened(ana), "accept")
    record = await done(ana, record, "check-value")
    record = await done(ana, record, "edit", {"fields": {"promised_time": "21:30"}, "reason": "Guest asked"})
    proposal = record["proposals"][0]
    assert (proposal["before"], proposal["after"]) == ({"promised_time": "22:00"}, {"promised_time": "21:30"})
    decide = f"proposals/{proposal['id']}/decide"
    record = await done(sofia, record, decide, {"approve": True, "reason": "Fine", "digest": proposal["digest"]})
    record = await done(ana, record, "approve")
    record = await done(ana, record, "complete", {"outcome": "fulfilled"})
    assert (record["status"], record["outcome"], record["corrections"]) == ("complete", "fulfilled", 1)
    history = (await ana.get(f"/v1/records/{record['id']}/history")).json()["events"]
    assert [event["version"] for event in history] == list(range(1, record["version"] + 1))
    assert [event["reason"] for event in history if event["reason"]] == ["Guest asked", "Fine"]


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"kind": "unicorn"}, "kind", "unknown_kind"),
        ({"fields": {"topic": "baby_cot", "quantity": 99}}, "quantity", "quantity_range"),
        ({"fields": {}}, "topic", "required"),
        ({"fields": {"topic": "baby_cot", "details": "4111 1111 1111 1111"}}, "details", "card_number"),
        ({"room": "4111 1111 1111 1111"}, "room", "card_number"),
        ({"stay_id": "unheard-of"}, "stay_id", "known_stay"),
        ({"status": "complete"}, "status", "extra_forbidden"),
        ({"approved_by": "ana"}, "approved_by", "extra_forbidden"),
        ({"room": {"$ne": 1}}, "room", "string_type"),
    ],
)
async def test_entry_is_refused_naming_field_and_rule_when_it_is_wrong(
    ana: Caller, desk: FrontDesk, changed: dict[str, Any], field: str | None, rule: str
) -> None:
    reply = await ana.post("/v1/records", COT | changed)
    problem = reply.json()
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    named = [
        (breach["field"], breach["rule"])
        for breach in problem.get("breaches", [{"field": None, "rule": problem["code"]}])
    ]
    assert (field, rule) in named
    assert (desk.database.tables.records, desk.database.tables.events, desk.database.tables.texts) == ({}, [], {})


@pytest.mark.parametrize("number", [False, "7", 7.0])
async def test_rules_take_no_other_value_for_a_whole_number(desk: FrontDesk, number: Any) -> None:
    steps = [{"after_s": number, "role": "supervisor"}]
    deadlines = {"accept_s": number, "complete_s": number, "warn_s": number, "steps": steps}
    rules = {"score_threshold": number, "kinds": {"guest_request": {"line_max": number, "sla": deadlines}}}
    async with desk.client() as http:
        reply = await Caller(http, "gil").put("/v1/rules/resort", {"rules": rules, "reason": "A test"}, version=1)
    named = {breach["field"].rpartition(".")[2] for breach in reply.json()["breaches"]}
    assert (reply.status_code, named) == (
        422,
        {"score_threshold", "line_max", "accept_s", "complete_s", "warn_s", "after_s"},
    )


@pytest.mark.parametrize("length", [7, 60, 900])
async def test_name_of_an_unknown_kind_is_not_said_back_whatever_its_length(desk: FrontDesk, length: int) -> None:
    name = "u" * length
    async with desk.client() as http:
        gil = Caller(http, "gil")
        ruled = {"rules": {"kinds": {name: {}}}, "reason": {"code": "test"}}
        entered = await gil.post("/v1/records", COT | {"kind": name})
        changed = await gil.put("/v1/rules/resort", ruled, version=1)
    assert [reply.status_code for reply in (entered, changed)] == [422, 422]
    assert [name[:7] in reply.text for reply in (entered, changed)] == [False, False]


async def test_property_of_others_is_not_found_when_entered(ana: Caller) -> None:
    assert (await ana.post("/v1/records", COT | {"property_id": "city"})).status_code == 404


@pytest.mark.parametrize(("version", "status"), [(None, 428), (7, 412)])
async def test_command_is_refused_when_its_version_is_absent_or_stale(
    ana: Caller, desk: FrontDesk, version: int | None, status: int
) -> None:
    record = await opened(ana)
    reply = await ana.post(f"/v1/records/{record['id']}/accept", version=version)
    assert reply.status_code == status
    assert kinds_of(desk) == ["record.opened.v1"]


async def test_command_is_refused_when_no_key_is_sent(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    headers = {name: value for name, value in ana.headers(version=1).items() if name != "Idempotency-Key"}
    async with desk.client() as http:
        reply = await http.post(f"/v1/records/{record['id']}/accept", json={}, headers=headers)
    assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, "Idempotency-Key")


async def test_record_of_another_property_is_not_found_when_read_or_changed(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    async with desk.client() as http:
        carl = Caller(http, "carl")
        replies = [await carl.get(f"/v1/records/{record['id']}"), await carl.act(record, "accept")]
        replies.append(await carl.get(f"/v1/records/{record['id']}/history"))
    assert [reply.status_code for reply in replies] == [404, 404, 404]


async def test_refused_act_is_written_down_when_the_caller_may_not(ana: Caller, desk: FrontDesk) -> None:
    record = await done(ana, await opened(ana), "accept")
    reply = await ana.act(record, "reopen", {"reason": "why not"})
    refused = [event for event in desk.database.tables.events if event.type == "access.refused.v1"]
    assert (reply.status_code, reply.json()["code"]) == (403, "not_granted")
    assert [event.value_object()["access"]["subjects"] for event in refused] == [[record["id"]]]
    assert desk.database.tables.records[record["id"]].version == record["version"]


async def test_own_proposal_is_refused_and_written_down_when_decided_by_its_author(
    sofia: Caller, desk: FrontDesk
) -> None:
    record = await done(sofia, await opened(sofia), "accept")
    record = await done(sofia, record, "check-value")
    record = await done(sofia, record, "edit", {"fields": {"promised_time": "21:30"}, "reason": "Guest asked"})
    decide = f"proposals/{record['proposals'][0]['id']}/decide"
    reply = await sofia.act(record, decide, {"approve": True, "reason": "mine"})
    assert (reply.status_code, reply.json()["code"]) == (403, "own_request")
    assert [event.type for event in desk.database.tables.events][-1] == "access.refused.v1"


async def test_field_is_refused_whole_when_its_class_may_not_be_written(ana: Caller, desk: FrontDesk) -> None:
    fields = {"topic": "spa", "budget": {"amount": 5_000, "currency": "EUR"}}
    reply = await ana.post("/v1/records", COT | {"kind": "upsell_preference_note", "fields": fields})
    assert (reply.status_code, reply.json()["code"]) == (403, "field_not_granted")
    [refused] = [event.value_object()["access"] for event in desk.database.tables.events]
    assert (refused["action"], refused["subjects"], refused["refused"]) == ("create", ["resort"], True)


async def test_private_words_and_payment_are_masked_when_another_department_reads(
    ana: Caller, sofia: Caller, desk: FrontDesk
) -> None:
    fields = {"topic": "spa", "budget": {"amount": 5_000, "currency": "EUR"}, "details": "Likes the quiet pool"}
    note = await opened(sofia, kind="upsell_preference_note", fields=fields)
    note = await done(sofia, note, "notes", {"text": "Asked twice"})
    async with desk.client() as http:
        seen = (await Caller(http, "ines").get(f"/v1/records/{note['id']}")).json()
        history = (await Caller(http, "ines").get(f"/v1/records/{note['id']}/history")).text
        paid = (await Caller(http, "fred").get(f"/v1/records/{note['id']}")).json()
    assert (seen["fields"], seen["masked_fields"]) == ({"topic": "spa"}, ["budget", "details"])
    assert [each["text"] for each in seen["conversation"]] == [None]
    assert (paid["fields"]["budget"]["amount"], paid["masked_fields"]) == (5_000, ["details"])
    assert [each["text"] for each in paid["conversation"]] == [None]
    assert "5000" not in history
    assert "quiet pool" not in history
    assert (await ana.get(f"/v1/records/{note['id']}")).json()["fields"]["details"] == "Likes the quiet pool"


async def test_sensitive_read_is_written_down_when_words_are_shown(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    await ana.get(f"/v1/records/{record['id']}")
    reads = [event.value_object()["access"] for event in desk.database.tables.events if event.type == "access.read.v1"]
    assert reads[-1]["classes"] == ["private_stay"]


async def test_nothing_remains_when_the_commit_fails(ana: Caller, desk: FrontDesk) -> None:
    desk.database.fail = TimeoutError("lost")
    with pytest.raises(TimeoutError):
        await ana.post("/v1/records", COT)
    tables = desk.database.tables
    assert (tables.records, tables.events, tables.texts, tables.kept) == ({}, [], {}, {})


async def test_hand_off_names_an_owner_there_when_given_to_a_department(ana: Caller) -> None:
    record = await done(ana, await opened(ana), "accept")
    record = await done(ana, record, "hand-off", {"department": "housekeeping", "reason": {"code": "needs_linen"}})
    assert (record["department"], record["accepted"], record["handoffs"]) == ("housekeeping", False, 1)
    assert record["owner"] in {"ana", "rui", "ines", "sofia"}


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        ("No bed yet", "other", "No bed yet"),
        ({"code": "no_bed"}, "no_bed", None),
        ({"code": "no_bed", "text": "Tomorrow"}, "no_bed", "Tomorrow"),
    ],
)
async def test_reason_is_words_or_a_code_with_words_when_given(
    ana: Caller, reason: Any, code: str, words: str | None
) -> None:
    record = await done(ana, await opened(ana), "block", {"reason": reason, "waits_for": "guest"})
    last = (await ana.get(f"/v1/records/{record['id']}/history")).json()["events"][-1]
    assert (record["blocked_reason"], last["reason"]) == (code, words)


@pytest.mark.parametrize("reason", ["  ", None, {"text": "no code"}, {"code": "Not A Code"}, "4111 1111 1111 1111"])
async def test_block_is_refused_when_its_reason_is_none(ana: Caller, desk: FrontDesk, reason: Any) -> None:
    record = await opened(ana)
    assert (await ana.act(record, "block", {"reason": reason, "waits_for": "guest"})).status_code == 422
    assert kinds_of(desk) == ["record.opened.v1"]


async def test_exception_is_reviewed_by_another_when_all_three_parts_are_there(ana: Caller, sofia: Caller) -> None:
    record = await done(ana, await opened(ana), "accept")
    refused = await ana.act(record, "exceptions", {"cause": "other", "unusual": "Twins"})
    assert [breach["field"] for breach in refused.json()["breaches"]] == ["guest_impact"]
    parts = {"cause": "other", "unusual": "Twins", "guest_impact": "One cot short"}
    record = await done(ana, record, "exceptions", parts)
    path = f"exceptions/{record['exception_notes'][0]['id']}/review"
    record = await done(sofia, record, path, {"accept": True, "comment": "Second cot from the city hotel"})
    assert record["exception_notes"][0]["comment"] == "Second cot from the city hotel"
    assert record["reviews"] == []


async def test_question_and_answer_stand_on_the_record_when_asked(ana: Caller) -> None:
    record = await done(ana, await opened(ana), "questions", {"text": "Is it free?", "to_department": "housekeeping"})
    asked = record["questions"][0]
    record = await done(ana, record, "answers", {"question_id": asked["id"], "text": "Yes"})
    assert (record["questions"][0]["answer"], record["questions"][0]["answered_by"]) == ("Yes", "ana")


async def test_lists_filter_page_and_mask_when_asked(ana: Caller, desk: FrontDesk) -> None:
    rooms = [(await opened(ana, room=str(room)))["id"] for room in range(101, 106)]
    first = (await ana.get("/v1/records", property="resort", limit=2)).json()
    rest = (await ana.get("/v1/records", property="resort", limit=200, after=first["next"])).json()
    assert sorted(card["id"] for card in (*first["cards"], *rest["cards"])) == sorted(rooms)
    assert rest["next"] is None
    assert [card["room"] for card in (await ana.get("/v1/records", room="103")).json()["cards"]] == ["103"]
    assert (await ana.get("/v1/records", status="complete")).json()["cards"] == []
    assert "Silva" not in (await ana.get("/v1/records")).text
    mine = (await ana.get("/v1/records", owner="me")).json()["cards"]
    assert {card["owner"] for card in mine} == {"ana"}
    assert (await ana.get("/v1/records", after="nonsense")).status_code == 422


async def test_late_records_are_listed_when_their_time_has_passed(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    assert (await ana.get("/v1/records", risk="late")).json()["cards"] == []
    desk.clock.moment = desk.database.tables.records[record["id"]].due_at
    assert [card["risk"] for card in (await ana.get("/v1/records", risk="late")).json()["cards"]] == ["late"]


async def test_board_shows_open_and_closed_today_when_asked(ana: Caller) -> None:
    left = await opened(ana)
    closed = await done(
        ana, await opened(ana, room="9"), "complete", {"outcome": "declined", "reason": {"code": "not_now"}}
    )
    cards = (await ana.get("/v1/board", property="resort")).json()["cards"]
    assert {card["id"]: card["status"] for card in cards} == {left["id"]: "new", closed["id"]: "complete"}
    only = (await ana.get("/v1/board", property="resort", ids=left["id"])).json()["cards"]
    assert [card["id"] for card in only] == [left["id"]]
    assert (await ana.get("/v1/board", property="city")).status_code == 404


async def test_board_leads_on_to_all_that_is_open_when_it_is_more_than_a_page(ana: Caller) -> None:
    rooms = [str(number) for number in range(5)]
    open_ids = {(await opened(ana, room=room))["id"] for room in rooms}
    closed = await done(
        ana, await opened(ana, room="9"), "complete", {"outcome": "declined", "reason": {"code": "not_now"}}
    )
    first = (await ana.get("/v1/board", property="resort", limit=2)).json()
    second = (await ana.get("/v1/board", property="resort", limit=2, after=first["next"])).json()
    third = (await ana.get("/v1/board", property="resort", limit=2, after=second["next"])).json()
    pages = [[card["id"] for card in page["cards"] if card["status"] != "complete"] for page in (first, second, third)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {one for page in pages for one in page} == open_ids
    assert third["next"] is None
    assert [card["id"] for card in first["cards"] if card["status"] == "complete"] == [closed["id"]]
    refused = await ana.get("/v1/board", property="resort", after="nonsense")
    assert (refused.status_code, refused.json()["breaches"][0]["field"]) == (422, "after")


async def test_board_leads_on_to_all_that_was_closed_today_when_it_is_more_than_a_page(ana: Caller) -> None:
    left = [(await opened(ana, room=str(number)))["id"] for number in range(3)]
    because = {"outcome": "declined", "reason": {"code": "not_now"}}
    gone = [(await done(ana, await opened(ana, room=f"9{at}"), "complete", because))["id"] for at in range(5)]
    pages, after = [], {}
    while after is not None:
        page = (await ana.get("/v1/board", property="resort", limit=2, **after)).json()
        pages.append([card["id"] for card in page["cards"]])
        after = {"after": page["next"]} if page["next"] else None
    seen = [one for page in pages for one in page]
    assert sorted(seen) == sorted([*left, *gone]), "each is there, and once"
    refused = await ana.get("/v1/board", property="resort", after="closed.nonsense")
    assert (refused.status_code, refused.json()["breaches"][0]["field"]) == (422, "after")


async def test_kinds_say_what_forms_need_when_asked(ana: Caller) -> None:
    kinds = (await ana.get("/v1/kinds")).json()["kinds"]
    assert len(kinds) == 15
    assert {field["name"] for kind in kinds for field in kind["fields"] if field["sensitive"]} >= {"price", "score"}


async def test_rules_are_changed_by_the_general_manager_alone_when_versions_match(ana: Caller, desk: FrontDesk) -> None:
    stricter = {
        "rules": {
            "kinds": {"guest_request": {"limits": [{"rule": "quiet", "field": "promised_time", "at_most": "20:00"}]}}
        },
        "reason": "Quiet after eight",
    }
    assert (await ana.put("/v1/rules/resort", stricter, version=1)).status_code == 403
    async with desk.client() as http:
        gil = Caller(http, "gil")
        wrong = {"rules": {"kinds": {"unicorn": {}}}, "reason": {"code": "test"}}
        assert (await gil.put("/v1/rules/resort", wrong, version=1)).json()["breaches"][0]["rule"] == "unknown_kind"
        assert (await gil.put("/v1/rules/resort", stricter | {"reason": None}, version=1)).status_code == 422
        mixed = {"limits": [{"rule": "x", "field": "quantity", "at_most": "20:00"}]}
        misfit = await gil.put("/v1/rules/resort", stricter | {"rules": {"kinds": {"guest_request": mixed}}}, version=1)
        assert [breach["field"] for breach in misfit.json()["breaches"]] == ["kinds.guest_request.quantity"]
        assert (await gil.put("/v1/rules/resort", stricter, version=3)).status_code == 412
        changed = await ruled(http, stricter["rules"])
    assert changed["version"] == 2
    refused = await ana.post("/v1/records", COT)
    assert [breach["rule"] for breach in refused.json()["breaches"]] == ["quiet"]
    fine = await opened(ana, fields={"topic": "baby_cot", "promised_time": "19:00"})
    assert fine["rules_version"] == 2


async def test_route_is_refused_when_nobody_is_signed_in(desk: FrontDesk) -> None:
    async with desk.client() as http:
        replies = [await http.get(path) for path in ("/v1/records", "/v1/kinds", "/v1/board?property=resort")]
    assert [reply.status_code for reply in replies] == [401, 401, 401]
