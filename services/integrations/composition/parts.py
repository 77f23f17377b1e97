"""The stores, adapters and use cases of one process, or of a command."""

from dataclasses import dataclass

import httpx

from services.integrations.adapters.ledger import FileErasureLedger
from services.integrations.adapters.secrets import FolderSecrets
from services.integrations.composition.messages import Beside, MessageParts
from services.integrations.composition.money import Around, MoneyParts
from services.integrations.composition.partners import PartnerParts
from services.integrations.pms.calling import Wire
from services.integrations.pms.registry import adapters, listened, vendors
from services.integrations.ports import Pms
from services.integrations.ports.vendors import Listened, Secrets, Vendor
from services.integrations.settings import Settings
from services.integrations.store.commands import CommandStore, Stores
from services.integrations.store.comments import CommentStore
from services.integrations.store.connections import ConnectionStore
from services.integrations.store.consents import ConsentStore
from services.integrations.store.endpoints import EndpointStore
from services.integrations.store.erasures import ErasureStore
from services.integrations.store.feeds import FeedStore
from services.integrations.store.folios import FolioStore
from services.integrations.store.indexes import prepare as prepare_indexes
from services.integrations.store.inventory import InventoryStore
from services.integrations.store.ledger import LedgerStore
from services.integrations.store.looks import LookStore
from services.integrations.store.marks import MarkStore
from services.integrations.store.messages import MessageStore
from services.integrations.store.pms_orders import OrderStore
from services.integrations.store.postings import PostingStore
from services.integrations.store.stays import StayStore
from services.integrations.store.writebacks import WritebackStore
from services.integrations.usecases.catching_up import CatchUp
from services.integrations.usecases.connecting import Connecting
from services.integrations.usecases.feeds import TellFeeds
from services.integrations.usecases.fetching import FetchMarked, Following
from services.integrations.usecases.hearing import HearFromPms
from services.integrations.usecases.imports import ImportBookings
from services.integrations.usecases.inventory import CountRooms
from services.integrations.usecases.listening import Listen
from services.integrations.usecases.outgoing import SendMessages
from services.integrations.usecases.outward import Outward
from services.integrations.usecases.pms_orders import SendOrders, WriteNotes
from services.integrations.usecases.postings import PostCharges
from services.integrations.usecases.redriving import Redriving
from services.integrations.usecases.reservations import Reservations
from services.integrations.usecases.tasks import LookAtTasks
from services.integrations.usecases.writebacks import WriteBack
from shared.chassis.service import Chassis
from shared.contracts.values import SYSTEM_CHAIN, Scope

