"""The columns of the Hotel Booking Demand file and the words it uses, with our codes for them.

Source: N. Antonio, A. de Almeida, L. Nunes, "Hotel booking demand datasets", Data in Brief 22 (2019) 41–49, table 1.
"""

import calendar

NAME = "hotel_bookings"
"""The name of this PMS in the registry and in stay ids."""

COLUMNS = (
    "hotel",
    "is_canceled",
    "lead_time",
    "arrival_date_year",
    "arrival_date_month",
    "arrival_date_week_number",
    "arrival_date_day_of_month",
    "stays_in_weekend_nights",
    "stays_in_week_nights",
    "adults",
    "children",
    "babies",
    "meal",
    "country",
    "market_segment",
    "distribution_channel",
    "is_repeated_guest",
    "previous_cancellations",
    "previous_bookings_not_canceled",
    "reserved_room_type",
    "assigned_room_type",
    "booking_changes",
    "deposit_type",
    "agent",
    "company",
    "days_in_waiting_list",
    "customer_type",
    "adr",
    "required_car_parking_spaces",
    "total_of_special_requests",
    "reservation_status",
    "reservation_status_date",
)

RESORT, CITY = "Resort Hotel", "City Hotel"
HOTELS = {RESORT: "R", CITY: "C"}
"""The two hotels of the file and the letter their reservation numbers carry."""

MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
ABSENT = frozenset({"", "NULL", "NA", "Undefined"})
"""How the file writes that it does not know."""

MEALS = {"BB": "bed_breakfast", "HB": "half_board", "FB": "full_board", "SC": "self_catering"}
SEGMENTS = {
    "Online TA": "online_agency",
    "Offline TA/TO": "offline_agency",
    "Groups": "groups",
    "Direct": "direct",
    "Corporate": "corporate",
    "Complementary": "complementary",
    "Aviation": "aviation",
}
CHANNELS = {"TA/TO": "agency", "Direct": "direct", "Corporate": "corporate", "GDS": "gds"}
DEPOSITS = {"No Deposit": "none", "Non Refund": "non_refundable", "Refundable": "refundable"}
STATUSES = {"Check-Out": "checked_out", "Canceled": "cancelled", "No-Show": "no_show"}
