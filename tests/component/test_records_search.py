"""Finding records: filters, words, orders, pages, sparse fields, and no way to look through a mask."""

import datetime as dt
from typing import Any

import pytest

from tests.factories.desk_work import done, opened, refusal
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_records import NOW, stay

TOWELS = {"topic": "extra_towels", "promised_time": "10:00"}


async def ids(caller: Caller, **asked: Any) -> list[str]:
    reply = await caller.get("/v1/records", **asked)
    assert reply.status_code == 200, reply.text
    return [card["id"] for card in reply.json()["cards"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"text": "cot"}, {"cot"}),
        ({"text": "BABY cot 214"}, {"cot"}),
        ({"text": "guest request"}, {"cot", "towels", "sale"}),
        ({"text": "towels 214"}, set()),
        ({"text": "silva"}, set()),
        ({"text": "window"}, set()),
        ({"room": "215"}, {"towels"}),
        ({"workflow": "upsell"}, {"sale"}),
        ({"workflow": "guest_experience", "room": "215"}, {"towels"}),
        ({"kind": "guest_request", "status": "new"}, {"cot", "towels"}),
        ({"watcher": "me"}, {"towels"}),
        ({"watcher": "sofia"}, set()),
        ({"unanswered": "department"}, {"cot"}),
        ({"unanswered": "me"}, set()),
        ({"due_to": "2026-07-01T09:00:01Z"}, set()),
        ({"due_from": "2026-07-01T09:00:01Z", "kind": "guest_request"}, {"cot", "towels"}),
    ],
)
async def test_records_are_found_when_asked_by(ana: Caller, asked: dict[str, str], found: set[str]) -> None:
    sale = {"service": "late_checkout", "price": {"amount": 3_000, "currency": "EUR"}}
    made = {
        "cot": await opened(ana),
        "towels": await opened(ana, room="215", fields=TOWELS),
        "sale": await opened(ana, kind="upsell_guest_request", room="216", fields=sale),
    }
    await done(ana, made["towels"], "watch")
    await done(ana, made["cot"], "questions", {"text": "Is one free?", "to_department": "housekeeping"})
    names = {record["id"]: name for name, record in made.items()}
    assert {names[each] for each in await ids(ana, **asked)} == found


async def test_records_of_several_guests_are_found_when_ids_are_given(ana: Caller, desk: FrontDesk) -> None:
    for number in (1, 2, 3):
        one = stay(id=f"stay-{number}", guest_id=f"guest-{number}")
        desk.database.tables.stays[one.id] = one
    records = [(await opened(ana, stay_id=f"stay-{number}"))["id"] for number in (1, 2, 3)]
    assert set(await ids(ana, guest=["guest-1", "guest-3"])) == {records[0], records[2]}


@pytest.mark.parametrize("sort", ["due", "-due", "opened", "-opened", "changed", "-changed"])
async def test_pages_hold_every_record_once_in_order_when_sorted(ana: Caller, desk: FrontDesk, sort: str) -> None:
    made = []
    for room in range(101, 108):
        desk.clock.moment = NOW + dt.timedelta(minutes=room % 3)
        made.append((await opened(ana, room=str(room)))["id"])
    whole = (await ana.get("/v1/records", sort=sort)).json()["cards"]
    paged: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    for _ in range(4):
        page = (await ana.get("/v1/records", sort=sort, limit=2, **after)).json()
        paged += page["cards"]
        after = {"after": page["next"] or ""}
    assert [card["id"] for card in paged] == [card["id"] for card in whole]
    moments = [(card[f"{sort.strip('-')}_at"], card["id"]) for card in whole]
    assert moments == sorted(moments, reverse=sort.startswith("-"))
    assert {card["id"] for card in whole} == set(made)


async def test_only_the_fields_asked_for_are_shown_when_sparse(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    many = (await ana.get("/v1/records", fields="status,owner")).json()["cards"]
    assert many == [{"id": record["id"], "version": 1, "status": "new", "owner": record["owner"]}]
    reads = len(desk.database.tables.events)
    path = f"/v1/records/{record['id']}"
    assert (await ana.get(path, fields="room")).json() == {"id": record["id"], "version": 1, "room": "214"}
    assert len(desk.database.tables.events) == reads
    one = (await ana.get(path, fields="fields,room")).json()
    assert (set(one), one["fields"]["topic"]) == ({"id", "version", "room", "fields"}, "baby_cot")
    assert desk.database.tables.events[-1].type == "access.read.v1"


@pytest.mark.parametrize(
    ("asked", "status", "named"),
    [
        ({"fields": "status,unicorn"}, 422, [("fields", "unknown_field")]),
        ({"fields": ","}, 422, [("fields", "unknown_field")]),
        ({"sort": "unicorn"}, 422, [("unicorn", "sort")]),
        ({"sort": "budget"}, 403, "field_not_granted"),
        ({"sort": "-details"}, 403, "field_not_granted"),
        ({"budget": "5000"}, 403, "field_not_granted"),
        ({"details": "x"}, 403, "field_not_granted"),
        ({"unicorn": "1"}, 422, [("unicorn", "filter")]),
        ({"topic": "baby_cot"}, 422, [("topic", "filter")]),
        ({"text": "..."}, 422, [("text", "words")]),
        ({"text": "a b c d e f g h i"}, 422, [("text", "words")]),
        ({"after": "nonsense"}, 422, [("after", "cursor")]),
        ({"due_from": "2026-07-01T09:00:00"}, 422, [("due_from", "timezone_aware")]),
        ({"limit": "0"}, 422, [("limit", "greater_than_equal")]),
        ({"guest": "{$ne:1}"}, 422, [("guest.0", "string_pattern_mismatch")]),
        ({"workflow": "poaching"}, 422, [("workflow", "unknown_workflow")]),
    ],
)
async def test_list_is_refused_naming_field_and_rule_when_asked_wrongly(
    ana: Caller, asked: dict[str, str], status: int, named: Any
) -> None:
    await opened(ana)
    assert refusal(await ana.get("/v1/records", **asked)) == (status, named)


async def test_order_by_a_private_field_is_allowed_to_nobody_who_reads_it_only_in_places(
    sofia: Caller, desk: FrontDesk
) -> None:
    async with desk.client() as http:
        gil = Caller(http, "gil")
        answers = [refusal(await caller.get("/v1/records", sort="budget")) for caller in (sofia, gil)]
    # They may read it everywhere, so there is no oracle: it is only no order that lists have.
    assert answers == [(422, [("budget", "sort")])] * 2
