"""Handovers: made once at each shift change, whole, acknowledged by name. The real app, its store in memory."""

import datetime as dt
from typing import Any

import httpx
import pytest

from services.records.usecases.handing import HANDOVER, OVERDUE
from shared.chassis.mongo import Tx
from shared.contracts.envelope import read
from shared.contracts.handovers import HandoverEvent
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Shift, StaffMember
from tests.factories.front_desk import HOTELS, Caller, FrontDesk
from tests.factories.guest_records import after, c, in_status, member, opened, words

DESK = (Department.FRONT_OFFICE,)
HOUR = dt.timedelta(hours=1)
LATE_AT = dt.datetime(2026, 7, 1, 14, tzinfo=dt.UTC)
NOW_PLEASE = {"property_id": "resort", "department": "front_office", "reason": {"code": "early_leave"}}


def shift(start: str, end: str) -> tuple[Shift, ...]:
    times = [dt.time.fromisoformat(each) for each in (start, end)]
    return (Shift(days=tuple(range(7)), start=times[0], end=times[1]),)


def crew() -> tuple[StaffMember, ...]:
    return (
        member("ana", departments=DESK, shifts=shift("07:00", "15:00")),
        member("rui", departments=DESK, shifts=shift("15:00", "23:00")),
        member("ines", departments=DESK, shifts=shift("15:00", "23:00")),
        member("nuno", departments=DESK, shifts=shift("23:00", "07:00")),
        member("sofia", Role.SUPERVISOR, departments=DESK, shifts=()),
        member("carl", properties=("city",), departments=DESK, shifts=()),
        member("fred", Role.FINANCE, departments=(Department.FINANCE,), shifts=()),
    )


@pytest.fixture
async def desk() -> FrontDesk:
    made = FrontDesk()
    hotel = HOTELS[0].model_copy(update={"departments": DESK})
    knows(made, crew(), hotel)
    return made


def knows(desk: FrontDesk, staff: tuple[StaffMember, ...], *hotels: Any) -> None:
    desk.chassis.policy.known.staff = {person.id: person for person in staff}
    desk.chassis.policy.known.properties = {hotel.id: hotel for hotel in hotels or tuple(HOTELS[:1])}


async def plan(desk: FrontDesk) -> None:
    """One turn of the job that plans."""
    await desk.chassis.timers.batch_handlers[HANDOVER].__self__.plan()  # type: ignore[attr-defined]  # a bound method


async def fire(desk: FrontDesk) -> int:
    """One round of all timers that are due, each kind in one transaction."""
    due = [each for each in desk.database.tables.timers.values() if each.due_at <= desk.clock.now()]

    async def work(tx: Tx) -> None:
        for timer in due:
            desk.database.tables.timers.pop(timer.id)
        await desk.chassis.timers.batch_handlers[HANDOVER](tx, [(one, 0) for one in due if one.kind == HANDOVER])
        for timer in (one for one in due if one.kind == OVERDUE):
            await desk.chassis.timers.handlers[OVERDUE](tx, timer, 0)

    await desk.database.run(work)
    return len(due)


async def at(desk: FrontDesk, moment: dt.datetime) -> None:
    """The clock stands at a moment, and what is due has fired."""
    desk.clock.moment = moment
    while await fire(desk):
        continue


def told(desk: FrontDesk) -> list[tuple[str, HandoverEvent]]:
    events = [each for each in desk.database.tables.events if each.type.startswith("handover.")]
    return [(each.type.split(".")[1], read(each, HandoverEvent)) for each in events]


def verbs(desk: FrontDesk) -> list[str]:
    return [verb for verb, _ in told(desk)]


def put(desk: FrontDesk, *states: Any) -> None:
    desk.database.tables.records |= {state.id: state for state in states}


async def made(desk: FrontDesk, http: httpx.AsyncClient) -> dict[str, Any]:
    """The handover of the late shift, as the API shows it."""
    await plan(desk)
    await at(desk, LATE_AT)
    listed = (await Caller(http).get("/v1/handovers", property="resort")).json()["handovers"]
    body: dict[str, Any] = (await Caller(http).get(f"/v1/handovers/{listed[0]['id']}")).json()
    return body


