"""Topic codes of guest requests and comments, and whom they concern. Paid ones belong to upsell."""

from shared.contracts.identity import Department

_D = Department

REQUESTS: dict[str, Department] = {
    "high_floor": _D.FRONT_OFFICE,
    "quiet_room": _D.FRONT_OFFICE,
    "twin_beds": _D.HOUSEKEEPING,
    "extra_towels": _D.HOUSEKEEPING,
    "extra_pillow": _D.HOUSEKEEPING,
    "baby_cot": _D.HOUSEKEEPING,
    "allergy_bedding": _D.HOUSEKEEPING,
    "room_cleaning": _D.HOUSEKEEPING,
    "late_arrival": _D.FRONT_OFFICE,
    "accessible_room": _D.FRONT_OFFICE,
    "celebration": _D.GUEST_RELATIONS,
    "restaurant_table": _D.FOOD_BEVERAGE,
    "repair": _D.MAINTENANCE,
    "luggage": _D.CONCIERGE,
    "breakfast": _D.FOOD_BEVERAGE,
    "parking": _D.CONCIERGE,
    "spa": _D.CONCIERGE,
    "room_upgrade": _D.FRONT_OFFICE,
    "half_board": _D.FOOD_BEVERAGE,
    "other": _D.FRONT_OFFICE,
}

PAID: dict[str, Department] = {
    "early_check_in": _D.FRONT_OFFICE,
    "late_checkout": _D.FRONT_OFFICE,
    "airport_transfer": _D.CONCIERGE,
}

SERVICES = (*PAID, "breakfast", "parking", "spa", "room_upgrade", "half_board")
"""What can be sold."""

PREFERENCES: dict[str, str] = {"allergy": "allergy", "anniversary": "celebration", "complaint_before": "service"}
"""Comments of a booking that are worth a preference note, and its topic."""

COMPLAINTS: dict[str, str] = {
    "complaint": "other",
    "noise": "noise",
    "cleanliness": "cleanliness",
    "billing": "billing",
}
"""Topics of a guest's message that are a complaint, and the problem they name."""


def request_topic(code: str) -> str:
    """The topic of a request; a code nobody listed is `other`, so that no wish is lost."""
    return code if code in REQUESTS else "other"
