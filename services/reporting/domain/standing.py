"""What is open now, as little of it as reports about now need."""

import datetime as dt
from dataclasses import dataclass

from services.reporting.domain.fact import Fact
from shared.contracts.alerts import AlertState


@dataclass(frozen=True)
class Standing:
    """One open record: where it stands, and its clocks."""

    id: str
    property_id: str
    zone: str
    workflow: str
    kind: str
    department: str
    status: str
    owner: str
    since: dt.datetime
    due_at: dt.datetime
    warn_at: dt.datetime
    paused_at: dt.datetime | None = None
    rung: bool = False
    warned: bool = False

    def late(self, now: dt.datetime) -> bool:
        """Past its due moment; a pause that began in time stops the clock."""
        return now > self.due_at and not self._stopped

    def at_risk(self, now: dt.datetime) -> bool:
        """Within its warning time."""
        return not self.late(now) and not self._stopped and now >= self.warn_at

    @property
    def _stopped(self) -> bool:
        return self.paused_at is not None and self.paused_at <= self.due_at


def standing_of(fact: Fact) -> Standing | None:
    """A record that is open; None when it is closed, or its own events have not come."""
    life = fact.life
    if life is None or not life.is_open:
        return None
    return Standing(
        id=fact.id,
        property_id=fact.property_id,
        zone=fact.zone,
        workflow=life.workflow,
        kind=life.kind,
        department=life.department.value,
        status=life.status.value,
        owner=life.owner,
        since=life.stretches[-1].start if life.stretches else life.opened_at,
        due_at=life.due_at,
        warn_at=life.warn_at,
        paused_at=life.paused_at,
        rung=rang(fact, "overdue"),
        warned=rang(fact, "at_risk"),
    )


def rang(fact: Fact, rule: str) -> bool:
    """Whether an alert of a rule rang for it, and was not taken back."""
    return any(one.rule == rule and one.state is not AlertState.RETRACTED for one in fact.alerts)
