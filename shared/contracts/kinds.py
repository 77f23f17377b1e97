"""The kinds of record there are, by name: a policy that names another would grant or deny nothing."""

RECORD_KINDS = frozenset(
    {
        "campaign_reply",
        "feedback_score",
        "glass_review",
        "guest_request",
        "investigation",
        "loyalty_action",
        "money_difference",
        "post_stay_follow_up",
        "pre_arrival_message",
        "pre_arrival_offer",
        "preference_note",
        "service_recovery",
        "upsell_guest_request",
        "upsell_post_stay_follow_up",
        "upsell_preference_note",
    }
)
