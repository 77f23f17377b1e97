"""What a provider says afterwards became of a letter: it arrived, or it did not."""

import enum

from shared.contracts.values import Code, Frozen, Instant

PENDING, SENT, DELIVERED, FAILED = "pending", "sent", "delivered", "failed"


class Arrived(enum.StrEnum):
    """What a receipt says for good."""

    DELIVERED = DELIVERED
    FAILED = FAILED


class Receipt(Frozen):
    """One receipt that says something for good, and when we heard of it."""

    state: Arrived
    code: Code
    at: Instant


_WORDS = {
    "delivered": Arrived.DELIVERED,
    "read": Arrived.DELIVERED,
    "undelivered": Arrived.FAILED,
    "failed": Arrived.FAILED,
    "canceled": Arrived.FAILED,
}
"""Of Twilio's words those that are final; queued, sending, sent and what is new to us say nothing yet."""


def receipt_of(status: str, error: str, at: Instant) -> Receipt | None:
    """A provider's status with its error number; None while it says nothing for good."""
    state = _WORDS.get(status)
    if state is None:
        return None
    number = error if error.isascii() and error.isdigit() and len(error) <= 9 else ""
    code = "ok" if state is Arrived.DELIVERED else f"twilio_{number}" if number else f"twilio_{status}"
    return Receipt(state=state, code=code, at=at)


def moves(state: str) -> bool:
    """Whether a receipt moves a delivery that stands so: the first final word holds.

    The provider may be faster than our own note that a letter has left, and knows of one whose sender died.
    """
    return state in (PENDING, SENT)