ALL = Scope(chain=SYSTEM_CHAIN)
CALLS = httpx.Limits(max_connections=64, max_keepalive_connections=32)


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
    orders: OrderStore
    folios: FolioStore
    inventory: InventoryStore
    ledger: LedgerStore
    erasures: ErasureStore
    erased: FileErasureLedger
    adapters: dict[str, Pms]
    vendors: dict[str, Vendor]
    listened: dict[str, Listened]
    secrets: Secrets
    comments: CommentStore
    following: Following
    looks: LookStore
    key: GuestKey
    consents: ConsentStore
    partners: PartnerParts
    money: MoneyParts
    talk: MessageParts

    async def prepare(self) -> None:
        """Create the indexes, connect the configured hotels, load the key, seal by the newest key what is secret."""
        await prepare_indexes(self.chassis.mongo)
        await self.connections.connect(ALL, self.settings.connections)
        await self.key.load()
        await self.messages.prepare()
        await self.stays.fill_contacts(ALL)
        await self.partners.store.reseal(ALL)

    @property
    def imports(self) -> ImportBookings:
        """The import, once `prepare` has run."""
        return ImportBookings(self.stays, self.chassis.clock, self.key)

    @property
    def hear(self) -> HearFromPms:
        """The door of vendors whose notifications are hints."""
        return HearFromPms(self.vendors, self.following.marks, self.secrets, self.chassis.clock)

    @property
    def fetch_marked(self) -> FetchMarked:
        """Asks about what was marked."""
        return FetchMarked(self.following, self.vendors, self.chassis.clock, self.key)

    @property
    def catch_up(self) -> CatchUp:
        """Looks for what no notification told."""
        of, clock = self.following, self.chassis.clock
        return CatchUp(self.connections, self.vendors, of.marks, self.stays, of.endpoints, self.looks, clock)

    @property
    def listen(self) -> Listen:
        """Hears PMSs that do not call."""
        return Listen(self.connections, self.listened, self.following.marks, self.looks, self.chassis.clock)

    @property
    def connecting(self) -> Connecting:
        """Connections, for people."""
        of = self.following
        every = (self.vendors, tuple(self.adapters))
        return Connecting(self.connections, *every, of.marks, of.endpoints, self.chassis.policy)

    @property
    def redriving(self) -> Redriving:
        """Commands out, for people."""
        chassis = self.chassis
        stores = Stores(self.postings, self.writebacks, self.orders, self.messages)
        commands = CommandStore(chassis.mongo, chassis.outbox, chassis.idempotency, stores)
        return Redriving(commands, chassis.policy, chassis.clock)

    @property
    def write_notes(self) -> WriteNotes:
        """Notes to the PMS, for people."""
        return WriteNotes(self.orders, self.stays, self.connections, self.vendors, self.chassis.clock)

    @property
    def look_at_tasks(self) -> LookAtTasks:
        """Asks what became of tasks."""
        return LookAtTasks(self.connections, self.vendors, self.ledger, self.looks, self.chassis.clock)

    @property
    def outward(self) -> Outward:
        """The connections, for what leaves by them."""
        return Outward(self.connections, self.adapters, self.chassis.policy.mode)

    @property
    def post_charges(self) -> PostCharges:
        """Works off the postings that wait."""
        of, clock = self.following, self.chassis.clock
        numbers, deposits = Reservations(self.stays), self.money.payments
        pms = (self.adapters, self.vendors)
        return PostCharges(self.postings, self.outward, *pms, numbers, deposits, of.endpoints, clock)

    @property
    def write_back(self) -> WriteBack:
        """Works off the changes that wait for the PMS."""
        of, clock = self.following, self.chassis.clock
        pms, numbers = (self.adapters, self.vendors), Reservations(self.stays)
        return WriteBack(self.writebacks, self.outward, *pms, numbers, self.messages, of.endpoints, clock)

    @property
    def send_orders(self) -> SendOrders:
        """Works off the notes and tasks that wait for the PMS."""
        of, clock = self.following, self.chassis.clock
        numbers = Reservations(self.stays)
        return SendOrders(self.orders, self.ledger, self.outward, self.vendors, numbers, of.endpoints, clock)

    @property
    def send_messages(self) -> SendMessages:
        """Works off the messages that wait."""
        return self.talk.send(self.beside)

    @property
    def beside(self) -> Beside:
        """What the side of messages stands on."""
        side = (self.messages, self.stays, self.consents, self.ledger, self.key)
        return Beside(self.settings, self.chassis, *side)

    @property
    def around(self) -> Around:
        """What the side of money stands on."""
        side = (self.connections, self.stays, self.folios, self.ledger, self.vendors)
        return Around(self.settings, self.chassis, *side)

    @property
    def tell_feeds(self) -> TellFeeds:
        """Says whether each hotel's PMS answers."""
        store = FeedStore(self.chassis.mongo, self.chassis.outbox)
        return TellFeeds(store, self.connections, self.following.endpoints, self.chassis.clock)

    @property
    def count_rooms(self) -> CountRooms:
        """Recounts what the hotels have free."""
        ahead = self.settings.inventory_days
        return CountRooms(self.inventory, self.stays, self.connections, self.chassis.clock, ahead)


def _connected(chassis: Chassis) -> ConnectionStore:
    return ConnectionStore(chassis.mongo, chassis.outbox, chassis.idempotency)


def parts(settings: Settings, calls: httpx.AsyncClient | None = None) -> Parts:
    """Everything but the server: what commands and the server are made of. `calls`: what PMSs are called by."""
    chassis = Chassis(settings)
    mongo, outbox = chassis.mongo, chassis.outbox
    connections, folios, stays = _connected(chassis), FolioStore(mongo), StayStore(mongo, outbox)
    secrets = FolderSecrets(settings.secrets_folder)
    client = calls or httpx.AsyncClient(trust_env=False, follow_redirects=False, limits=CALLS)
    comments = CommentStore(mongo, chassis.idempotency)
    wire = Wire(client, secrets, chassis.clock.real_now)
    return Parts(
        settings=settings,
        chassis=chassis,
        connections=connections,
        stays=stays,
        postings=PostingStore(mongo, outbox),
        messages=MessageStore(mongo, outbox, chassis.idempotency, chassis.timers),
        writebacks=WritebackStore(mongo, outbox),
        orders=OrderStore(mongo, outbox, chassis.idempotency),
        folios=folios,
        inventory=InventoryStore(mongo, outbox),
        ledger=LedgerStore(mongo, outbox),
        erasures=ErasureStore(mongo, outbox, chassis.idempotency),
        erased=FileErasureLedger(settings.data_dir / "erasures"),
        adapters=adapters(folios, settings.seed),
        vendors=vendors(wire),
        listened=listened(wire),
        secrets=secrets,
        comments=comments,
        following=Following(MarkStore(mongo), stays, comments, EndpointStore(mongo), connections),
        looks=LookStore(mongo),
        key=GuestKey(settings, connections),
        consents=ConsentStore(mongo, outbox, chassis.idempotency),
        partners=PartnerParts.of(settings, chassis),
        money=MoneyParts.of(settings, chassis),
        talk=MessageParts.of(chassis, client, settings),
    )
