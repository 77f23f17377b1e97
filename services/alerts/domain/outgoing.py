"""What leaves this service: letters to people and places, and what became of sending one."""

import datetime as dt
import enum
from dataclasses import dataclass

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.notice import Delivery
from services.alerts.domain.preferences import Device
from services.alerts.domain.wording import SEVERITY, worded
from shared.contracts.alerts import Severity
from shared.contracts.values import Code, EntityId, Frozen, Instant, iso

RETRIES_S: dict[Severity, tuple[int, ...]] = {
    Severity.CRITICAL: (5, 15),
    Severity.WARNING: (5, 30, 120),
    Severity.NOTICE: (30, 120, 600),
}
"""Real seconds before each further try; then the channel is dead for this one, and the next is taken."""

PATIENCE_S: dict[Severity, float] = {Severity.CRITICAL: 30.0, Severity.WARNING: 300.0, Severity.NOTICE: 3600.0}
"""How long a provider that is busy is waited for, by how grave it is."""

MOST_LINES = 40
_SUBJECT = {"en": "{severity}: {words}", "de": "{severity}: {words}", "pt": "{severity}: {words}"}
_MANY = {"en": "{count} alerts", "de": "{count} Alarme", "pt": "{count} alertas"}
_MORE = {"en": "… and {count} more.", "de": "… und {count} weitere.", "pt": "… e mais {count}."}


class Kind(enum.StrEnum):
    """What kind of place a destination is."""

    WEBHOOK = "webhook"
    SLACK = "slack"
    TEAMS = "teams"


class Destination(Frozen):
    """A place of a hotel that hears of alerts. Its address and secret are shown to nobody again."""

    id: EntityId
    property_id: str
    kind: Kind
    name: str
    url: str
    secret: str = ""
    made_by: EntityId
    made_at: Instant
    gone_at: Instant | None = None

    def taken_away(self, at: dt.datetime) -> "Destination":
        """What is left of it: that it was there. Its address and secret are forgotten."""
        return self.model_copy(update={"url": "", "secret": "", "gone_at": self.gone_at or at})


class Outcome(enum.StrEnum):
    """What became of one try. `dead`: never by this channel; `gone`: the address itself is no more."""

    SENT = "sent"
    AGAIN = "again"
    DEAD = "dead"
    GONE = "gone"


@dataclass(frozen=True)
class Result:
    """The outcome with why, in a code; `maybe`: it may have arrived all the same. `after_s`: not before that.

    `gone`: addresses that are no more, although another took it.
    """

    outcome: Outcome
    code: Code = "ok"
    maybe: bool = False
    after_s: float | None = None
    gone: tuple[str, ...] = ()


SENT = Result(Outcome.SENT)


class Letter(Frozen):
    """What is said, in the reader's language. `key` is the same for every try, so that a provider sees a repetition."""

    key: EntityId
    severity: Severity
    subject: str
    lines: tuple[str, ...]
    property_id: str
    at: Instant
    about: tuple[dict[str, str | int | None], ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join((self.subject, *self.lines)) if len(self.lines) > 1 else self.subject


@dataclass(frozen=True)
class To:
    """Where a letter goes: an address, devices, or a place, by its channel."""

    address: str = ""
    devices: tuple[Device, ...] = ()
    destination: Destination | None = None


def letter(deliveries: tuple[Delivery, ...], lives: dict[str, LiveAlert], key: str, now: dt.datetime) -> Letter:
    """One letter about some alerts, the gravest first."""
    language = deliveries[0].language
    order = list(Severity)
    about = sorted((lives[one.alert] for one in deliveries), key=lambda live: -order.index(live.alert.severity))
    gravest = about[0].alert.severity
    words = [worded(live, language) for live in about]
    said = SEVERITY[language][gravest.value]
    first = words[0] if len(words) == 1 else _MANY[language].format(count=len(words))
    more = (_MORE[language].format(count=len(words) - MOST_LINES),) if len(words) > MOST_LINES else ()
    return Letter(
        key=key,
        severity=gravest,
        subject=_SUBJECT[language].format(severity=said, words=first),
        lines=(*words[:MOST_LINES], *more),
        property_id=deliveries[0].property_id,
        at=now,
        about=tuple(_facts(live) for live in about[:MOST_LINES]),
    )


def _facts(live: LiveAlert) -> dict[str, str | int | None]:
    alert = live.alert
    return {
        "id": alert.id,
        "rule": alert.rule,
        "severity": alert.severity.value,
        "state": alert.state.value,
        "property_id": alert.property_id,
        "department": alert.department.value if alert.department else None,
        "room": alert.room,
        "kind": alert.kind,
        "record_id": alert.record_id,
        "step": alert.step,
        "round": live.round,
        "opened_at": iso(alert.opened_at),
        "due_at": iso(alert.due_at) if alert.due_at else None,
    }


def next_try(severity: Severity, tries: int, result: Result, *, others: bool = False) -> float | None:
    """Real seconds until the next try after so many, or None when there is none.

    What a provider asks us to wait is not waited while there are `others` to go by, nor longer than a notice bears.
    """
    waits = RETRIES_S[severity]
    if result.outcome is not Outcome.AGAIN or tries > len(waits):
        return None
    asked, most = result.after_s or 0.0, PATIENCE_S[severity]
    if others and asked > most:
        return None
    return max(float(waits[tries - 1]), min(asked, most))
