"""What the service hears of others, and who hears it."""

from services.reporting.composition.stores import Stores
from services.reporting.composition.telling import Telling
from services.reporting.events import TOPICS, Handler
from services.reporting.usecases.cashing import Cashing
from services.reporting.usecases.lodging import Lodging
from shared.chassis.consume import Consumer
from shared.chassis.forgetting import ConfirmErasures
from shared.chassis.service import Chassis
from shared.contracts import topics
from shared.contracts.guests import Store


def consumers(chassis: Chassis, have: Stores, tell: Telling) -> list[Consumer]:
    """One line a group."""
    confirming = ConfirmErasures(chassis.outbox, Store.REPORTING, chassis.clock.now)
    cashing = Cashing(have.cashed, have.sums, chassis.policy.property)
    return [
        Consumer("reporting", TOPICS, Handler(tell.projecting)),
        Consumer("reporting.cash", (topics.MONEY,), cashing),
        Consumer("reporting.stays", (topics.STAYS,), Lodging(have.stays, have.sums)),
        Consumer("reporting.guests", (topics.GUESTS,), confirming),
    ]
