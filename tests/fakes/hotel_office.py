"""The back office of the made-up hotel: rules, policy, audit, accounts, erasures, operations and reports."""

import datetime as dt
import hashlib
from typing import Any

from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from tests.fakes.hotel import FakeHotel

SLA = {"accept_s": 900, "complete_s": 7200, "warn_s": 1800, "steps": [{"after_s": 0, "role": "supervisor"}]}
IN_FORCE = {
    "guest_request": {
        "sla": SLA,
        "limits": [
            {"rule": "most_pieces", "field": "quantity", "at_least": 1, "at_most": 6},
            {"rule": "service_hours", "field": "wanted_by", "windows": [{"start": "07:00", "end": "23:00"}]},
        ],
        "notices": [{"rule": "half_an_hour", "field": "wanted_by", "minutes": 30, "before": "value"}],
        "conditions": [
            {
                "rule": "quiet_night",
                "field": "quantity",
                "expression": "!has(fields.quantity) || fields.quantity <= 4",
                "message": "More than four go through the store room.",
                "stages": ["open", "approve"],
            }
        ],
        "line_max": 10000,
        "approve_by_s": 86400,
        "tiers": [{"above": 5000, "role": "duty_manager"}],
    },
    "late_check_out": {
        "sla": SLA,
        "limits": [
            {"rule": "price_floor", "field": "price", "at_least": 1500, "at_most": 9000},
            {"rule": "tiers_served", "field": "tier", "allowed": ["silver", "gold"]},
        ],
        "line_max": 5000,
    },
}
CHANGE = {"path": "kinds.guest_request.sla.complete_s", "before": 7200, "after": 5400}


