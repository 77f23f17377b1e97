"""Taking a staff list over, by API and by command line."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner

from bellboard.app import app as command_line
from tests.integration.auth.conftest import PASSWORD, Auth

pytestmark = pytest.mark.integration
LIST = (
    "login,display_name,roles,departments,properties\n"
    "ana,Ana,associate,front_office housekeeping,city\n"
    "mia,Mia,associate,housekeeping,city resort\n"
)


async def send(auth: Auth, headers: dict[str, str], key: str, text: str = LIST, dry: bool = False) -> httpx.Response:
    """Send a list."""
    body = {"csv": text, "dry_run": dry}
    return await auth.client.post("/v1/staff/import", json=body, headers=headers | {"Idempotency-Key": key})


async def test_dry_run_says_what_the_real_one_then_does_once(auth: Auth) -> None:
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    before = await auth.rows("events").count({"topic": "staff.v1"})
    dry = (await send(auth, olga, "import-dry", dry=True)).json()
    assert [(row["login"], row["result"], row["fields"]) for row in dry["rows"]] == [
        ("ana", "changed", ["departments"]),
        ("mia", "new", ["display_name", "roles", "departments", "properties", "languages", "skills", "active"]),
    ]
    assert (dry["done"], await auth.rows("events").count({"topic": "staff.v1"})) == (False, before)
    real = (await send(auth, olga, "import-real")).json()
    assert (real["done"], real["counts"]) == (True, {"new": 1, "changed": 1, "same": 0, "error": 0})
    after = await auth.rows("events").count({"topic": "staff.v1"})
    assert (await send(auth, olga, "import-real")).json()["counts"]["same"] == 2
    assert (await send(auth, olga, "import-again")).json()["counts"]["same"] == 2
    assert (await auth.rows("events").count({"topic": "staff.v1"}), after - before) == (after, 2)
    assert (await auth.sign_in("mia", "")).status_code == 422
    assert (await auth.sign_in("mia")).json()["code"] == "sign_in_refused"
    assert (await auth.sign_in("ana")).status_code == 201
    mia = real["rows"][1]["staff_id"]
    headers = olga | {"Idempotency-Key": "invite-mia"}
    path = f"/v1/staff/{mia}/invitations"
    invited = await auth.client.post(path, json={"reason_code": "new_here"}, headers=headers)
    assert (invited.json()["login"], invited.json()["minutes"]) == ("mia", 72 * 60)


async def test_list_of_one_hotel_changes_nobody_who_works_beyond_it(auth: Auth) -> None:
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    lena = {"display_name": "Lena", "roles": ["chain_admin"], "properties": ["city"], "login": "lena"}
    body, headers = lena | {"password": PASSWORD}, olga | {"Idempotency-Key": "hire-lena-1"}
    assert (await auth.client.post("/v1/staff", json=body, headers=headers)).status_code == 201
    local = await auth.bearer("lena")
    await auth.decided(local, "/v1/staff")
    text = LIST.splitlines()[0] + "\nines,Ines,associate,,city\n"
    answer = await send(auth, local, "import-ines", text)
    assert answer.status_code == 422
    assert [(one["field"], one["rule"]) for one in answer.json()["breaches"]] == [
        ("rows.2.properties", "works_elsewhere")
    ]
    ines = await auth.client.get("/v1/me", headers=await auth.bearer("ines"))
    assert (ines.json()["properties"], ines.json()["roles"]) == (None, ["auditor"])


async def test_one_wrong_row_leaves_everything_as_it_was(auth: Auth) -> None:
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    before = await auth.rows("events").count({"topic": "staff.v1"})
    text = LIST + "zoe,Zoe,king,,mars\n"
    refused = await send(auth, olga, "import-wrong", text)
    named = [breach["field"] for breach in refused.json()["breaches"]]
    assert (refused.status_code, set(named)) == (422, {"rows.4.roles"})
    assert (
        await auth.rows("events").count({"topic": "staff.v1"}),
        await auth.rows("accounts").count({"login": "mia"}),
    ) == (before, 0)
    rui = await auth.bearer("rui")
    assert (await send(auth, rui, "import-rui", dry=True)).status_code == 403


async def test_command_shows_the_rows_and_takes_them_over(auth: Auth, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(LIST)
    await auth.decided(await auth.bearer("olga"), "/v1/staff")
    app = auth.client._transport.app  # type: ignore[attr-defined] # the app this client speaks to
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve(sockets=[door]))
        while not server.started:
            await asyncio.sleep(0.01)
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        shared = ["staff", "import", str(file), "--login", "olga", "--chain", "atlantic", "--auth", address]

        def run(*more: str) -> tuple[int, str]:
            done = CliRunner().invoke(command_line, [*shared, *more], env={"BELLBOARD_PASSWORD": PASSWORD})
            return done.exit_code, done.output

        dry, said = await asyncio.to_thread(run, "--dry-run")
        assert (dry, "1 new, 1 changed, 0 same, 0 error. Nothing was changed." in said) == (0, True), said
        real, said = await asyncio.to_thread(run)
        assert (real, "1 new, 1 changed" in said) == (0, True), said
        again, said = await asyncio.to_thread(run)
        assert (again, "2 same" in said) == (0, True), said
        server.should_exit = True
        await serving
