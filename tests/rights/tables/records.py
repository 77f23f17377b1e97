"""What protects the routes of records."""

from typing import Any

from services.records.api import campaigns, handovers, offers
from services.records.api.commands import PLAIN
from services.records.api.examples import (
    CORRECTION,
    NEW_RECORD,
    REVIEW,
    RULES,
    RULES_RULING,
    RULES_WITHDRAWAL,
    RULING,
    SIMULATION,
)
from services.records.api.saved_views import VIEW
from shared.contracts.policy import Resource
from tests.rights.rows import GUEST, PAYMENT, PRIVATE, Barred, Door, Place, Row, granted, of

ACTIONS = {
    "accept": "accept",
    "answers": "answer",
    "approve": "approve",
    "block": "block",
    "cancel-sale": "add_line",
    "check-value": "check_value",
    "checklist": "checklist",
    "complete": "complete",
    "decline": "decline",
    "detach": "attach",
    "edit": "edit",
    "exceptions": "raise_exception",
    "grant-sale": "approve",
    "hand-off": "hand_off",
    "lines": "add_line",
    "link-stay": "link_stay",
    "merge": "merge",
    "messages": "request_message",
    "notes": "note",
    "place-bid": "edit",
    "questions": "ask",
    "reassign": "reassign",
    "reopen": "reopen",
    "repeats": "note",
    "resume": "resume",
    "subtasks": "subtask",
    "take-price": "edit",
    "ticks": "checklist",
    "unblock": "unblock",
    "unticks": "checklist",
    "unwatch": "watch",
    "watch": "watch",
    "writebacks": "propose",
}
"""The permission that each command on a record needs, by the last part of its path."""

AT = "/v1/records/{record_id}"
STALE = {"If-Match": '"999999"'}
"""So that what is allowed is done by nobody: the permission is judged first, then the version."""
HERE = {"property": "city"}
HANDOVER, OFFER, RULEBOOK = Resource.HANDOVER, Resource.OFFER, Resource.RULES
TERMS = campaigns.TERMS | {"arms": [{"code": "plain", "offer_id": "{offer_id}"}]}
SECRET_WORDS = of(PRIVATE, PAYMENT)


def _done(path: str, action: str, body: Any, **more: Any) -> Row:
    return granted(f"POST {AT}/{path}", action, by_department=True, body=body, headers=STALE, **more)


def _on(route: str, action: str, kind: Resource, **more: Any) -> Row:
    return granted(route, action, kind, headers=STALE, **more)