def _leaf(text: str) -> bytes:
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def add_rules(app: FastAPI, hotel: FakeHotel) -> None:
    """`/v1/rules`: a version waits that Filipe proposed."""
    app.state.proposed, app.state.rules_revision = [], 5
    version = {
        "version": 3,
        "base": 2,
        "state": "proposed",
        "in_force": False,
        "effective_from": None,
        "starts_at": None,
        "digest": "d" * 64,
        "proposed_by": "filipe",
        "proposed_at": hotel.now - dt.timedelta(hours=2),
        "reason": "Guests wait too long for towels.",
        "changes": [CHANGE],
        "rules": {},
    }
    shown = {
        "property_id": "city",
        "version": 2,
        "chain_version": 1,
        "revision": 5,
        "own": {"kinds": {"late_check_out": {"line_max": 5000}}, "fallback_owners": {}, "handover_minutes": None},
        "chain": {},
        "in_force": {"version": 2, "score_threshold": 6, "handover_minutes": 15, "kinds": IN_FORCE},
        "differences": [{"path": "kinds.late_check_out.line_max", "before": 10000, "after": 5000}],
        "waiting": [version],
    }

    @app.get("/v1/rules")
    async def rules(property: str) -> Any:
        return {**shown, "property_id": property}

    @app.get("/v1/rules/{place}/versions")
    async def versions(place: str) -> Any:
        return {"versions": [version], "next": None}

    @app.post("/v1/rules/simulate")
    async def simulate(body: dict[str, Any]) -> Any:
        app.state.proposed.append(body)
        broken = [{"field": "quantity", "rule": "most_pieces", "message": "How many: at most 4."}]
        side = {"owner": "ana", "owner_rule": "on_duty", "due_at": hotel.now, "late": False}
        case = {"record_id": "r-rich", "kind": "guest_request", "room": "412", "opened_at": hotel.now}
        later = {**side, "owner": "eva", "late": True, "breaches": broken}
        cases = [{**case, "differs": ["due_at", "owner"], "in_force": side, "draft": later}]
        counts = {
            "cases": 84,
            "differing": 12,
            "by_difference": {"due_at": 12, "breaches": 4},
            "late_in_force": 3,
            "late_draft": 9,
            "rung_in_force": 5,
            "rung_draft": 14,
        }
        return {"property_id": "city", "version": 2, "chain_version": 1, "counts": counts, "cases": cases}

    @app.put("/v1/rules/{place}")
    async def propose(place: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        if if_match != f'"{app.state.rules_revision}"':
            return JSONResponse({"status": 412, "code": "version_moved_on", "detail": "It moved on."}, 412)
        app.state.proposed.append(body)
        return shown

    @app.post("/v1/rules/{place}/versions/{number}/{verb}")
    async def decide(place: str, number: int, verb: str, body: dict[str, Any]) -> Any:
        app.state.proposed.append({verb: body})
        return shown


def add_governance(app: FastAPI, hotel: FakeHotel) -> None:
    """Policy, audit, accounts, one's own time, erasures and operations."""
    _policy(app, hotel)
    _audit(app, hotel)
    _accounts(app, hotel)
    erasure = {
        "id": "x1",
        "guest_id": "g3",
        "state": "requested",
        "reason_code": "guest_asked",
        "requested_by": "filipe",
        "requested_at": hotel.now,
        "missing": ["records"],
        "version": 1,
    }

    @app.get("/v1/erasures")
    async def erasures() -> Any:
        return {"items": [erasure], "next": None}

    @app.post("/v1/erasures")
    async def ask(body: dict[str, Any]) -> Any:
        return erasure

    @app.post("/v1/erasures/{erasure_id}/decision")
    async def decide(erasure_id: str, body: dict[str, Any]) -> Any:
        erasure["state"] = {"approve": "running", "reject": "rejected"}[body["decision"]]
        return erasure

    @app.get("/ops/v1/status")
    async def status() -> Any:
        group = {"group": "records", "topics": [], "lag": 41, "partitions": 4, "parked": 1, "gaps": 0, "alive": True}
        return {"outbox": 3, "policy_stale_s": 2.0, "groups": [group]}

    @app.get("/ops/v1/parked")
    async def parked(group_name: str) -> Any:
        row = {"id": "p1", "topic": "stays.v1", "aggregate": "stay-9", "version": 4, "reason": "schema"}
        return [{**row, "at": hotel.now}]

    @app.post("/ops/v1/redrive")
    async def redrive(body: dict[str, Any]) -> Any:
        return {"count": 1}


def _policy(app: FastAPI, hotel: FakeHotel) -> None:
    edit = {"effect": "deny", "roles": ["associate"], "actions": ["read"], "kinds": ["service_recovery"]}
    version = {"version": 2, "state": "proposed", "digest": "e" * 64, "proposed_by": "filipe", "edits": [edit]}
    version |= {"proposed_at": hotel.now, "reason": "Complaints are for those who settle them."}
    grant = {"roles": ["associate", "supervisor"], "actions": ["read"], "kinds": ["*"], "read": ["ordinary"]}
    app.state.edits = []

    @app.get("/v1/policy")
    async def policy() -> Any:
        held = [{**edit, "actions": ["note"]}]
        return {"chain": "seaside", "version": 1, "revision": 2, "edits": held, "grants": [grant], "waiting": [version]}

    @app.put("/v1/policy")
    async def propose(body: dict[str, Any]) -> Any:
        app.state.edits.append(body)
        return await policy()

    @app.post("/v1/policy/preview")
    async def preview(body: dict[str, Any]) -> Any:
        ability = {"action": "read", "kind": "service_recovery", "own_department": True}
        return {"gaining": 0, "losing": 1, "people": [{"staff_id": "ana", "gains": [], "loses": [ability]}]}

    @app.get("/v1/policy/versions")
    async def versions() -> Any:
        return {"versions": [version], "next": None}

    @app.post("/v1/policy/versions/{number}/{verb}")
    async def decide(number: int, verb: str, body: dict[str, Any]) -> Any:
        app.state.edits.append({verb: body})
        return await policy()


def _audit(app: FastAPI, hotel: FakeHotel) -> None:
    leaves = [_leaf("first"), _leaf("second")]
    root = hashlib.sha256(b"\x01" + leaves[0] + leaves[1]).hexdigest()
    checkpoint = {"chain": "seaside", "size": 2, "root": root, "at": hotel.now, "key_id": "k1", "signature": "s"}
    app.state.root = checkpoint

    def entry(index: int) -> dict[str, Any]:
        facts = {
            "type": "record.edited.v1",
            "subject": "r-rich",
            "version": 3,
            "time": hotel.now,
            "property_id": "city",
        }
        facts |= {"actor": "bruno", "role": "supervisor", "record_id": "r-rich", "reason_code": "gold_member"}
        change = {"field": "price", "data_class": "payment", "before": None, "after": None, "masked": True}
        return {"index": index, "facts": facts, "changes": [change], "leaf": leaves[index].hex()}

    @app.get("/v1/audit")
    async def entries(record: str = "") -> Any:
        return {"items": [entry(1), entry(0)] if record in ("", "r-rich") else [], "next": None}

    @app.get("/v1/audit/head")
    async def head() -> Any:
        return {"size": 2, "root": root, "checkpoint": checkpoint, "keys": []}

    @app.get("/v1/audit/{index}/proof")
    async def proof(index: int) -> Any:
        path = [leaves[1 - index].hex()]
        return {"index": index, "leaf": leaves[index].hex(), "path": path, "checkpoint": checkpoint}


def _accounts(app: FastAPI, hotel: FakeHotel) -> None:
    key = {"id": "key-1", "scopes": ["read:*"], "created_by": "filipe", "expires_at": hotel.now + dt.timedelta(days=30)}

    @app.get("/v1/service-accounts")
    async def accounts() -> Any:
        return {"items": [{"id": "sa-1", "name": "Channel manager", "properties": ["city"], "keys": [key]}]}

    @app.post("/v1/service-accounts", status_code=201)
    async def open_account(body: dict[str, Any]) -> Any:
        return {"id": "sa-2", "name": body["name"], "properties": None, "keys": []}

    @app.post("/v1/service-accounts/{account_id}/keys", status_code=201)
    async def issue(account_id: str, body: dict[str, Any]) -> Any:
        return {**key, "id": "key-2", "key": "bb_live_shown_once"}

    @app.delete("/v1/service-accounts/{account_id}/keys/{key_id}")
    async def revoke(account_id: str, key_id: str) -> Any:
        return {**key, "revoked_at": hotel.now}

    @app.post("/v1/me/absences")
    async def away(body: dict[str, Any]) -> Any:
        return {"items": [{"start": hotel.now, "end": None}]}

    @app.post("/v1/me/absences/end")
    async def back() -> Any:
        return {"items": []}

    @app.post("/v1/me/rota-link")
    async def link() -> Any:
        return {"path": "/v1/me/rota.ics?token=shown-once"}


def add_reports(app: FastAPI, hotel: FakeHotel) -> None:
    """The list of reports, and the records behind a figure."""
    titles = {"day": "The day", "completion_time": "Completion time", "exceptions": "Exceptions and repeat causes"}

    @app.get("/v1/reports")
    async def reports() -> Any:
        return [{"name": name, "title": title, "definition": f"What {title} counts."} for name, title in titles.items()]

    @app.get("/v1/reports/{name}/records")
    async def behind(name: str, figure: str) -> Any:
        one = hotel.records["r-rich"]
        item = {name: one[name] for name in ("id", "kind", "department", "status", "room", "opened_at", "due_at")}
        shown = {"key": figure, "name": figure.split("|", maxsplit=1)[0], "value": 1, "unit": "records", "records": 1}
        return {"figure": shown, "items": [{**item, "property": "city", "late": True}], "next": None}
