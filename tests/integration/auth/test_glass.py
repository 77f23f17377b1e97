"""Breaking the glass: it works once, for a quarter of an hour, and waits for another person's review (S55)."""

import datetime as dt

import httpx
import jwt
import pytest

from tests.integration.auth.conftest import PASSWORD, Auth

pytestmark = pytest.mark.integration
WHY = {"property_id": "city", "reason_code": "nobody_in_charge"}


async def post(auth: Auth, headers: dict[str, str], path: str, body: object, key: str, **more: str) -> httpx.Response:
    """A command."""
    return await auth.client.post(path, json=body, headers=headers | {"Idempotency-Key": key} | more)


async def gil(auth: Auth) -> dict[str, str]:
    """A general manager of the city hotel."""
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    body = {"display_name": "Gil", "roles": ["general_manager"], "properties": ["city"], "login": "gil"}
    hired = await post(auth, olga, "/v1/staff", body | {"password": PASSWORD}, "hire-gil-01")
    assert hired.status_code == 201, hired.text
    return await auth.bearer("gil")


async def test_glass_works_once_until_another_person_has_reviewed_it(auth: Auth) -> None:
    chief = await gil(auth)
    rui = await auth.bearer("rui")
    broken = await post(auth, rui, "/v1/me/break-glass", WHY, "break-01")
    assert broken.status_code == 201, broken.text
    said = jwt.decode(broken.json()["access_token"], options={"verify_signature": False})
    assert ("break_glass" in said["roles"], said["properties"]) == (True, ["city"])
    assert 890 <= said["exp"] - said["iat"] <= 900
    repeated = await post(auth, rui, "/v1/me/break-glass", WHY, "break-01")
    assert (repeated.status_code, repeated.json()["glass"]) == (201, broken.json()["glass"])
    assert (await post(auth, rui, "/v1/me/break-glass", WHY, "break-02")).json()["code"] == "glass_broken"
    emergency = {"Authorization": f"Bearer {broken.json()['access_token']}"}
    assert (await auth.client.get("/v1/me", headers=emergency)).status_code == 200

    [waiting] = (await auth.decided(chief, "/v1/break-glass")).json()["items"]
    path = f"/v1/break-glass/{waiting['id']}/review"
    finding, first = {"finding": "was_needed"}, {"If-Match": '"1"'}
    assert (await post(auth, rui, path, finding, "review-00", **first)).status_code == 403
    assert (await post(auth, chief, path, finding, "review-01")).status_code == 428
    reviewed = await post(auth, chief, path, finding, "review-02", **first)
    assert (reviewed.status_code, reviewed.json()["version"]) == (200, 2)
    assert (await auth.client.get("/v1/break-glass", headers=chief)).json()["items"] == []
    assert (await post(auth, rui, "/v1/me/break-glass", WHY, "break-03")).status_code == 201
    told = await auth.rows("events").find({"agg": waiting["id"]}, sort=[("ver", 1)])
    assert [row["type"] for row in told] == ["glass.broken.v1", "glass.reviewed.v1"]


async def test_nobody_reviews_their_own(auth: Auth) -> None:
    chief = await gil(auth)
    broken = await post(auth, chief, "/v1/me/break-glass", WHY, "break-01")
    path = f"/v1/break-glass/{broken.json()['glass']['id']}/review"
    reply = await post(auth, chief, path, {"finding": "was_needed"}, "review-01", **{"If-Match": '"1"'})
    assert (reply.status_code, reply.json()["code"]) == (403, "own_glass")


async def test_glass_is_broken_by_who_may_has_just_signed_in_and_where_they_work(auth: Auth) -> None:
    ana, rui = await auth.bearer("ana"), await auth.bearer("rui")
    await auth.decided(rui, "/v1/staff")
    assert (await post(auth, ana, "/v1/me/break-glass", WHY, "break-01")).status_code == 403
    elsewhere = await post(auth, rui, "/v1/me/break-glass", WHY | {"property_id": "resort"}, "break-02")
    assert elsewhere.status_code == 404
    unsaid = await post(auth, rui, "/v1/me/break-glass", {"property_id": "city"}, "break-03")
    assert (unsaid.status_code, unsaid.json()["breaches"][0]["field"]) == (422, "reason_code")
    earlier = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=6)
    await auth.rows("sessions").update_many({}, {"$set": {"created_at": earlier}})
    stale = await post(auth, rui, "/v1/me/break-glass", WHY, "break-04")
    assert (stale.status_code, stale.json()["code"]) == (403, "sign_in_again")
    assert await auth.rows("glasses").count({}) == 0
