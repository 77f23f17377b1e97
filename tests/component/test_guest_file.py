"""Everything held of a guest, handed out by its own right, and written down before it is."""

from tests.component.test_records_attachments import PDF
from tests.factories.desk_work import done, opened
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_records import stay

FILE = "/v1/guests/guest-1/file"


async def test_file_holds_records_words_and_files_of_that_guest_alone(desk: FrontDesk) -> None:
    desk.database.tables.stays |= {one.id: one for one in (stay(), stay(id="stay-2", guest_id="guest-2"))}
    async with desk.client() as http:
        ana, gil = Caller(http), Caller(http, "gil")
        mine = await opened(ana, stay_id=stay().id)
        await opened(ana, stay_id="stay-2", fields={"topic": "extra_towels", "details": "For somebody else"})
        noted = await done(ana, mine, "notes", {"text": "Left a scarf"})
        await ana.upload(noted, PDF, "application/pdf")
        answer = await gil.get(FILE)
    assert answer.status_code == 200, answer.text
    [held] = answer.json()["records"]
    assert held["id"] == mine["id"]
    assert {one["text"] for one in held["words"]} == {"By the window, for Mrs Silva", "Left a scarf"}
    assert [one["type"] for one in held["files"]] == ["application/pdf"]
    assert "somebody else" not in answer.text
    last = desk.database.tables.events[-1]
    assert (last.type, last.value_object()["access"]["subjects"]) == ("access.read.v1", ["guest-1"])
    assert last.value_object()["access"]["action"] == "export_guest"


async def test_who_may_not_is_refused_and_the_refusal_is_written_down(ana: Caller, desk: FrontDesk) -> None:
    answer = await ana.get(FILE)
    assert answer.status_code == 403
    assert desk.database.tables.events[-1].type == "access.refused.v1"
    assert (await ana.get("/v1/guests/$ne/file")).status_code == 422
