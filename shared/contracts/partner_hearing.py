"""Which of our events partners hear and which not, type by type: a new type is in neither until somebody decides."""

from collections.abc import Collection

SENT: dict[str, str] = {
    "consent": "changed",
    "finance": "charge_seen deposit_seen difference_seen difference_settled dispute_seen refund_seen",
    "guest": "erased",
    "inventory": "changed",
    "message": "delivered failed linked read received sent settled stored suppressed",
    "posting": "done failed requested sent unknown",
    "record": (
        "accepted approved bid_placed blocked change_proposed completed declined edited exception_corrected "
        "exception_raised exception_reviewed handed_off item_added item_ticked item_unticked line_added "
        "line_settled merged message_settled noted opened posting_requested proposal_decided proposal_expired "
        "question_answered question_asked question_overdue reassigned reopened repeated repriced resumed "
        "sale_cancelled sale_granted stay_linked stay_updated subtask_opened unblocked unmerged unwatched "
        "value_checked wait_ended watched writeback_settled"
    ),
    "stay": "booked cancelled changed checked_in checked_out no_show room_changed",
}
"""By noun, what is sent: redacted to the fields that `partners.py` declares."""
WITHHELD: tuple[tuple[str, str, str], ...] = (
    ("access", "read refused", "who read what is the hotel's own audit"),
    ("alarms", "erased", "our stores' word that a guest is forgotten; partners hear guest.erased"),
    (
        "alert",
        "acknowledged escalated handed_over opened resolved retracted snoozed",
        "whom the hotel calls, and when, is its own affair",
    ),
    ("alert_rules", "approved proposed rejected withdrawn", "how a hotel runs its house"),
    ("api_key", "issued revoked", "keys and who holds them"),
    ("campaign", "approved changed drafted stopped", "what a hotel plans to sell and to whom"),
    ("checkpoint", "signed", "seals of the audit log"),
    ("command", "died redriven settled", "how our own calls to other systems do"),
    ("connection", "changed", "how hotels are connected"),
    (
        "erasure",
        "approved completed confirmed rejected repeated requested",
        "who asked for whom to be forgotten; partners hear guest.erased",
    ),
    ("facts", "erased", "our stores' word that a guest is forgotten; partners hear guest.erased"),
    ("feed", "answered failed", "how our own calls to other systems do"),
    ("gap", "filled found", "holes in the audit log"),
    ("glass", "broken reviewed", "staff, and what they opened in an emergency"),
    ("handover", "acknowledged overdue prepared superseded", "staff, and what they hand to each other"),
    ("journal", "closed", "the hotel's books"),
    ("keys", "published retired", "keys of access tokens"),
    (
        "message_template",
        "approved proposed rejected withdrawn",
        "what a hotel says and who approved it; words of people",
    ),
    (
        "offer",
        "accepted declined expired made published retired withdrawn",
        "prices before they are sold; a sale is in record.*",
    ),
    ("operation", "begun", "what our operators do"),
    ("partner", "added changed closed", "other partners"),
    (
        "payment",
        "decided done failed requested unknown",
        "how the provider is asked; what moved is in posting.* and finance.*",
    ),
    ("policy", "published", "rights of staff"),
    ("policy_change", "approved proposed rejected withdrawn", "rights of staff"),
    ("property", "changed opened", "a hotel's own settings; whom it concerns is told by its properties"),
    ("provider", "changed", "sign-in of staff"),
    ("record", "attached detached", "a file of a person's"),
    ("record", "erased", "of one store; partners hear guest.erased"),
    ("record", "message_requested", "a command to ourselves; what came of it is in message.*"),
    ("record", "writeback_requested", "a command to ourselves; the stay tells when it is there"),
    ("report", "delivered reviewed", "who read which report"),
    ("retention", "applied changed", "how long our own stores keep things"),
    ("rules", "approved proposed published rejected withdrawn", "how a hotel runs its house"),
    ("sending_rules", "changed", "how a hotel runs its house"),
    ("shift_swap", "accepted agreed declined expired proposed rejected withdrawn", "staff and their shifts"),
    ("silence", "begun ended", "whom the hotel calls, and when, is its own affair"),
    ("spot_check", "entered planned", "how staff's work is checked"),
    ("staff", "changed hired left sessions_ended", "staff"),
    (
        "subscription",
        "changed disabled ended made paused replayed resumed rotated tried",
        "partners' subscriptions; each hears of its own by subscription.started and .pinged",
    ),
    ("task", "closed seen", "the PMS's own tasks; what they open is in record.*"),
    ("texts", "erased", "our stores' word that a guest is forgotten; partners hear guest.erased"),
    (
        "writeback",
        "done refused requested unknown",
        "an approved change on its way to the PMS; the stay tells when it is there",
    ),
)
"""Noun, verbs, and why no partner hears of them."""


def _named(noun: str, verbs: str) -> frozenset[str]:
    return frozenset(f"{noun}.{verb}.v1" for verb in verbs.split())


SENT_TYPES: frozenset[str] = frozenset[str]().union(*(_named(noun, verbs) for noun, verbs in SENT.items()))
REASONS: dict[str, str] = {name: why for noun, verbs, why in WITHHELD for name in _named(noun, verbs)}
"""By type, why it is withheld."""


def unclassified(types: Collection[str]) -> list[str]:
    """Types of which nobody has decided whether partners hear of them."""
    return sorted(set(types) - SENT_TYPES - set(REASONS))


def misclassified(types: Collection[str]) -> list[str]:
    """Types that are both sent and withheld, or that are not there any more."""
    return sorted((SENT_TYPES & set(REASONS)) | ((SENT_TYPES | set(REASONS)) - set(types)))
