"""What the service lets go of for its age."""

from services.integrations.store.aging import Aging
from shared.chassis.retention import Kept
from shared.contracts.identity import DataClass


def kept(aging: Aging) -> tuple[Kept, ...]:
    """What is let go of for its age, unless a chain keeps it shorter or longer."""
    private, identity = DataClass.PRIVATE_STAY, DataClass.GUEST_IDENTITY
    return (
        Kept("message_texts", private, 365, 30, aging.old_texts, aging.drop_texts),
        Kept("drafts", private, 90, 30, aging.old_drafts, aging.drop_drafts),
        Kept("pms_comments", private, 365, 30, aging.old_comments, aging.drop_comments),
        Kept("profiles", identity, 1095, 365, aging.old_profiles, aging.drop_profiles),
    )
