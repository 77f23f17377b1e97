"""Brings things into the states that commands wait for: blocked, asked, proposed, closed, signed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx
from aiokafka import ConsumerRecord

from services.records.api.commands import PLAIN
from services.records.api.examples import CORRECTION, NEW_RECORD, REVIEW, RULES, RULES_RULING, RULES_WITHDRAWAL, RULING
from services.records.api.saved_views import VIEW
from shared.chassis.cursors import Cursors
from shared.chassis.mongo import Tx
from shared.chassis.parking import Parking
from shared.chassis.service import Chassis
from shared.contracts.identity import system
from shared.contracts.staff import StaffEvent
from tests.factories.records import NOON, envelope
from tests.factories.staff import member

LEFT = envelope("staff.hired.v1", "staff-left", 1, NOON, StaffEvent(actor=system("auth"), staff=member("staff-left")))
NO_EVENTS = (
    b"\xff\xfe",
    b"[]",
    b'{"changes": 5, "actor": []}',
    b'{"changes": [1, {"field": {"a": 1}, "data_class": ["x"]}], "actor": {"id": 3}, "record": {"stay_id": 7}}',
)
UNSOUND = tuple(
    LEFT.model_copy(update={"id": f"odd-{number}", "subject": f"odd-{number}", "value": value})
    for number, value in enumerate(NO_EVENTS)
)
"""What stood on a topic under the headers of an event, and is none."""
AT_FIRST = {"headers": {"If-Match": '"1"'}}
Ripe = dict[str, list[Mapping[str, Any]]]
OF_EACH = 1
COMMANDS = {path: sample for path, (_, sample) in PLAIN.items()}
CHECKED = (("chief", "accept"), ("chief", "check-value"))
CLOSED = (("chief", "complete"),)
ASKED = (("chief", "questions"),)
LISTED = (("chief", "checklist"),)
FILE = "attachments"
PDF = "%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
BLOCKED = (("chief", "block"),)
APPROVED = (*CHECKED, ("chief", "approve"))
BEFORE: dict[str, Sequence[tuple[str, str]]] = {
    **dict.fromkeys(COMMANDS, ()),
    "check-value": CHECKED[:1],
    "approve": CHECKED,
    "lines": APPROVED,
    "unblock": BLOCKED,
    "resume": APPROVED,
    "reopen": CLOSED,
    "answers": ASKED,
    "unwatch": (("chief", "watch"),),
    "ticks": LISTED,
    "unticks": (*LISTED, ("chief", "ticks")),
    "detach": (("chief", FILE),),
}
"""What who has to do with a new record, by the command that then is next."""
STATES = (CHECKED, APPROVED, BLOCKED, ASKED, CLOSED)
"""How a record gets into each state that links start from."""
MOVED: dict[str, Any] = {"fields": {"promised_time": "23:00"}, "reason": {"code": "asked_by_guest"}}
"""A change of what was confirmed: it becomes a proposal."""


class Desk:
    """People who work on records over HTTP."""

    def __init__(self, client: httpx.AsyncClient, tokens: Mapping[str, str]) -> None:
        self._client, self._tokens, self._asked = client, tokens, 0

    async def _post(self, who: str, path: str, body: Any, **headers: str) -> dict[str, Any]:
        self._asked += 1
        headers |= {"Authorization": f"Bearer {self._tokens[who]}", "Idempotency-Key": f"ripening-{self._asked}"}
        said = await self._client.post(path, json=body, headers=headers)
        assert said.is_success, f"{path}: {said.text}"
        shown: dict[str, Any] = said.json()
        return shown

    async def put(self, who: str, path: str, body: Any, **headers: str) -> None:
        """Replace something."""
        headers |= {"Authorization": f"Bearer {self._tokens[who]}", "Idempotency-Key": f"ripening-put-{path}"}
        said = await self._client.put(path, json=body, headers=headers)
        assert said.is_success, f"{path}: {said.text}"

    async def read(self, who: str, path: str) -> dict[str, Any]:
        """What stands somewhere."""
        said = await self._client.get(path, headers={"Authorization": f"Bearer {self._tokens[who]}"})
        assert said.is_success, f"{path}: {said.text}"
        shown: dict[str, Any] = said.json()
        return shown

    async def create(self, who: str, path: str, body: Any) -> dict[str, Any]:
        """Something new that is no record."""
        return await self._post(who, path, body)

    async def do(self, who: str, record: Mapping[str, Any], path: str, body: Any) -> dict[str, Any]:
        """The record after one command."""
        version = {"If-Match": f'"{record["version"]}"'}
        return await self._post(who, f"/v1/records/{record['id']}/{path}", body, **version)

    async def brought(self, steps: Iterable[tuple[str, str]], **given: Any) -> dict[str, Any]:
        """A new record after some commands, each with its example."""
        record = await self._post("chief", "/v1/records", NEW_RECORD | {"insist": "One for each state."} | given)
        for who, path in steps:
            record = await (
                self.attach(who, record) if path == FILE else self.do(who, record, path, sample(path, record))
            )
        return record

    async def attach(self, who: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record with a file on it."""
        self._asked += 1
        headers = {"Authorization": f"Bearer {self._tokens[who]}", "Idempotency-Key": f"ripening-{self._asked}"}
        headers |= {"If-Match": f'"{record["version"]}"', "Content-Type": "application/pdf"}
        said = await self._client.post(f"/v1/records/{record['id']}/{FILE}", content=PDF.encode(), headers=headers)
        assert said.is_success, said.text
        shown: dict[str, Any] = said.json()
        return shown


