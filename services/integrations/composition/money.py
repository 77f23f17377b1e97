"""The side that pays, books and matches: its stores, providers, handler and jobs."""

import datetime as dt
from dataclasses import dataclass

from services.integrations.api.wiring import MoneyDoors
from services.integrations.payments.registry import providers
from services.integrations.ports.payments import PaymentProvider
from services.integrations.ports.vendors import Vendor
from services.integrations.settings import Settings
from services.integrations.store.connections import ConnectionStore
from services.integrations.store.differences import DifferenceStore
from services.integrations.store.folios import FolioStore
from services.integrations.store.journal import JournalStore
from services.integrations.store.ledger import LedgerStore
from services.integrations.store.payments import PaymentStore
from services.integrations.store.stays import StayStore
from services.integrations.usecases.folios import Folios
from services.integrations.usecases.paying import CarryOut, HearProvider, Payments
from services.integrations.usecases.reconciling import Books, KeepJournal, Reconcile
from shared.chassis.consume import Consumer
from shared.chassis.jobs import Job
from shared.chassis.service import Chassis
from shared.contracts import topics

SOMEBODY_WAITS, NOBODY_WAITS = dt.timedelta(seconds=10), dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Around:
    """What of the rest of the service it stands on."""

    settings: Settings
    chassis: Chassis
    connections: ConnectionStore
    stays: StayStore
    folios: FolioStore
    ledger: LedgerStore
    vendors: dict[str, Vendor]


@dataclass(frozen=True)
class MoneyParts:
    """What pays, books and matches."""

    payments: PaymentStore
    journal: JournalStore
    differences: DifferenceStore
    providers: dict[str, PaymentProvider]

    @classmethod
    def of(cls, settings: Settings, chassis: Chassis) -> "MoneyParts":
        """Stores, and a client for each hotel's account."""
        mongo, outbox, idempotency = chassis.mongo, chassis.outbox, chassis.idempotency
        return cls(
            payments=PaymentStore(mongo, outbox, idempotency),
            journal=JournalStore(mongo, outbox, idempotency),
            differences=DifferenceStore(mongo, outbox),
            providers=providers(settings.payment_accounts),
        )

    def reconcile(self, have: Around, patience: dt.timedelta = NOBODY_WAITS) -> Reconcile:
        """The three-way match, with how long a PMS that throttles us is waited for."""
        folios = Folios(have.folios, self.differences, have.stays, have.vendors, patience)
        chassis, sides = have.chassis, (self.differences, folios, self.payments, self.providers)
        return Reconcile(*sides, have.connections, chassis.policy, chassis.clock)

    def doors(self, have: Around) -> MoneyDoors:
        """What its routes need."""
        policy, clock = have.chassis.policy, have.chassis.clock
        return MoneyDoors(
            chassis=have.chassis,
            payments=Payments(self.payments, have.stays, self.providers, policy, clock),
            heard=HearProvider(have.connections, self.providers, have.ledger, clock),
            reconcile=self.reconcile(have, SOMEBODY_WAITS),
            books=Books(self.journal, policy, clock),
        )

    def consumer(self, have: Around) -> Consumer:
        """Books what was settled."""
        return Consumer("integrations.journal", (topics.MONEY,), KeepJournal(self.journal, have.connections))

    def jobs(self, have: Around) -> list[Job]:
        """Payments that wait, and the nightly match."""
        settings, clock = have.settings, have.chassis.clock
        return [
            Job(
                "payments",
                settings.commands_every_s,
                CarryOut(self.payments, self.providers, clock, have.chassis.policy.mode),
            ),
            Job("reconcile", settings.reconcile_every_s, self.reconcile(have)),
        ]
