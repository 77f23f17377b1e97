"""Staff, their shifts and swaps of the made-up hotel, as auth shows and changes them."""

import datetime as dt
from typing import Any

from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from shared.contracts.staff import Absence, Cover, StaffMember
from tests.fakes.hotel import FakeHotel, FakeHouse

MOVED = {"status": 412, "code": "version_moved_on", "detail": "It moved on."}


def add_staff(app: FastAPI, hotel: FakeHotel, house: FakeHouse) -> None:
    """`/v1/staff` and `/v1/shift-swaps`: Duarte is away, Eva does a shift for Bruno, a swap waits."""
    today = hotel.now.replace(hour=0, minute=0)
    people = dict(house.people)
    away = Absence(start=today, end=today + dt.timedelta(days=1))
    people["duarte"] = people["duarte"].model_copy(update={"absences": (away,)})
    night = Cover(start=hotel.now, end=hotel.now + dt.timedelta(hours=4), property_id="city", swap_id="s0")
    early = (people["eva"].shifts[0],)
    people["eva"] = people["eva"].model_copy(update={"covers": (night,), "shifts": early})
    app.state.staff, app.state.changed = people, []
    given: dict[str, Any] = {"start": hotel.now, "end": hotel.now + dt.timedelta(hours=8)}
    swap: dict[str, Any] = {"id": "s1", "chain": "seaside", "property_id": "city", "asker": "bruno", "colleague": "eva"}
    swap |= {"given": given, "state": "accepted", "approval": True, "answer_by": hotel.now, "version": 2}
    app.state.swaps = [swap]

    @app.get("/v1/staff")
    async def staff() -> Any:
        return {"items": [one.model_dump(mode="json") for one in app.state.staff.values()], "next": None}

    @app.patch("/v1/staff/{staff_id}")
    async def change(staff_id: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        was: StaffMember = app.state.staff[staff_id]
        if if_match != f'"{was.version}"':
            return JSONResponse(MOVED, 412)
        app.state.changed.append({staff_id: body})
        told = was.model_dump(mode="json") | body | {"version": was.version + 1}
        app.state.staff[staff_id] = StaffMember.model_validate(told)
        return told

    @app.get("/v1/shift-swaps")
    async def swaps() -> Any:
        return {"items": app.state.swaps}

    @app.post("/v1/shift-swaps/{swap_id}/decision")
    async def decide(swap_id: str, body: dict[str, Any]) -> Any:
        app.state.changed.append({swap_id: body})
        app.state.swaps = []
        return swap
