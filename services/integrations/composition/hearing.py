"""What the service hears of others, and who hears it."""

from services.integrations.composition.parts import Parts
from services.integrations.events import OnRecords
from services.integrations.usecases.consenting import HearConsents
from services.integrations.usecases.tasks import TaskKinds
from shared.chassis.consume import Consumer
from shared.contracts import topics


def consumers(have: Parts) -> list[Consumer]:
    """One line a group."""
    chassis = have.chassis
    return [
        Consumer("integrations", (topics.RECORDS, topics.ALERTS, topics.REPORTS), _on_records(have)),
        have.partners.consumer(chassis),
        have.money.consumer(have.around),
        Consumer("integrations.consents", (topics.MESSAGES,), HearConsents(have.consents)),
    ]


def _on_records(have: Parts) -> OnRecords:
    kinds = TaskKinds(have.connections, have.chassis.clock)
    return OnRecords(
        have.postings, have.messages, have.writebacks, have.erasures, have.orders, have.money.payments, kinds
    )
