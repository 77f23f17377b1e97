"""Confirming values, approving work, changing what was agreed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.records.domain.commands.command import Command
from services.records.domain.texts import NO_REASON, Reason


@dataclass(frozen=True)
class CheckValue(Command):
    """Confirm the checked field against the hotel's rules, giving it a value if it has none."""

    value: Any = None


@dataclass(frozen=True)
class ApproveRecord(Command):
    """Let the promised work go ahead."""

    reason: Reason = NO_REASON


@dataclass(frozen=True)
class ResumeRecord(Command):
    """Take approved work back to pending."""

    reason: Reason


@dataclass(frozen=True)
class EditFields(Command):
    """Change fields; a sensitive one, or the confirmed value, makes the whole edit a proposal (K3)."""

    edit_id: str
    values: Mapping[str, Any]
    reason: Reason = NO_REASON


@dataclass(frozen=True)
class ProposeChange(Command):
    """Ask another person to approve a change of fields."""

    proposal_id: str
    values: Mapping[str, Any]
    reason: Reason


@dataclass(frozen=True)
class DecideProposal(Command):
    """Approve or reject a proposal; `digest`, if given, must be that of what was shown."""

    proposal_id: str
    approve: bool
    reason: Reason
    digest: str | None = None


@dataclass(frozen=True)
class ExpireProposal(Command):
    """Nobody decided it in time."""

    proposal_id: str
