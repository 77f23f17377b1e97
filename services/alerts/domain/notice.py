"""What travels through the notification pipeline: a notice of one step, and what the stages may know of the world."""

from pydantic import Field

from services.alerts.domain.alert import LiveAlert, Told
from services.alerts.domain.book import DEFAULT, Book
from services.alerts.domain.preferences import INBOX, Person
from services.alerts.domain.silence import Silence
from shared.contracts.alerts import Severity
from shared.contracts.values import Code, EntityId, Frozen, Instant, derived_id

__all__ = ["Delivery", "Notice", "Silence", "World"]


class Delivery(Frozen):
    """One notification of one person (or of a `destination`) on one channel, visible from `visible_at`.

    `fallbacks` are the channels to go on with when this one is dead. `digest`: told together with others. `wall` is
    the local time it was put off to, and in which zone, so that a change of the zone's rules can move it.
    """

    id: EntityId
    notice: EntityId
    alert: EntityId
    property_id: str
    staff_id: EntityId | None
    role: Code
    channel: Code
    severity: Severity
    group: EntityId
    lead: bool
    visible_at: Instant
    round: int = 0
    step: int = 0
    destination: EntityId | None = None
    fallbacks: tuple[Code, ...] = ()
    language: str = "en"
    digest: bool = False
    wall: str | None = None
    zone: str | None = None

    @property
    def hearer(self) -> str:
        """Who or what it rings."""
        return self.destination or self.staff_id or f"role:{self.role}"

    @property
    def outgoing(self) -> bool:
        """Whether it leaves this service."""
        return self.channel != INBOX


class Notice(Frozen):
    """One step of one alert on its way to its people. `dropped` names the stage that kept it, and the log says so."""

    live: LiveAlert
    told: Told
    group: str = ""
    heard: frozenset[str] = frozenset()
    quiet_until: Instant | None = None
    deliveries: tuple[Delivery, ...] = ()
    dropped: Code | None = None
    outcome: Code = "pending"

    @property
    def id(self) -> str:
        """The same for the same step of the same round of the same alert."""
        live = self.live
        return derived_id(
            "notice", live.alert.id, str(live.round), str(self.told.step), str(live.reminders), self.told.role.value
        )


class World(Frozen):
    """What the stages may look at: all of it read beforehand, in the transaction that sends."""

    now: Instant
    silences: tuple[Silence, ...] = ()
    live_rules: frozenset[tuple[str, str]] = Field(
        default=frozenset(),
        description="(rule, subject) of live alerts, and (rule, property) of those that hush a hotel",
    )
    rung: frozenset[tuple[str, str]] = Field(default=frozenset(), description="(group, hearer) rung already")
    sent: frozenset[str] = Field(default=frozenset(), description="ids of deliveries that exist already")
    books: dict[str, Book] = Field(default_factory=dict, description="By property")
    people: dict[str, Person] = Field(default_factory=dict, description="By id; who is absent has no wishes")
    usable: frozenset[str] = Field(default=frozenset(), description="The channels that this installation has")
    indoors: frozenset[str] = Field(default=frozenset(), description="Properties that ring on the console alone")

    def book(self, property_id: str) -> Book:
        """A hotel's book."""
        return self.books.get(property_id, DEFAULT)

    def person(self, staff_id: str) -> Person:
        """Somebody's wishes."""
        return self.people.get(staff_id) or Person(staff_id=staff_id)