async def test_handover_is_made_at_the_shift_change_with_all_open_work(
    desk: FrontDesk, http: httpx.AsyncClient
) -> None:
    mine = [in_status(status).model_copy(update={"department": DESK[0]}) for status in list(in_every_open_status())]
    theirs = opened().model_copy(update={"department": Department.HOUSEKEEPING})
    put(desk, *mine, theirs)
    shown = await made(desk, http)
    assert {each["record_id"] for each in shown["items"]} == {state.id for state in mine}
    assert (shown["shift"], shown["business_day"], shown["incoming"]) == ("from_1500", "2026-07-01", ["ines", "rui"])
    assert (shown["open_records"], shown["late_ms"], shown["state"]) == (4, 0, "prepared")
    assert verbs(desk) == ["prepared"]


def in_every_open_status() -> Any:
    return (each for each in type(opened().status) if each.value != "complete")


async def test_next_change_is_planned_when_one_was_made(desk: FrontDesk) -> None:
    await plan(desk)
    await at(desk, LATE_AT)
    timers = [each for each in desk.database.tables.timers.values() if each.kind == HANDOVER]
    assert [(each.due_at - LATE_AT) / HOUR for each in timers] == [8]
    assert len(told(desk)) == 1


async def test_planning_again_changes_nothing(desk: FrontDesk) -> None:
    await plan(desk)
    before = dict(desk.database.tables.timers)
    plans = dict(desk.database.tables.plans)
    for _ in range(3):
        await plan(desk)
    assert (desk.database.tables.timers, desk.database.tables.plans) == (before, plans)


async def test_two_processes_make_one_handover(desk: FrontDesk) -> None:
    await plan(desk)
    due = list(desk.database.tables.timers.values())
    await at(desk, LATE_AT)

    async def again(tx: Tx) -> None:
        await desk.chassis.timers.batch_handlers[HANDOVER](tx, [(one, 0) for one in due])

    await desk.database.run(again)
    assert verbs(desk) == ["prepared"]


async def test_missed_changes_are_made_once_each_when_an_outage_ends(desk: FrontDesk) -> None:
    await plan(desk)
    await at(desk, LATE_AT + 17 * HOUR)
    made_at = [body.handover.at for verb, body in told(desk) if verb == "prepared"]
    assert made_at == [LATE_AT, LATE_AT + 8 * HOUR, LATE_AT + 16 * HOUR]
    assert verbs(desk) == ["prepared", "prepared", "superseded", "prepared", "superseded"]
    late = [body.handover.late_ms for verb, body in told(desk) if verb == "prepared"]
    assert late == [17 * 3_600_000, 9 * 3_600_000, 3_600_000]


async def test_crash_while_it_is_made_leaves_nothing_and_the_next_try_makes_it(desk: FrontDesk) -> None:
    await plan(desk)
    desk.clock.moment = LATE_AT
    desk.database.fail = RuntimeError("killed")
    with pytest.raises(RuntimeError):
        await fire(desk)
    assert told(desk) == []
    desk.database.fail = None
    await at(desk, LATE_AT)
    assert verbs(desk) == ["prepared"]


async def test_rota_that_changes_moves_the_next_handover(desk: FrontDesk) -> None:
    await plan(desk)
    earlier = member("rui", departments=DESK, shifts=shift("13:00", "21:00"), version=2)
    hotel = HOTELS[0].model_copy(update={"departments": DESK})
    knows(desk, (*(each for each in crew() if each.id != "rui"), earlier), hotel)
    await plan(desk)
    await at(desk, LATE_AT - 2 * HOUR)
    assert [body.handover.shift for _, body in told(desk)] == ["from_1300"]


async def test_change_that_is_due_is_made_when_the_rota_changes_in_that_moment(desk: FrontDesk) -> None:
    await plan(desk)
    desk.clock.moment = LATE_AT
    hotel = HOTELS[0].model_copy(update={"departments": DESK})
    moved = member("ines", departments=DESK, shifts=shift("16:00", "23:00"), version=2)
    knows(desk, (*(each for each in crew() if each.id != "ines"), moved), hotel)
    await plan(desk)
    await at(desk, LATE_AT)
    assert [body.handover.incoming for _, body in told(desk)] == [("rui",)]


