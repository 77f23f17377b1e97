"""What records hear from the other services, handed to the use case that applies it."""

from collections.abc import Sequence

from services.records.usecases.absence import Absences
from services.records.usecases.triggers import Heard, Triggers
from shared.chassis.mongo import Tx
from shared.contracts import topics
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.staff import StaffEvent

GROUP = "records"
TOPICS = (topics.STAYS, topics.MONEY, topics.MESSAGES, topics.STAFF, topics.GUESTS)


class Handler:
    """The consumer of the topics records listen to."""

    def __init__(self, triggers: Triggers, absences: Absences) -> None:
        self._triggers, self._absences = triggers, absences

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Apply new events in order; a type of a newer version is ignored."""
        heard = [Heard(event, body) for event in events if (body := body_of(event)) is not None]
        people = [(each.body.staff, each.envelope.time) for each in heard if isinstance(each.body, StaffEvent)]
        if people:
            await self._absences.heard(tx, people)
        if len(people) < len(heard):
            await self._triggers.apply(tx, [each for each in heard if not isinstance(each.body, StaffEvent)])

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing is dropped for a rebuild: records opened once stay open, and a stay's newest state comes again."""
