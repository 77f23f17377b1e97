"""The composition root of integrations: stores, adapters and use cases become one process, or a command's parts."""

import datetime as dt
from dataclasses import dataclass

from fastapi import FastAPI

from services.integrations import api
from services.integrations.adapters.ledger import FileErasureLedger
from services.integrations.composition.money import Around, MoneyParts
from services.integrations.composition.partners import PartnerParts
from services.integrations.events import OnRecords
from services.integrations.messaging.registry import channels
from services.integrations.pages import routes as guest_pages
from services.integrations.pms.registry import adapters
from services.integrations.ports import Pms
from services.integrations.settings import Settings
from services.integrations.store.aging import Aging
from services.integrations.store.connections import ConnectionStore
from services.integrations.store.consents import ConsentStore
from services.integrations.store.erasures import ErasureStore
from services.integrations.store.folios import FolioStore
from services.integrations.store.indexes import prepare as prepare_indexes
from services.integrations.store.inventory import InventoryStore
from services.integrations.store.ledger import LedgerStore
from services.integrations.store.messages import MessageStore
from services.integrations.store.postings import PostingStore
from services.integrations.store.stays import StayStore
from services.integrations.store.writebacks import WritebackStore
from services.integrations.usecases.answering import Answering
from services.integrations.usecases.consenting import Consents, HearConsents
from services.integrations.usecases.disclosing import Disclose
from services.integrations.usecases.doors import TakeFromPms
from services.integrations.usecases.erasures import Erasures
from services.integrations.usecases.finance import TakeFromFinance
from services.integrations.usecases.forgetting import Forgetting
from services.integrations.usecases.imports import ImportBookings
from services.integrations.usecases.incoming import TakeFromGuests
from services.integrations.usecases.inventory import CountRooms
from services.integrations.usecases.outgoing import SendMessages
from services.integrations.usecases.postings import PostCharges
from services.integrations.usecases.reading import ReadGuests, ReadStays
from services.integrations.usecases.tasks import TakeTasks
from services.integrations.usecases.writebacks import WriteBack
from shared.chassis.consume import Consumer
from shared.chassis.jobs import Job
from shared.chassis.retention import Kept
from shared.chassis.service import Chassis, run
from shared.contracts import topics
from shared.contracts.identity import DataClass
from shared.contracts.values import SYSTEM_CHAIN, Scope

ALL = Scope(chain=SYSTEM_CHAIN)
FORGET_S = 3.0


class GuestKey:
    """The key of guest ids: given, or drawn at the first start of this database and kept."""

    def __init__(self, settings: Settings, connections: ConnectionStore) -> None:
        self._settings, self._connections = settings, connections
        self.value = b""

    async def load(self) -> None:
        """Have it ready before the first request."""
        given = self._settings.guest_key
        self.value = await self._connections.guest_key(ALL, given.get_secret_value().encode() if given else None)


@dataclass(frozen=True)
class Parts:
    """The stores and adapters of one process."""

    settings: Settings
    chassis: Chassis
    connections: ConnectionStore
    stays: StayStore
    postings: PostingStore
    messages: MessageStore
    writebacks: WritebackStore
    folios: FolioStore
    inventory: InventoryStore
    ledger: LedgerStore
    erasures: ErasureStore
    erased: FileErasureLedger
    adapters: dict[str, Pms]
    key: GuestKey
    consents: ConsentStore
    partners: PartnerParts
    money: MoneyParts

    async def prepare(self) -> None:
        """Create the indexes, connect the configured hotels, load the key."""
        await prepare_indexes(self.chassis.mongo)
        await self.connections.connect(ALL, self.settings.connections)
        await self.key.load()

    @property
    def imports(self) -> ImportBookings:
        """The import, once `prepare` has run."""
        return ImportBookings(self.stays, self.chassis.clock, self.key)

    @property
    def post_charges(self) -> PostCharges:
        """Works off the postings that wait."""
        return PostCharges(self.postings, self.connections, self.adapters, self.chassis.clock)

    @property
    def write_back(self) -> WriteBack:
        """Works off the changes that wait for the PMS."""
        return WriteBack(self.writebacks, self.connections, self.adapters, self.chassis.clock)

    @property
    def send_messages(self) -> SendMessages:
        """Works off the messages that wait."""
        ways = channels(self.messages, self.settings.mail)
        return SendMessages(self.messages, self.stays, ways, self.consents, self.chassis.clock)

    @property
    def around(self) -> Around:
        """What the side of money stands on."""
        side = (self.connections, self.stays, self.folios, self.ledger)
        return Around(self.settings, self.chassis, *side)

    @property
    def count_rooms(self) -> CountRooms:
        """Recounts what the hotels have free."""
        ahead = self.settings.inventory_days
        return CountRooms(self.inventory, self.stays, self.connections, self.chassis.clock, ahead)


