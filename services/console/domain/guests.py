"""Guests as the pages show them."""

from shared.contracts.values import Wire


class GuestName(Wire):
    """A guest's name as the caller may see it; None when masked."""

    id: str
    name: str | None = None
