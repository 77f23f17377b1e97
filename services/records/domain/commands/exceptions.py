"""Noting and reviewing what is unusual."""

from dataclasses import dataclass

from services.records.domain.commands.command import Command
from services.records.domain.texts import PrivateText


@dataclass(frozen=True)
class RaiseException(Command):
    """Note something unusual; a manager who raises it comments too, and another reviews."""

    exception_id: str
    cause: str
    unusual: PrivateText | None
    guest_impact: PrivateText | None
    comment: PrivateText | None = None


@dataclass(frozen=True)
class ReviewException(Command):
    """The reviewing manager's decision and comment."""

    exception_id: str
    accept: bool
    comment: PrivateText | None


@dataclass(frozen=True)
class CorrectException(Command):
    """Add a correction to a note; what it said stays as it was."""

    exception_id: str
    correction_id: str
    text: PrivateText | None
