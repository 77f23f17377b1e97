"""What an import tells: problems by line, and a summary that adds up."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from services.integrations.domain.reservations import Reservation


class Problem(NamedTuple):
    """What is wrong with a line: `rejected` keeps the row out, otherwise it is imported with a warning."""

    line: int
    field: str
    rule: str
    message: str
    rejected: bool


class ImportLine(NamedTuple):
    """One line of a file as read: a reservation, or None and at least one problem that says why."""

    reservation: Reservation | None
    problems: list[Problem]


@dataclass
class Summary:
    """The outcome of one import. Every line with data is imported, already there, kept live, or rejected."""

    imported: int = 0
    unchanged: int = 0
    live: int = 0
    rejected: int = 0
    warned: int = 0
    seconds: float = 0.0
    rules: Counter[tuple[str, str, bool]] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        """Lines with data that were read."""
        return self.imported + self.unchanged + self.live + self.rejected

    def note(self, line: ImportLine) -> None:
        """Count one line's problems."""
        self.rules.update((problem.field, problem.rule, problem.rejected) for problem in line.problems)
        if line.reservation is None:
            self.rejected += 1
        elif line.problems:
            self.warned += 1
