"""What partners are told of the contract's own history."""

OLD_MAJOR_MONTHS = 12
"""How long an old major version runs beside the new one, at least."""
CHANGES: tuple[tuple[str, str], ...] = (
    ("2026-11-23", "record.posting_requested: a money line is on its way; a cost is told by it, too."),
    ("2026-11-22", "First version: record, stay, inventory, posting, finance, message, consent.changed, guest.erased."),
)
"""Newest first. Within a major version fields and types are only added; ignore what you do not know."""
