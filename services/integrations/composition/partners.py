"""The side that tells partners: its stores, client, producer, handler and jobs."""

import secrets
from dataclasses import dataclass

from services.integrations.adapters.seal import KeysFileSeal
from services.integrations.adapters.topics import KafkaPartnerTopics
from services.integrations.adapters.webhooks import HttpEndpoints, guarded
from services.integrations.settings import Settings
from services.integrations.store.deliveries import DeliveryStore
from services.integrations.store.latest import LatestStore
from services.integrations.store.partners import PartnerStore
from services.integrations.store.stays import StayStore
from services.integrations.usecases.delivering import CallEndpoints, FillTopics, NumberDeliveries
from services.integrations.usecases.distributing import HEARD, Distribute, ListStanding
from services.integrations.usecases.subscribing import Subscribing
from shared.chassis.access import Access
from shared.chassis.consume import Consumer
from shared.chassis.jobs import Job
from shared.chassis.kafka import Producer
from shared.chassis.service import Chassis
from shared.contracts.partner_versions import CURRENT, PartnerContract


@dataclass(frozen=True)
class PartnerParts:
    """What tells partners."""

    store: PartnerStore
    latest: LatestStore
    deliveries: DeliveryStore
    endpoints: HttpEndpoints
    topics: KafkaPartnerTopics
    contract: PartnerContract = CURRENT

    @classmethod
    def of(cls, settings: Settings, chassis: Chassis) -> "PartnerParts":
        """Stores, and an HTTP client and a producer of their own."""
        mongo, outbox, idempotency = chassis.mongo, chassis.outbox, chassis.idempotency
        producer = Producer(Access.of(settings), "bellboard-partners")
        return cls(
            store=PartnerStore(mongo, outbox, idempotency, KeysFileSeal(settings.secrets_folder)),
            latest=LatestStore(mongo),
            deliveries=DeliveryStore(mongo, outbox, idempotency, chassis.clock),
            endpoints=HttpEndpoints(guarded(loopback=settings.embedded)),
            topics=KafkaPartnerTopics(producer, settings.kafka_namespace),
        )

    def consumer(self, chassis: Chassis) -> Consumer:
        """Hears everything that is published to partners."""
        handler = Distribute(
            self.store, self.latest, self.deliveries, chassis.clock, self.contract, chassis.policy.mode
        )
        return Consumer("integrations.partners", HEARD, handler)

    def jobs(self, settings: Settings, chassis: Chassis, stays: StayStore) -> list[Job]:
        """What stands, numbers, endpoints, topics."""
        every, clock, store, rows = settings.partners_every_s, chassis.clock, self.store, self.deliveries
        contract = self.contract
        begun = (settings.partners_settle_s, contract, chassis.policy.mode)
        return [
            Job("partners-list", every, ListStanding(store, self.latest, rows, clock, *begun)),
            Job("partners-number", every, NumberDeliveries(store, rows, clock)),
            Job("partners-call", every, CallEndpoints(store, rows, self.endpoints, stays, clock, contract)),
            Job("partners-topics", every, FillTopics(store, rows, self.topics, clock, contract)),
        ]

    def subscribing(self, settings: Settings, chassis: Chassis) -> Subscribing:
        """Who hears what."""
        return Subscribing(
            self.store,
            self.deliveries,
            self.endpoints,
            chassis.policy,
            chassis.clock,
            secrets.token_bytes,
            loopback=settings.embedded,
            contract=self.contract,
        )
