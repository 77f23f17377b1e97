"""What can happen outside a record that opens one, and what is then to be opened."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from services.records.domain.texts import NO_REASON, Reason
from shared.contracts.identity import Department
from shared.contracts.messages import Message
from shared.contracts.money import FinanceAction
from shared.contracts.offers import Sale
from shared.contracts.records import TriggerKind
from shared.contracts.staff import Glass
from shared.contracts.stays import Stay
from shared.contracts.tasks import PmsTask


@dataclass(frozen=True)
class StayOccurred:
    """A live event of a stay (never a backfill)."""

    verb: str
    stay: Stay
    source_event: str
    at: dt.datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class MessageOccurred:
    """A guest wrote, answered an offer or left a score. The stay may not be known yet."""

    verb: str
    message: Message
    stay: Stay | None
    source_event: str
    at: dt.datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class FinanceOccurred:
    """Finance or the payment provider did something."""

    verb: str
    finance: FinanceAction
    stay: Stay | None
    source_event: str
    at: dt.datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class TaskOccurred:
    """Staff wrote a task down in the PMS. The stay may not be known yet."""

    verb: str
    task: PmsTask
    stay: Stay | None
    source_event: str
    at: dt.datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class GlassOccurred:
    """Somebody took rights in an emergency, and says by a code why."""

    verb: str
    glass: Glass
    why: str
    source_event: str
    at: dt.datetime
    zone: ZoneInfo


Occurrence = StayOccurred | MessageOccurred | FinanceOccurred | TaskOccurred | GlassOccurred


@dataclass(frozen=True)
class Opening:
    """A record to be opened. `key` is unique for ever: the same cause opens it once."""

    kind: str
    source: TriggerKind
    key: str
    property_id: str
    source_event: str | None = None
    stay_id: str | None = None
    guest_id: str | None = None
    room: str | None = None
    language: str = "en"
    fields: Mapping[str, Any] = field(default_factory=dict)
    department: Department | None = None
    due_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    parent: str | None = None
    stay: Stay | None = None
    sale: Sale | None = None
    links: tuple[str, ...] = ()
    insisted: Reason = NO_REASON
    not_owner: str | None = None
    """Somebody whose own doing it is about."""
    happened_at: dt.datetime | None = None
    """When it happened, where it is entered later than that."""
