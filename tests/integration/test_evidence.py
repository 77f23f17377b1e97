"""What the log can be asked over real servers: who read a guest, what a field was, evidence that proves itself."""

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bellboard.app import app as command_line
from tests.factories.verified import check_sound
from tests.factories.whole_chain import WholeChain, whole_chain
from tests.integration.test_erasure import CANARY, Guest

pytestmark = pytest.mark.integration


@pytest.fixture
async def chain(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[WholeChain]:
    async with whole_chain(mongo_url, kafka_servers, database_name, topic_prefix, tmp_path) as running:
        yield running


async def told(chain: WholeChain, path: str, **params: Any) -> Any:
    """What the log answers the auditor."""
    return await chain.done("ines", "GET", "auth", f"/v1/audit{path}", params=params)


async def test_log_answers_who_what_field_and_who_read_a_guest_and_gives_evidence(
    chain: WholeChain, tmp_path: Path
) -> None:
    guest = Guest(chain, "R-1", "P-1", CANARY)
    await guest.arrives()
    record = guest.record
    await chain.done("gil", "GET", "integrations", "/v1/guests", params={"ids": guest.id})
    await chain.done("gil", "GET", "records", f"/v1/guests/{guest.id}/file")
    held = await chain.done("gil", "GET", "integrations", f"/v1/guests/{guest.id}/file")
    refused = await chain.asked("ana", "GET", "integrations", f"/v1/guests/{guest.id}/file")
    await chain.quiet()

    reads = (await told(chain, "/reads", guest=guest.id))["items"]
    about = (await told(chain, "", guest=guest.id, type="record.noted.v1"))["items"]
    changed = (await told(chain, "", record=record, field="status"))["items"]
    first = (await told(chain, "", record=record, limit=1))["items"]
    rest = (await told(chain, "", record=record, limit=500, before=first[0]["index"]))["items"]

    assert held["profile"]["name"] == CANARY
    assert [one["text"] for one in held["messages"]] == [f"Please, for {CANARY}"]
    assert refused.status_code == 403
    assert {(one["service"], one["action"], one["refused"]) for one in reads} >= {
        ("integrations", "read_guest", False),
        ("integrations", "export_guest", False),
        ("integrations", "export_guest", True),
        ("records", "export_guest", False),
    }
    assert {one["facts"]["subject"] for one in about} == {record}
    assert all("status" in one["facts"]["fields"] for one in changed)
    assert len(rest) >= 2
    assert (await chain.asked("ana", "GET", "auth", f"/v1/audit/evidence?record={record}")).status_code == 403
    assert (await chain.asked("ines", "GET", "auth", "/v1/audit/evidence")).status_code == 422

    text = (await chain.asked("ines", "GET", "auth", f"/v1/audit/evidence?record={record}")).text
    report = check_sound(text)
    lines = [json.loads(line) for line in text.splitlines()]
    own = [line["version"] for line in lines if line["kind"] == "entry" and line["key"] == record]
    assert own == list(range(1, len(own) + 1))
    assert report.entries == len(rest) + 1
    assert "Quillfeather" not in text
    table = (await chain.asked("ines", "GET", "auth", f"/v1/audit/evidence?stay={guest.stay}&format=csv")).text
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) > report.entries
    assert {row["subject"] for row in rows} >= {record, guest.stay}

    file = tmp_path / "evidence.jsonl"
    file.write_text(text)
    ran = CliRunner().invoke(command_line, ["audit", "verify", str(file)])
    assert (ran.exit_code, "whole and unaltered" in ran.output) == (0, True)
    forged = [line | ({"value": "e30="} if line["kind"] == "entry" else {}) for line in lines]
    file.write_text("".join(json.dumps(line) + "\n" for line in forged))
    assert CliRunner().invoke(command_line, ["audit", "verify", str(file)]).exit_code == 1
