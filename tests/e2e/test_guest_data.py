"""What the house does from the command line when a guest asks, and when an auditor does."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from bellboard.app import app as command_line
from services.integrations.pms.hotel_bookings.columns import NAME
from shared.contracts.values import stay_id
from tests.e2e.conftest import House, eventually
from tests.e2e.test_operations import bellboard, record
from tests.factories.verified import check_sound
from tests.integration.test_erasure import CANARY, booking

pytestmark = pytest.mark.integration


async def guest_of(house: House, http: httpx.AsyncClient, number: str) -> str:
    """A guest whom the hotel's PMS has told of."""
    url = house.stack.url("integrations")
    path = f"{url}/v1/pms/city/{house.tokens['city']}/hotel-bookings/events"
    said = await http.post(path, json=booking(number, f"P-{number}", CANARY))
    assert said.status_code == 202, said.text
    row = house.mongo["bellboard_integrations"]["stays"].find_one({"_id": stay_id("city", NAME, number)})
    assert row is not None
    return str(row["guest"])


async def test_archive_of_a_guest_is_written_and_says_what_is_missing(
    house: House, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    guest, target = await guest_of(house, http, "E2E-ARCHIVE"), tmp_path / "guest.zip"
    done = bellboard(house, "guests", "export", guest, "--to", str(target))
    assert done.returncode == 1, done.stderr  # an administrator does not read the audit log
    assert "Not in it: reads" in done.stderr
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as opened:
        data = json.loads(opened.read("data.json"))
        shown = opened.read("index.html").decode()
    assert data["integrations"]["profile"]["name"] == CANARY
    assert "Quillfeather" in shown


async def test_evidence_of_a_record_is_written_and_verifies(
    house: House, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    opened, target = await record(house, http), tmp_path / "evidence.jsonl"

    def sealed() -> Any:
        return house.mongo["bellboard_auth"]["audit_facts"].find_one({"keys": f"record:{opened['id']}"})

    await eventually(sealed, "the log has it")
    done = bellboard(house, "audit", "evidence", opened["id"], "--to", str(target), login="auditor")
    assert done.returncode == 0, done.stderr
    assert "record.opened.v1" in done.stdout
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert {line["kind"] for line in lines} >= {"head", "entry", "end", "words"}
    check_sound(target.read_text())
    assert CliRunner().invoke(command_line, ["audit", "verify", str(target)]).exit_code == 0
    nothing = bellboard(house, "audit", "evidence", "nobody-knows", login="auditor")
    assert (nothing.returncode, "nothing about" in nothing.stderr) == (1, True)


async def test_erasures_are_listed_and_run_again_after_a_backup(house: House, http: httpx.AsyncClient) -> None:
    guest = await guest_of(house, http, "E2E-ERASURE")
    ask, agree = house.desk(http, "admin"), house.desk(http, "city.manager")
    body = {"guest_id": guest, "reason_code": "guest_asked", "reason": "A letter"}
    asked = (await ask.act("integrations", "/v1/erasures", body)).body
    yes = {"decision": "approve", "reason": "Compared the signature"}
    await agree.act("integrations", f"/v1/erasures/{asked['id']}/decision", yes, etag='"1"')

    def done() -> Any:
        return house.mongo["bellboard_integrations"]["erasures"].find_one({"_id": asked["id"], "state": "done"})

    await eventually(done, "every store has confirmed")
    listed = bellboard(house, "erasures", "list")
    again = bellboard(house, "erasures", "replay")
    assert asked["id"][:8] in listed.stdout.replace("\n", "")
    assert (again.returncode, "erased again, in every store" in again.stdout) == (0, True), again.stderr
    row = house.mongo["bellboard_integrations"]["erasures"].find_one({"guest": guest, "run": 2})
    assert row is not None
    assert row["state"] == "done"
