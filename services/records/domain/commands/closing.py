"""Closing, expiring and opening again."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.records.domain.commands.command import Command
from services.records.domain.texts import NO_REASON, Reason
from shared.contracts.records import Outcome


@dataclass(frozen=True)
class CompleteRecord(Command):
    """Close the record with its outcome; everything but fulfilment needs a reason.

    `children` says what becomes of open sub-tasks when the record is not fulfilled. `happened_at`: when it was done,
    of a record that was entered late; None: now.
    """

    outcome: Outcome
    reason: Reason = NO_REASON
    values: Mapping[str, Any] = field(default_factory=dict)
    children: Literal["keep", "cancel"] | None = None
    happened_at: dt.datetime | None = None


@dataclass(frozen=True)
class ExpireRecord(Command):
    """Close what nobody closed before its moment passed."""


@dataclass(frozen=True)
class ReopenRecord(Command):
    """Open a closed record again."""

    reason: Reason
