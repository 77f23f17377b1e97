"""Questions that wait for a person or a department."""

import datetime as dt

import pytest

from tests.factories.desk_work import done, opened, refusal
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_records import NOW


async def asked(caller: Caller, **to: str) -> dict[str, str]:
    record = await done(caller, await opened(caller), "questions", {"text": "Is it free, Mrs Silva asks"} | to)
    return {"id": record["questions"][-1]["id"], "record": record["id"]}


async def test_questions_are_listed_to_those_asked_until_answered(ana: Caller, desk: FrontDesk) -> None:
    mine = await asked(ana, to_staff="ines")
    ours = await asked(ana, to_department="housekeeping")
    await asked(ana, to_department="maintenance")
    async with desk.client() as http:
        ines = Caller(http, "ines")
        both = (await ines.get("/v1/questions")).json()["questions"]
        assert {each["id"] for each in both} == {mine["id"], ours["id"]}
        assert [each["id"] for each in (await ines.get("/v1/questions", to="me")).json()["questions"]] == [mine["id"]]
        # The record's words are private to front office, but whoever is asked reads what they are asked.
        assert {each["text"] for each in both} == {"Is it free, Mrs Silva asks"}
    page = (await ana.get("/v1/questions", to="department")).json()["questions"]
    assert [(each["id"], each["text"]) for each in page] == [(ours["id"], "Is it free, Mrs Silva asks")]
    assert desk.database.tables.events[-1].value_object()["access"]["subjects"] == [ours["record"]]
    record = (await ana.get(f"/v1/records/{ours['record']}")).json()
    await done(ana, record, "answers", {"question_id": ours["id"], "text": "Yes"})
    assert (await ana.get("/v1/questions", to="department")).json()["questions"] == []


async def test_only_overdue_questions_are_listed_when_asked_for(ana: Caller, desk: FrontDesk) -> None:
    late = await asked(ana, to_staff="ana", answer_by=(NOW + dt.timedelta(hours=1)).isoformat())
    await asked(ana, to_staff="ana", answer_by=(NOW + dt.timedelta(hours=9)).isoformat())
    assert (await ana.get("/v1/questions", overdue=True)).json()["questions"] == []
    desk.clock.moment = NOW + dt.timedelta(hours=2)
    found = (await ana.get("/v1/questions", overdue=True)).json()["questions"]
    assert [(each["id"], each["overdue"]) for each in found] == [(late["id"], True)]


async def test_pages_hold_every_question_once(ana: Caller) -> None:
    made = {(await asked(ana, to_staff="ana"))["id"] for _ in range(3)}
    first = (await ana.get("/v1/questions", limit=2)).json()
    rest = (await ana.get("/v1/questions", limit=2, after=first["next"])).json()
    assert {each["id"] for each in (*first["questions"], *rest["questions"])} == made
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"to": "everybody"}, [("to", "literal_error")]),
        ({"after": "nonsense"}, [("after", "cursor")]),
        ({"limit": 0}, [("limit", "greater_than_equal")]),
        ({"property": "No Such"}, [("property", "string_pattern_mismatch")]),
    ],
)
async def test_questions_are_refused_when_asked_for_wrongly(ana: Caller, params: dict[str, str], named: object) -> None:
    assert refusal(await ana.get("/v1/questions", **params)) == (422, named)


async def test_snapshot_tells_others_of_unanswered_questions_without_their_words(desk: FrontDesk) -> None:
    async with desk.client() as http:
        ana = Caller(http)
        body = {"property_id": "resort", "kind": "guest_request", "fields": {"topic": "baby_cot"}}
        record = (await ana.post("/v1/records", body)).json()
        question = {"text": "Is it clean?", "to_department": "housekeeping", "answer_by": "2026-07-01T12:00:00Z"}
        asked = (await ana.act(record, "questions", question)).json()
        answer = {"question_id": asked["questions"][0]["id"], "text": "Yes, it is."}
        reply = await ana.act(asked, "answers", answer)
        assert reply.status_code == 200, reply.text
    events = [event for event in desk.database.tables.events if event.type.startswith("record.question")]
    told = [event.value_object()["record"]["open_questions"] for event in events]
    assert [[each["to_department"] for each in one] for one in told] == [["housekeeping"], []]
    assert "clean" not in str(told)
