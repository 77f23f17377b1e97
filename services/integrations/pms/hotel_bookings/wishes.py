"""Gives the counted special requests of a booking their topic codes, and now and then a comment."""

from services.integrations.pms.hotel_bookings.chance import Chance, Weighted
from services.integrations.pms.hotel_bookings.rows import Booking
from shared.contracts.stays import SpecialRequest
from shared.contracts.values import derived_id

COMMON: dict[str, float] = {
    "high_floor": 16,
    "quiet_room": 16,
    "twin_beds": 12,
    "extra_towels": 9,
    "late_arrival": 9,
    "early_check_in": 9,
    "late_checkout": 9,
    "airport_transfer": 7,
    "allergy_bedding": 5,
    "celebration": 5,
    "accessible_room": 3,
}
FAMILY = "baby_cot"
COMMENTS = Weighted.of(
    {"arrives_late": 30, "anniversary": 15, "allergy": 15, "invoice_company": 25, "complaint_before": 15}
)
COMMENTED = 0.06


def requests(booking: Booking, number: str, chance: Chance) -> tuple[SpecialRequest, ...]:
    """As many different requests as the booking counts; who brings a baby asks for a cot first."""
    codes = [FAMILY] if booking.babies and booking.requests else []
    left = dict(COMMON)
    while len(codes) < booking.requests and left:
        code = chance.weighted(f"request{len(codes)}", Weighted.of(left))
        del left[code]
        codes.append(code)
    return tuple(SpecialRequest(id=derived_id(number, "request", code), code=code) for code in codes)


def comments(number: str, chance: Chance) -> tuple[SpecialRequest, ...]:
    """At most one comment, as its topic code."""
    if chance.roll("commented") >= COMMENTED:
        return ()
    code = chance.weighted("comment", COMMENTS)
    return (SpecialRequest(id=derived_id(number, "comment", code), code=code),)
