"""Calling in sick with one tap, and the own rota in a calendar."""

import pytest

from tests.integration.auth.conftest import Auth

pytestmark = pytest.mark.integration


async def test_sick_call_is_an_absence_that_everybody_hears_of_once(auth: Auth) -> None:
    ana = await auth.bearer("ana")
    keyed = ana | {"Idempotency-Key": "sick-call-01"}
    for _ in range(2):
        said = await auth.client.post("/v1/me/absences", json={}, headers=keyed)
        assert (said.status_code, said.json()["items"][0]["end"]) == (201, None)
    again = await auth.client.post("/v1/me/absences", json={}, headers=ana | {"Idempotency-Key": "sick-call-02"})
    assert (again.status_code, again.json()["code"]) == (409, "absent_already")
    bad = {"start": "2026-01-01", "end": "yesterday"}
    wrong = await auth.client.post("/v1/me/absences", json=bad, headers=ana | {"Idempotency-Key": "sick-call-03"})
    assert (wrong.status_code, [each["field"] for each in wrong.json()["breaches"]]) == (422, ["start", "end"])
    back = await auth.client.post("/v1/me/absences/end", headers=ana | {"Idempotency-Key": "back-again-01"})
    assert back.json()["items"][0]["end"] is not None
    me = (await auth.client.get("/v1/me", headers=ana)).json()["id"]
    told = await auth.rows("events").find({"agg": me}, sort=[("ver", 1)])
    assert [row["type"] for row in told] == ["staff.hired.v1", "staff.changed.v1", "staff.changed.v1"]
    assert b"absence_reported" in bytes(told[1]["value"])


async def test_calendar_is_read_by_its_link_until_it_is_taken_back(auth: Auth) -> None:
    ana = await auth.bearer("ana")
    first = (await auth.client.post("/v1/me/rota-link", headers=ana)).json()["path"]
    second = (await auth.client.post("/v1/me/rota-link", headers=ana)).json()["path"]
    read = await auth.client.get(second)
    assert (read.status_code, read.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "BEGIN:VEVENT" in read.text
    assert "Ana" not in read.text
    assert (await auth.client.get(first)).status_code == 404
    await auth.client.delete("/v1/me/rota-link", headers=ana)
    assert (await auth.client.get(second)).status_code == 404
    assert second.split("=")[1] not in repr(await auth.rows("rota_links").find({}))
