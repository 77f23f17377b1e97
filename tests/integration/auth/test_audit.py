"""Events go from Kafka into the audit log, and the verifier names whatever is done to it afterwards."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bellboard.app import app as command_line
from services.auth.domain import merkle
from services.auth.domain.verification import Fault, Report
from services.auth.usecases.audit import Sequencer
from shared.chassis.clock import Clock
from shared.chassis.mongo import Binary
from shared.contracts.topics import AUDITED
from tests.factories.chassis import until
from tests.factories.verified import judged
from tests.integration.auth.conftest import Auth

pytestmark = pytest.mark.integration


async def sealed(auth: Auth) -> None:
    """Wait until every event row of the service stands in the log and a checkpoint was signed."""

    async def done() -> bool:
        events = await auth.rows("events").count({"topic": {"$in": list(AUDITED)}})
        signed = await auth.rows("audit_checkpoints").count({"chain": "atlantic"})
        found = await auth.rows("audit_facts").count({})
        return events > 7 and await auth.rows("audit").count({}) == found == events and signed > 0

    await until(done, "all events are in the log")


async def export(auth: Auth) -> str:
    answer = await auth.decided(await auth.bearer("ines"), "/v1/audit/export")
    return answer.text


def verified(text: str) -> Report:
    report, faults = judged(text)
    assert bool(faults) is not report.sound
    return report


async def test_own_events_are_sealed_signed_and_told_to_the_witness(auth: Auth) -> None:
    await sealed(auth)
    entries = await auth.rows("audit").find({"chain": "atlantic"}, sort=[("index", 1)])
    assert [row["index"] for row in entries] == list(range(len(entries)))
    types = {{name: bytes(value) for name, value in row["headers"]}["ce_type"].decode() for row in entries}
    assert types >= {"property.opened.v1", "staff.hired.v1", "policy.published.v1"}
    witness = auth.settings.witness_folder / "atlantic.checkpoints.jsonl"

    async def told() -> bool:
        return witness.exists() and await auth.rows("events").count({"type": "checkpoint.signed.v1", "st": 1}) > 0

    await until(told, "the checkpoint is on its topic and in the file")
    first = json.loads(witness.read_text().splitlines()[0])
    stored = await auth.rows("audit_checkpoints").find_one({"chain": "atlantic", "version": first["version"]})
    assert (first["size"], first["root"]) == (stored["size"], stored["root"])


async def test_sent_again_is_sealed_once(auth: Auth) -> None:
    await sealed(auth)
    before = await auth.rows("audit").count({})
    await auth.rows("events").update_many({}, {"$set": {"st": 0}})

    async def sent() -> bool:
        return await auth.rows("events").count({"st": 0}) == 0

    await until(sent, "all events are sent again")
    await auth.client.delete("/v1/sessions/current", headers=await auth.bearer("ana"))

    async def arrived() -> bool:
        return await auth.rows("audit_facts").count({"keys": "type:staff.sessions_ended.v1"}) == 1

    await until(arrived, "an event behind them arrived")
    assert await auth.rows("audit").count({}) == before + 1


async def test_auditor_searches_and_proves_and_the_read_is_itself_audited(auth: Auth) -> None:
    await sealed(auth)
    headers = await auth.bearer("ines")
    found = (await auth.decided(headers, "/v1/audit?type=staff.hired.v1&limit=3")).json()
    assert [item["facts"]["type"] for item in found["items"]] == ["staff.hired.v1"] * 3
    assert found["next"] == found["items"][-1]["index"]
    index = found["items"][0]["index"]
    proof = (await auth.decided(headers, f"/v1/audit/{index}/proof")).json()
    path = [bytes.fromhex(step) for step in proof["path"]]
    signed = proof["checkpoint"]
    leaf, root = bytes.fromhex(proof["leaf"]), bytes.fromhex(signed["root"])
    assert merkle.verify_inclusion(leaf, index, signed["size"], path, root)

    async def noted() -> bool:
        return await auth.rows("audit_facts").count({"keys": "type:access.read.v1"}) > 0

    await until(noted, "the read is in the log")


async def test_log_is_refused_to_everybody_but_auditors_and_the_refusal_is_audited(auth: Auth) -> None:
    await auth.decided(await auth.bearer("olga"), "/v1/staff")
    answers = [await auth.client.get("/v1/audit", headers=await auth.bearer(who)) for who in ("ana", "rui", "olga")]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "not_granted")}
    assert await auth.rows("events").count({"type": "access.refused.v1"}) == 3
    assert (await auth.client.get("/v1/audit")).status_code == 401


@pytest.mark.parametrize("path", ["?limit=0", "?before=x", "?subject=%00", "?since=yesterday", "/x/proof", "/-1/proof"])
async def test_bad_question_is_refused_by_name(auth: Auth, path: str) -> None:
    answer = await auth.client.get(f"/v1/audit{path}", headers=await auth.bearer("ines"))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["breaches"]


async def test_export_verifies_offline_and_names_an_altered_row(auth: Auth) -> None:
    await sealed(auth)
    assert verified(await export(auth)).findings == ()
    row = await auth.rows("audit").find_one({"chain": "atlantic", "index": 3})
    value = bytes(row["value"]).replace(b"Lisbon", b"Madrid").replace(b"en", b"fr")
    await auth.rows("audit").update_one({"_id": row["_id"]}, {"$set": {"value": Binary(value)}})
    finding = verified(await export(auth)).findings[0]
    assert (finding.fault, finding.index, finding.subject) == (Fault.ALTERED, 3, row["key"])


async def test_command_verifies_the_store_and_names_a_deleted_row(auth: Auth, tmp_path: Path) -> None:
    await sealed(auth)
    exported = tmp_path / "export.jsonl"
    text = await export(auth)
    exported.write_text(text)
    ran = CliRunner().invoke(command_line, ["audit", "verify", str(exported)])
    assert (ran.exit_code, "whole and unaltered" in ran.output) == (0, True)
    lines = text.splitlines()
    place = next(number for number, line in enumerate(lines) if '"index":4,' in line)
    exported.write_text("\n".join(lines[:place] + lines[place + 1 :]))
    witness = auth.settings.witness_folder / "atlantic.checkpoints.jsonl"
    ran = CliRunner().invoke(command_line, ["audit", "verify", str(exported), "--witness", str(witness)])
    assert (ran.exit_code, "entry 4 is missing" in " ".join(ran.output.split())) == (1, True)
    (tmp_path / "other.txt").write_text("hello\n")
    assert CliRunner().invoke(command_line, ["audit", "verify", str(tmp_path / "other.txt")]).exit_code != 0


async def test_second_sequencer_beside_the_first_breaks_nothing(auth: Auth) -> None:
    store_is_shared = Sequencer(auth.parts.audit, auth.parts.keys, auth.witness, Clock())
    for _ in range(20):
        await store_is_shared.turn()
    await sealed(auth)
    assert verified(await export(auth)).findings == ()
