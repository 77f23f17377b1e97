"""Why a guest's message waits, failed or was not sent, in codes: the closed list that pages have words for; pure."""

WAITS = (
    "circuit_open",
    "no_answer",
    "not_known_there",
    "property_unknown",
    "quiet_hours",
    "server_busy",
    "server_silent",
    "throttled",
)
"""Why one that waits is not gone yet."""
FAILURES = (
    "address_invalid",
    "blocked_by_carrier",
    "bounced",
    "draft_changed",
    "draft_missing",
    "erased",
    "filtered_by_carrier",
    "gave_up",
    "landline",
    "no_address",
    "no_consent",
    "not_delivered",
    "opted_out",
    "outcome_unknown",
    "recipient_refused",
    "refused_by_provider",
    "region_not_allowed",
    "shadow_mode",
    "took_too_long",
    "unreachable",
    "window_closed",
)
"""Why one did not get there. A provider's own number that we have no word for is `provider_<number>`."""
NEEDS_NONE = ("no_work", "done_already", "known_elsewhere")
"""Why what a guest wrote needs no record; others may be said by API."""
