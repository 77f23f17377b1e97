"""What callers are answered: who may change a sensitive field, what a queue shows, where a journey goes on."""

import datetime as dt
from dataclasses import replace

import pytest

from services.records.usecases import reading
from shared.chassis.policy import compiled
from shared.contracts.identity import DataClass, Department, Role
from tests.factories.desk_work import done, opened, seen
from tests.factories.front_desk import POLICY, Caller, FrontDesk, person
from tests.factories.guest_records import stay
from tests.factories.records import CHAIN


async def test_only_who_may_decide_there_is_named_for_a_sensitive_field(ana: Caller, desk: FrontDesk) -> None:
    record = await done(ana, await done(ana, await opened(ana), "accept"), "check-value")
    assert [each["on_duty"] for each in record["sensitive_fields"]] == [["gil", "greta", "sofia"]]
    grants = tuple(
        each.model_copy(update={"own_department": True, "roles": (Role.SUPERVISOR,)})
        if "decide_proposal" in each.actions
        else each
        for each in POLICY.grants
    )
    here, elsewhere = person("sofia"), person("sofia").model_copy(update={"departments": (Department.FINANCE,)})
    told = desk.chassis.policy.known
    held = replace(told, policies={CHAIN: compiled(POLICY.model_copy(update={"grants": grants}))})
    for sofia, named in ((here, ["sofia"]), (elsewhere, [])):
        desk.chassis.policy.known = replace(held, staff={**told.staff, "sofia": sofia})
        shown = await seen(ana, record["id"])
        assert [each["on_duty"] for each in shown["sensitive_fields"]] == [named]


async def test_queue_shows_a_money_line_to_those_who_may_read_it_on_the_record(ana: Caller, desk: FrontDesk) -> None:
    record = await done(ana, await done(ana, await opened(ana), "accept"), "check-value")
    line = {"kind": "refund", "amount": {"amount": 60_000, "currency": "EUR"}, "reason": "Flooded"}
    await done(ana, record, "lines", line)
    ordinary = tuple(each.model_copy(update={"read": (DataClass.ORDINARY,)}) for each in POLICY.grants)
    blind = compiled(POLICY.model_copy(update={"grants": ordinary}))
    async with desk.client() as http:
        sofia = Caller(http, "sofia")
        [seen_whole] = (await sofia.get("/v1/proposals")).json()["proposals"]
        desk.chassis.policy.known = replace(desk.chassis.policy.known, policies={CHAIN: blind})
        [masked] = (await sofia.get("/v1/proposals")).json()["proposals"]
    assert (seen_whole["line"]["amount"]["amount"], masked["line"]) == (60_000, None)


async def test_journey_names_its_next_page(ana: Caller, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    booked = stay()
    desk.database.tables.stays[booked.id] = booked
    ids = []
    for topic in ("quiet_room", "baby_cot", "room_cleaning"):
        desk.clock.moment += dt.timedelta(minutes=1)
        ids.append((await opened(ana, fields={"topic": topic}, stay_id=booked.id))["id"])
    monkeypatch.setattr(reading, "JOURNEY", 2)
    path = f"/v1/stays/{booked.id}/journey"
    first = (await ana.get(path)).json()
    second = (await ana.get(path, after=first["next"])).json()
    assert [[card["id"] for card in page["cards"]] for page in (first, second)] == [ids[:2], ids[2:]]
    assert second["next"] is None