_SEEN = (
    granted("GET /v1/records", "read", by_department=True, barred=Barred.ABSENT, query=HERE, thing="record_id"),
    granted(f"GET {AT}", "read", by_department=True, thing="record_id", shows=SECRET_WORDS),
    granted(f"GET {AT}/history", "read", by_department=True, thing="owner_id", shows=SECRET_WORDS),
    granted(f"GET {AT}/owner", "read", by_department=True, thing="record_id"),
    granted(f"GET {AT}/attachments/{{file_id}}", "read", by_department=True, needs=of(PRIVATE)),
    granted("GET /v1/board", "read", by_department=True, barred=Barred.ABSENT, query=HERE, thing="record_id"),
    granted("GET /v1/stays/{stay_id}/journey", "read", by_department=True, barred=Barred.ABSENT, thing="record_id"),
    # Whoever is asked may read what they are asked, also where the rest of the record is masked.
    granted("GET /v1/questions", "read", by_department=True, barred=Barred.ABSENT, query=HERE, addressed=of(PRIVATE)),
    granted(
        "GET /v1/guests/{guest_id}/preferences",
        "read",
        by_department=True,
        barred=Barred.ABSENT,
        shows=SECRET_WORDS,
    ),
    granted("GET /v1/proposals", "decide_proposal", by_department=True, barred=Barred.ABSENT, query=HERE),
    granted("GET /v1/exceptions", "review_exception", by_department=True, barred=Barred.ABSENT, query=HERE),
    Row("GET /v1/kinds", door=Door.SIGNED_IN),
    Row("GET /v1/views", door=Door.SIGNED_IN),
    Row("POST /v1/views", door=Door.SIGNED_IN, body=VIEW),
    # A person's own and their department's: another's is a 404.
    Row("PUT /v1/views/{view_id}", door=Door.SIGNED_IN, body=VIEW, headers=STALE),
    Row("DELETE /v1/views/{view_id}", door=Door.SIGNED_IN, headers=STALE),
)
_DONE = (
    *(_done(path, action, PLAIN[path][1]) for path, action in ACTIONS.items()),
    _done("exceptions/{exception_id}/review", "review_exception", REVIEW),
    _done("exceptions/{exception_id}/corrections", "raise_exception", CORRECTION),
    _done("proposals/{proposal_id}/decide", "decide_proposal", RULING),
    _done("attachments", "attach", b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"),
    granted("POST /v1/records", "create", by_department=True, body=NEW_RECORD | {"department": "{department}"}),
    granted(
        "POST /v1/records/bulk",
        "accept",
        by_department=True,
        barred=Barred.ABSENT,
        thing="version_moved_on",
        body={"preview": True, "items": [{"id": "{record_id}", "version": 999999}], "order": {"do": "accept"}},
    ),
    granted(
        "POST /v1/proposals/decide",
        "decide_proposal",
        by_department=True,
        barred=Barred.ABSENT,
        thing="proposal_not_found",
        body={
            "decisions": [
                {
                    "record": "{record_id}",
                    "proposal": "none",
                    "digest": "0" * 64,
                    "approve": True,
                    "reason": {"code": "asked_by_guest"},
                }
            ]
        },
    ),
)
_VERSION = "/v1/rules/{property_id}/versions/{version}"
_RULED = (
    _on("GET /v1/rules", "read", RULEBOOK, query=HERE),
    _on("POST /v1/rules/simulate", "manage", RULEBOOK, body=SIMULATION),
    _on("PUT /v1/rules/{property_id}", "manage", RULEBOOK, body=RULES),
    _on("GET /v1/rules/{property_id}/versions", "read", RULEBOOK),
    _on(f"POST {_VERSION}/decide", "manage", RULEBOOK, body=RULES_RULING),
    _on(f"POST {_VERSION}/withdraw", "manage", RULEBOOK, body=RULES_WITHDRAWAL),
)
_HANDED = (
    _on("GET /v1/handovers", "read", HANDOVER, query=HERE, thing="handover_id"),
    _on("GET /v1/handovers/{handover_id}", "read", HANDOVER, by_department=True, thing="handover_id"),
    _on(
        "POST /v1/handovers",
        "prepare",
        HANDOVER,
        by_department=True,
        body=handovers.PREPARED | {"department": "{department}"},
    ),
    _on("POST /v1/handovers/{handover_id}/acknowledge", "acknowledge", HANDOVER, by_department=True),
)
_SOLD = (
    _on("GET /v1/offers", "read", OFFER, query=HERE, thing="offer_id"),
    _on("GET /v1/offers/{offer_id}", "read", OFFER, thing="offer_id"),
    _on("POST /v1/offers/{offer_id}/price", "read", OFFER, body={"stay_id": "{stay_id}", "quantity": 1}),
    _on("GET /v1/stays/{stay_id}/offers", "read", OFFER, thing="offer_id"),
    _on("POST /v1/offers", "manage", OFFER, body=offers.NEW),
    _on("PUT /v1/offers/{offer_id}", "manage", OFFER, body=offers.NEXT),
    _on("POST /v1/offers/{offer_id}/withdraw", "manage", OFFER, body=offers.GONE),
    _on("POST /v1/offers/copies", "manage", OFFER, body=offers.COPY | {"from_property": "city", "property_id": "city"}),
    _on("GET /v1/campaigns", "read", OFFER, query=HERE, thing="campaign_id"),
    _on("POST /v1/campaigns", "manage", OFFER, body=campaigns.NEW | {"terms": TERMS}),
    _on("GET /v1/campaigns/{campaign_id}", "read", OFFER, thing="campaign_id"),
    _on("PUT /v1/campaigns/{campaign_id}", "manage", OFFER, body=campaigns.NEXT | {"terms": TERMS}),
    _on("GET /v1/campaigns/{campaign_id}/preview", "read", OFFER),
    _on("GET /v1/campaigns/{campaign_id}/results", "read", OFFER, thing="campaign_id"),
    _on("POST /v1/campaigns/{campaign_id}/approve", "manage", OFFER, body=campaigns.APPROVE),
    _on("POST /v1/campaigns/{campaign_id}/stop", "manage", OFFER, body=campaigns.STOP),
    _on("GET /v1/guests/{guest_id}/points", "read", Resource.GUEST, needs=of(GUEST), thing="guest_id"),
)
PERIOD = HERE | {"first": "2026-07-01", "last": "2026-07-31"}
_EARNED = (
    # Of oneself, anybody; of another, by a grant.
    granted("GET /v1/incentives", "read", Resource.INCENTIVE, query=PERIOD | {"agent": "furnisher"}),
    granted("GET /v1/incentives/agents", "read", Resource.INCENTIVE, query=PERIOD),
)
RETAINED = {"days": 400, "expected": 0, "reason": "A test."}
WHOLE: dict[str, Any] = {"place": Place.WHOLE_CHAIN}
_HELD = (
    granted(
        "GET /v1/guests/{guest_id}/file",
        "export",
        Resource.GUEST,
        barred=Barred.ABSENT,
        thing="record_id",
        needs=of(GUEST, PRIVATE),
        shows=SECRET_WORDS,
    ),
    granted("GET /v1/readiness/{property_id}", "read", Resource.CONNECTION, thing="property_id"),
    granted("GET /ops/v1/retention", "status", Resource.OPERATION, **WHOLE),
    granted("GET /ops/v1/retention/{name}/simulation", "status", Resource.OPERATION, query={"days": 400}, **WHOLE),
    granted("PUT /ops/v1/retention/{name}", "retain", Resource.OPERATION, body=RETAINED, **WHOLE),
)
ROWS = (*_EARNED, *_HELD, *_SEEN, *_DONE, *_RULED, *_HANDED, *_SOLD)