def parts(settings: Settings) -> Parts:
    """Everything but the server: what commands and the server are made of."""
    chassis = Chassis(settings)
    mongo, outbox = chassis.mongo, chassis.outbox
    connections, folios = ConnectionStore(mongo), FolioStore(mongo)
    return Parts(
        settings=settings,
        chassis=chassis,
        connections=connections,
        stays=StayStore(mongo, outbox),
        postings=PostingStore(mongo, outbox),
        messages=MessageStore(mongo, outbox, chassis.idempotency),
        writebacks=WritebackStore(mongo, outbox),
        folios=folios,
        inventory=InventoryStore(mongo, outbox),
        ledger=LedgerStore(mongo, outbox),
        erasures=ErasureStore(mongo, outbox, chassis.idempotency),
        erased=FileErasureLedger(settings.data_dir / "erasures"),
        adapters=adapters(folios, settings.seed),
        key=GuestKey(settings, connections),
        consents=ConsentStore(mongo, outbox, chassis.idempotency),
        partners=PartnerParts.of(settings, chassis),
        money=MoneyParts.of(settings, chassis),
    )


def assemble(have: Parts) -> FastAPI:
    """The server around the parts."""
    chassis, clock, policy = have.chassis, have.chassis.clock, have.chassis.policy
    settle = dt.timedelta(seconds=have.settings.erasure_settle_s)
    from_guests = TakeFromGuests(have.messages, have.stays, clock)
    answering = Answering(from_guests, have.stays, have.key, policy, clock)
    doors = api.Doors(
        chassis=chassis,
        connections=have.connections,
        from_pms=TakeFromPms(have.connections, have.stays, have.adapters, clock, have.key),
        from_guests=from_guests,
        from_finance=TakeFromFinance(have.ledger, clock),
        tasks=TakeTasks(have.connections, have.ledger, clock),
        stays=ReadStays(have.stays, policy),
        guests=ReadGuests(have.stays, have.ledger, policy, clock),
        erasures=Erasures(have.erasures, have.erased, policy, clock),
        disclose=Disclose(have.stays, have.messages, have.folios, have.ledger, policy, clock),
        money=have.money.doors(have.around),
        consents=api.ConsentDoors(chassis, Consents(have.consents, have.stays, policy, clock)),
        partners=api.PartnerDoors(chassis, have.partners.subscribing(have.settings, chassis)),
    )
    return chassis.app(
        title="integrations",
        routers=[api.router(doors), guest_pages.router(chassis, answering)],
        links=api.LINKS,
        uploads=guest_pages.PATHS,
        consumers=[
            Consumer(
                "integrations",
                (topics.RECORDS, topics.ALERTS, topics.REPORTS),
                OnRecords(have.postings, have.messages, have.writebacks, have.erasures),
            ),
            have.partners.consumer(chassis),
            have.money.consumer(have.around),
            Consumer("integrations.consents", (topics.MESSAGES,), HearConsents(have.consents)),
        ],
        jobs=[
            Job("inventory", have.settings.inventory_every_s, have.count_rooms),
            Job("postings", have.settings.commands_every_s, have.post_charges),
            Job("writebacks", have.settings.commands_every_s, have.write_back),
            Job("messages", have.settings.commands_every_s, have.send_messages),
            Job("erasures", FORGET_S, Forgetting(have.erasures, have.erased, clock, settle)),
            *have.money.jobs(have.around),
            *have.partners.jobs(have.settings, chassis, have.stays),
        ],
        prepare=[have.prepare],
        retention=kept(Aging(chassis.mongo)),
    )


def kept(aging: Aging) -> tuple[Kept, ...]:
    """What is let go of for its age, unless a chain keeps it shorter or longer."""
    private, identity = DataClass.PRIVATE_STAY, DataClass.GUEST_IDENTITY
    return (
        Kept("message_texts", private, 365, 30, aging.old_texts, aging.drop_texts),
        Kept("drafts", private, 90, 30, aging.old_drafts, aging.drop_drafts),
        Kept("profiles", identity, 1095, 365, aging.old_profiles, aging.drop_profiles),
    )


def build(settings: Settings) -> FastAPI:
    """The service."""
    return assemble(parts(settings))


if __name__ == "__main__":
    own = Settings()
    run(build(own), own)
