"""How a note of ours looks in a PMS: one line that begins with its key."""

from services.integrations.domain.comments import OURS
from services.integrations.domain.orders import NoteOrder


def signed(order: NoteOrder) -> str:
    """The note behind its key, by which it is found again and known as ours."""
    return f"{OURS}{order.key} {' '.join(order.text.split())}"
