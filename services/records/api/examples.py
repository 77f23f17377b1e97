"""An example body for each command, for the reader of the OpenAPI document."""

from typing import Any

NEW_RECORD: dict[str, Any] = {
    "property_id": "city",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
REVIEW: dict[str, Any] = {"accept": True, "comment": "Agreed; the pool cot was free."}
RULING: dict[str, Any] = {"approve": True, "reason": {"code": "asked_by_guest"}}
RULES: dict[str, Any] = {
    "reason": "The late shift starts earlier in summer.",
    "rules": {"kinds": {"guest_request": {"line_max": 5000}}, "score_threshold": 7},
}
COMMANDS: dict[str, Any] = {
    "accept": {},
    "check-value": {"value": "22:00"},
    "approve": {},
    "block": {"reason": {"code": "waiting_for_room", "text": "The room is not ready."}},
    "unblock": {},
    "resume": {"reason": {"code": "asked_by_guest"}},
    "edit": {"fields": {"quantity": 2}, "reason": {"code": "asked_by_guest"}},
    "notes": {"text": "The guest comes back at nine."},
    "hand-off": {"department": "housekeeping", "reason": {"code": "their_work"}},
    "exceptions": {
        "cause": "other",
        "unusual": "The cot is booked twice.",
        "guest_impact": "The family waits.",
        "comment": "Take the one from the pool house.",
    },
    "lines": {"kind": "charge", "amount": {"amount": 1500, "currency": "EUR"}, "reason": {"code": "asked_by_guest"}},
    "messages": {"send": False, "template": "cot_is_ready"},
    "complete": {"outcome": "cancelled", "reason": {"code": "asked_by_guest"}},
    "reopen": {"reason": {"code": "closed_too_early"}},
    "questions": {"text": "Is a cot free on the second floor?", "to_department": "housekeeping"},
    "answers": {"question_id": "0198c7f2-6f0a-7c11-9d5e-2f6f6a1b7c90", "text": "Yes, in 231."},
}
"""By the last part of a command's path."""
