"""What every command is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """Something a record can be asked to do. Ids and texts are made by whoever asks; `decide` refuses or does it."""
