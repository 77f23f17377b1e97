"""Example bodies of what is not a plain command, for the reader of the OpenAPI document."""

from typing import Any

NEW_RECORD: dict[str, Any] = {
    "property_id": "city",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
REVIEW: dict[str, Any] = {"accept": True, "comment": "Agreed; the pool cot was free."}
RULING: dict[str, Any] = {"approve": True, "reason": {"code": "asked_by_guest"}}
RULES_RULING: dict[str, Any] = {"approve": True, "reason": "Agreed with the night manager."}
RULES_WITHDRAWAL: dict[str, Any] = {"reason": "The season starts later this year."}
RULES: dict[str, Any] = {
    "reason": "The late shift starts earlier in summer.",
    "rules": {"kinds": {"guest_request": {"line_max": 5000}}, "score_threshold": 7},
}
