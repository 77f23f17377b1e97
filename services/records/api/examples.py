"""Example bodies of what is not a plain command, for the reader of the OpenAPI document."""

from typing import Any

NEW_RECORD: dict[str, Any] = {
    "property_id": "city",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
REVIEW: dict[str, Any] = {"accept": True, "comment": "Agreed; the pool cot was free."}
CORRECTION: dict[str, Any] = {"text": "It was the cot of 214, not of 241."}
DECISIONS: dict[str, Any] = {
    "decisions": [
        {
            "record": "0198c7f2-6f0a-7c11-9d5e-2f6f6a1b7c90",
            "proposal": "0198c7f2-7a10-7b22-8c3d-1e5f5b2c8d01",
            "digest": "0" * 64,
            "approve": True,
            "reason": {"code": "asked_by_guest"},
        }
    ]
}
RULING: dict[str, Any] = {"approve": True, "reason": {"code": "asked_by_guest"}}
RULES_RULING: dict[str, Any] = {"approve": True, "reason": "Agreed with the night manager."}
SIMULATION: dict[str, Any] = {
    "property_id": "city",
    "rules": {"kinds": {"guest_request": {"line_max": 5000}}, "score_threshold": 7},
    "week_from": "2026-01-05",
}
RULES_WITHDRAWAL: dict[str, Any] = {"reason": "The season starts later this year."}
RULES: dict[str, Any] = {
    "reason": "The late shift starts earlier in summer.",
    "rules": {"kinds": {"guest_request": {"line_max": 5000}}, "score_threshold": 7},
}