def next_on(record: Mapping[str, Any], body: Any, **path: str) -> Mapping[str, Any]:
    """The request for a command on a record at its version."""
    headers = {"If-Match": f'"{record["version"]}"'}
    return {"path": {"record_id": record["id"], **path}, "headers": headers, "body": body}


NAMED = {
    "answers": ("question_id", "questions"),
    "ticks": ("item_id", "checklist"),
    "unticks": ("item_id", "checklist"),
    "detach": ("attachment_id", "files"),
}
"""What a command names of the record, and where it is shown."""


def sample(path: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The example of a command, naming the first of what the record has."""
    name, where = NAMED.get(path, ("", ""))
    body: dict[str, Any] = COMMANDS[path]
    return body | ({name: record[where][0]["id"]} if name else {})


async def ripe_around(desk: Desk) -> Ripe:
    """For what names other things than its record: files, and several records at once."""
    filed, many = await desk.brought((("chief", FILE),)), await desk.brought(())
    items = [{"id": many["id"], "version": many["version"]}]
    fresh = next_on(await desk.brought(()), None)
    mine = [{"path": {"view_id": (await desk.create("chief", "/v1/views", VIEW))["id"]}, **AT_FIRST} for _ in range(2)]
    return {
        "PUT /v1/views/{view_id}": [{**mine[0], "body": VIEW}],
        "DELETE /v1/views/{view_id}": [mine[1]],
        "GET /v1/records": [{"query": {"sort": "-changed", "text": "cot", "fields": "status"}}],
        "POST /v1/records/bulk": [{"body": {"items": items, "order": {"do": "accept"}}}],
        f"POST /v1/records/{{record_id}}/{FILE}": [{**fresh, "file": PDF}],
        f"GET /v1/records/{{record_id}}/{FILE}/{{file_id}}": [
            {"path": {"record_id": filed["id"], "file_id": filed["files"][0]["id"]}}
        ],
    }


async def ripe_records(desk: Desk, stay_id: str) -> Ripe:
    """For every command on a record, records that wait for it; one of a stay where the PMS is to change it."""
    ripe: Ripe = {}
    for _ in range(OF_EACH):
        for path, steps in BEFORE.items():
            record = await desk.brought(steps, **({"stay_id": stay_id} if path == "writebacks" else {}))
            body = sample(path, record)
            body |= {"stay_id": stay_id} if "stay_id" in body else {}
            body |= {"into": (await desk.brought(()))["id"]} if "into" in body else {}
            ripe.setdefault(f"POST /v1/records/{{record_id}}/{path}", []).append(next_on(record, body))
        ripe |= await ripe_around(desk)
        noted = await desk.do("duty", await desk.brought(()), "exceptions", COMMANDS["exceptions"])
        review = next_on(noted, REVIEW, exception_id=noted["exception_notes"][0]["id"])
        ripe.setdefault("POST /v1/records/{record_id}/exceptions/{exception_id}/review", []).append(review)
        wrong = await desk.do("duty", await desk.brought(()), "exceptions", COMMANDS["exceptions"])
        mended = next_on(wrong, CORRECTION, exception_id=wrong["exception_notes"][0]["id"])
        ripe.setdefault("POST /v1/records/{record_id}/exceptions/{exception_id}/corrections", []).append(mended)
        moved = await desk.do("duty", await desk.brought(CHECKED), "edit", MOVED)
        decide = next_on(moved, RULING, proposal_id=moved["proposals"][0]["id"])
        ripe.setdefault("POST /v1/records/{record_id}/proposals/{proposal_id}/decide", []).append(decide)
    return ripe | await ripe_rules(desk)


async def ripe_rules(desk: Desk) -> Ripe:
    """A version of the chain's rules that another person proposed, and one of a hotel's that was approved by nobody."""
    body, fresh = RULES, {"If-Match": '"1"'}
    await desk.put("second", "/v1/rules/_chain", body, **fresh)
    await desk.put("chief", "/v1/rules/resort", body, **fresh)
    path, at = "/v1/rules/{property_id}/versions/{version}", {"If-Match": '"2"'}
    decided = {"path": {"property_id": "_chain", "version": 2}, "headers": at, "body": RULES_RULING}
    withdrawn = {"path": {"property_id": "resort", "version": 2}, "headers": at, "body": RULES_WITHDRAWAL}
    proposed = {"path": {"property_id": "city"}, "headers": fresh, "body": body}
    return {
        "PUT /v1/rules/{property_id}": [proposed],
        f"POST {path}/decide": [decided],
        f"POST {path}/withdraw": [withdrawn],
    }


async def leave_behind(chassis: Chassis) -> None:
    """Let the service's policy group have read one event, and parked it, so that operators find something to do."""
    group = f"{chassis.settings.service}.policy"
    headers = LEFT.headers()
    record = ConsumerRecord(LEFT.topic, 0, 0, 0, 0, LEFT.subject.encode(), LEFT.value, None, 0, 0, headers)

    async def work(tx: Tx) -> None:
        await Cursors(chassis.mongo, group).advance(tx, [LEFT], [])
        await Parking(chassis.mongo, group).park(tx, record, LEFT, "left behind", chassis.clock.real_now())

    await chassis.mongo.run(work)


def ripe_operations(service: str) -> Ripe:
    """What operators do, said of the consumer group that every service has."""
    about = {"group": f"{service}.policy", "reason": "It was asked for."}
    whose = about | {"subject": LEFT.subject}
    return {
        "GET /ops/v1/parked": [{"query": {"group_name": about["group"]}}],
        "POST /ops/v1/redrive": [{"body": whose}],
        "POST /ops/v1/rebuild": [{"body": whose}],
        "POST /ops/v1/reread": [{"body": about}],
    } | ripe_retention(service)


def ripe_retention(service: str) -> Ripe:
    """How long a service keeps something, for those that let go of anything."""
    kept = {"alerts": "closed_alerts", "integrations": "message_texts", "records": "record_words"}.get(service)
    if kept is None:
        return {}
    path, body = {"name": kept}, {"days": 400, "expected": 1000, "reason": "It was agreed."}
    return {
        "GET /ops/v1/retention/{name}/simulation": [{"path": path, "query": {"days": 400}}],
        "PUT /ops/v1/retention/{name}": [{"path": path, "body": body}],
    }