async def test_handover_is_acknowledged_by_each_of_the_incoming_once(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    shown = await made(desk, http)
    path = f"/v1/handovers/{shown['id']}/acknowledge"
    replies = [await Caller(http, name).post(path) for name in ("rui", "ines")]
    assert [each.status_code for each in replies] == [200, 200]
    head = replies[1].json()
    assert (head["acknowledged_by"], head["state"], head["version"]) == ("rui", "acknowledged", 3)
    assert [each["by"] for each in head["acknowledgements"]] == ["rui", "ines"]
    again = await Caller(http, "rui").post(path)
    assert (again.status_code, again.json()["code"]) == (409, "already_acknowledged")
    assert verbs(desk) == ["prepared", "acknowledged", "acknowledged"]


async def test_acknowledgement_happens_once_when_its_key_is_repeated(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    shown = await made(desk, http)
    path = f"/v1/handovers/{shown['id']}/acknowledge"
    replies = [await Caller(http, "rui").post(path, key="key-take-over") for _ in range(2)]
    assert [each.status_code for each in replies] == [200, 200]
    assert replies[1].headers["Idempotency-Replayed"] == "true"
    assert verbs(desk) == ["prepared", "acknowledged"]


@pytest.mark.parametrize(
    ("staff", "status", "code"),
    [("ana", 403, "not_on_duty"), ("fred", 403, "not_granted"), ("carl", 404, None)],
)
async def test_acknowledgement_is_refused_when_it_is_not_theirs(
    desk: FrontDesk, http: httpx.AsyncClient, staff: str, status: int, code: Any
) -> None:
    shown = await made(desk, http)
    reply = await Caller(http, staff).post(f"/v1/handovers/{shown['id']}/acknowledge")
    assert (reply.status_code, reply.json()["code"]) == (status, code or "handover_not_found")
    assert verbs(desk) == ["prepared"]


async def test_acknowledgement_is_refused_when_it_was_decided_on_another_version(
    desk: FrontDesk, http: httpx.AsyncClient
) -> None:
    shown = await made(desk, http)
    path = f"/v1/handovers/{shown['id']}/acknowledge"
    assert (await Caller(http, "rui").post(path, version=2)).status_code == 412
    assert (await Caller(http, "rui").post(path, version=1)).status_code == 200


async def test_supervisor_steps_in_off_duty(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    shown = await made(desk, http)
    assert (await Caller(http, "sofia").post(f"/v1/handovers/{shown['id']}/acknowledge")).status_code == 200


async def test_handover_is_overdue_once_when_nobody_takes_it_over(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    await made(desk, http)
    await at(desk, LATE_AT + dt.timedelta(minutes=15))
    await at(desk, LATE_AT + dt.timedelta(minutes=20))
    assert verbs(desk) == ["prepared", "overdue"]
    assert told(desk)[-1][1].handover.overdue


async def test_handover_is_never_overdue_when_it_was_taken_over(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    shown = await made(desk, http)
    await Caller(http, "rui").post(f"/v1/handovers/{shown['id']}/acknowledge")
    await at(desk, LATE_AT + HOUR)
    assert verbs(desk) == ["prepared", "acknowledged"]


async def test_superseded_handover_cannot_be_acknowledged(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    shown = await made(desk, http)
    await at(desk, LATE_AT + 8 * HOUR)
    reply = await Caller(http, "sofia").post(f"/v1/handovers/{shown['id']}/acknowledge")
    assert (reply.status_code, reply.json()["code"]) == (409, "superseded")


async def test_handover_is_made_when_somebody_asks_with_a_reason(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    await plan(desk)
    put(desk, opened().model_copy(update={"department": DESK[0]}))
    body = NOW_PLEASE | {"reason": {"code": "early_leave", "text": "Mrs Silva drives me home"}}
    reply = await Caller(http, "sofia").post("/v1/handovers", body)
    assert reply.status_code == 201, reply.text
    head = reply.json()
    assert (head["shift"], head["open_records"], reply.headers["Location"]) == (
        "on_request",
        1,
        f"/v1/handovers/{head['id']}",
    )
    shown = (await Caller(http, "sofia").get(f"/v1/handovers/{head['id']}")).json()
    assert (shown["reason_code"], len(shown["items"])) == ("early_leave", 1)
    assert b"Silva" not in b"".join(each.value for each in desk.database.tables.events)
    await at(desk, LATE_AT)
    assert verbs(desk)[-2:] == ["prepared", "superseded"]


async def test_handover_is_made_once_when_its_key_is_repeated(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    replies = [await Caller(http, "sofia").post("/v1/handovers", NOW_PLEASE, key="key-handover") for _ in range(2)]
    assert {each.status_code for each in replies} == {201}
    assert replies[0].json()["id"] == replies[1].json()["id"]
    assert verbs(desk) == ["prepared"]


@pytest.mark.parametrize(
    ("staff", "changed", "status", "named"),
    [
        ("sofia", {"reason": None}, 422, ("reason", "reason_required")),
        ("sofia", {"department": "moon"}, 422, ("department", "enum")),
        ("sofia", {"department": "finance"}, 422, ("department", "known_department")),
        ("sofia", {"property_id": "NO"}, 422, ("property_id", "string_pattern_mismatch")),
        ("sofia", {"more": 1}, 422, ("more", "extra_forbidden")),
        ("sofia", {"reason": "4111 1111 1111 1111"}, 422, ("reason", "card_number")),
        ("sofia", {"property_id": "city"}, 404, None),
        ("ana", {}, 403, None),
    ],
)
async def test_handover_is_refused_when_it_cannot_be(
    desk: FrontDesk, http: httpx.AsyncClient, staff: str, changed: dict[str, Any], status: int, named: Any
) -> None:
    reply = await Caller(http, staff).post("/v1/handovers", NOW_PLEASE | changed)
    breaches = [(each["field"], each["rule"]) for each in reply.json().get("breaches", ())]
    assert (reply.status_code, breaches) == (status, [named] if named else [])
    assert (told(desk), desk.database.tables.handovers) == ([], {})


async def test_what_changed_in_the_shift_is_shown(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    waiting = in_status(type(opened().status)("new")).model_copy(update={"department": DESK[0]})
    put(desk, waiting)
    await made(desk, http)
    working = in_status(type(opened().status)("pending")).model_copy(
        update={"department": DESK[0], "id": waiting.id, "version": 2}
    )
    put(desk, working)
    await at(desk, LATE_AT + 8 * HOUR)
    newest = (await Caller(http).get("/v1/handovers", property="resort")).json()["handovers"][0]
    shown = (await Caller(http).get(f"/v1/handovers/{newest['id']}")).json()
    assert [(each["changes"], each["status_before"], each["status"]) for each in shown["items"]] == [
        (["moved"], "new", "pending")
    ]


async def test_unanswered_question_of_another_department_is_handed_over_too(
    desk: FrontDesk, http: httpx.AsyncClient
) -> None:
    theirs = opened().model_copy(update={"department": Department.HOUSEKEEPING})
    by = LATE_AT + HOUR
    asked = after(theirs, c.AskQuestion("q-desk", words(), by, to_department=DESK[0]))
    of_rui = after(theirs, c.AskQuestion("q-rui", words(), by, to_staff="rui")).model_copy(update={"id": "record-rui"})
    answered = after(
        theirs, c.AskQuestion("q-old", words(), by, to_department=DESK[0]), c.AnswerQuestion("q-old", words())
    ).model_copy(update={"id": "record-answered"})
    put(desk, asked, of_rui, answered)
    shown = await made(desk, http)
    found = {each["record_id"]: (each["theirs"], [one["id"] for one in each["questions"]]) for each in shown["items"]}
    assert found == {asked.id: (True, ["q-desk"]), "record-rui": (True, ["q-rui"])}
    assert (shown["counts"]["asked"], shown["counts"]["questions"]) == (2, 2)


async def test_handovers_are_listed_newest_first_page_by_page(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    await plan(desk)
    await at(desk, LATE_AT + 17 * HOUR)
    first = (await Caller(http).get("/v1/handovers", property="resort", limit=2)).json()
    rest = (await Caller(http).get("/v1/handovers", property="resort", limit=2, after=first["next"])).json()
    shifts = [each["shift"] for each in (*first["handovers"], *rest["handovers"])]
    assert (shifts, rest["next"]) == (["from_0700", "from_2300", "from_1500"], None)
    waiting = (await Caller(http).get("/v1/handovers", state="prepared", department="front_office")).json()
    assert len(waiting["handovers"]) == 1


async def test_items_come_in_pages_and_all_of_them(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    put(desk, *(opened().model_copy(update={"department": DESK[0]}) for _ in range(7)))
    shown = await made(desk, http)
    seen, after = [], 0
    for _ in range(3):
        page = (await Caller(http).get(f"/v1/handovers/{shown['id']}", after=after, limit=3)).json()
        seen += [each["record_id"] for each in page["items"]]
        after = page["next"] or 0
    assert (len(seen), len(set(seen)), page["next"]) == (7, 7, None)


@pytest.mark.parametrize("query", [{"after": "?"}, {"limit": 0}, {"state": "lost"}, {"department": "moon"}])
async def test_list_is_refused_when_it_is_asked_wrongly(http: httpx.AsyncClient, query: dict[str, Any]) -> None:
    reply = await Caller(http).get("/v1/handovers", **query)
    assert reply.status_code == 422
    assert reply.json()["breaches"][0]["field"] in query
