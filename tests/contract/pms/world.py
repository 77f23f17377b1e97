"""One simulated hotel with everything of ours that follows it: the adapter under test, and stores in memory."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from starlette.types import ASGIApp

from services.integrations.domain.connections import Connection
from services.integrations.domain.orders import Ability
from services.integrations.pms.calling import Wire
from services.integrations.pms.registry import VENDORS
from services.integrations.ports.vendors import Vendor
from services.integrations.usecases.catching_up import CatchUp
from services.integrations.usecases.fetching import FetchMarked, Following
from services.integrations.usecases.hearing import HearFromPms
from shared.contracts.records import LineKind
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Scope
from tests.fakes.following import (
    FakeComments,
    FakeConnections,
    FakeEndpoints,
    FakeLooks,
    FakeMarks,
    FakeSecrets,
    FakeStays,
    Hands,
)
from tests.fakes.pms import apaleo, cloudbeds, mews, ohip
from tests.fakes.pms.book import START, TODAY, Book, Booked
from tests.fakes.pms.network import Network

CHAIN, PROPERTY = "demo", "city"
TOKEN = "city-token-" + "c" * 32


class Sim(Protocol):
    """A simulated vendor."""

    book: Book
    app: ASGIApp


@dataclass(frozen=True)
class Rig:
    """What is particular about the simulation of one vendor. `first` is a number as it gives them."""

    vendor: str
    make: type[Sim]
    secrets: Mapping[str, str]
    numbers: Sequence[str]
    options: Mapping[str, str] = field(default_factory=dict)
    signs_in: bool = True
    language: str = "pt"
    charged_at: str = ""
    paid_at: str = ""
    """What the addresses of calls that post a charge, and a deposit, hold."""

    def posted_at(self, kind: LineKind) -> str:
        """The call that posts a line of a kind, as faults name it."""
        return f"{self.paid_at if kind is LineKind.DEPOSIT else self.charged_at} POST"


APALEO = Rig(
    "apaleo",
    apaleo.ApaleoSim,
    apaleo.SECRETS,
    tuple(f"XPGMSX{letter}F-1" for letter in "ABCDEFGH"),
    {"identity_url": "http://localhost"},
    charged_at="/charges",
    paid_at="/payments",
)
MEWS = Rig(
    "mews",
    mews.MewsSim,
    mews.SECRETS,
    mews.NUMBERS,
    mews.OPTIONS,
    signs_in=False,
    charged_at="/orders/add",
    paid_at="/payments/addExternal",
)
CLOUDBEDS = Rig(
    "cloudbeds",
    cloudbeds.CloudbedsSim,
    cloudbeds.SECRETS,
    cloudbeds.NUMBERS,
    cloudbeds.OPTIONS,
    signs_in=False,
    charged_at="/postCustomItem",
    paid_at="/postPayment",
    language="en",
)
OHIP = Rig("ohip", ohip.OhipSim, ohip.SECRETS, ohip.NUMBERS, ohip.OPTIONS, charged_at="/charges", paid_at="/payments")
RIGS: dict[str, Rig] = {rig.vendor: rig for rig in (APALEO, CLOUDBEDS, MEWS, OHIP)}


class Key:
    """The key of guest ids."""

    value = b"a-key-for-tests-only"


class World:
    """A hotel at a vendor's, and us."""

    counted = frozenset({"version", "profile_version"})

    def __init__(self, rig: Rig) -> None:
        self.rig, self.sim = rig, rig.make()
        self.book, self.network = self.sim.book, Network(self.sim.app)
        self.clock = Hands(START + dt.timedelta(minutes=1))
        self.connection = Connection(
            property_id=PROPERTY,
            chain=CHAIN,
            pms=rig.vendor,
            hotel=self.book.hotel,
            zone="Europe/Lisbon",
            currency="EUR",
            credentials="city",
            base_url="http://localhost",
            options=dict(rig.options),
            token=TOKEN,
        )
        self.secrets = FakeSecrets(rig.secrets)
        self.client = httpx.AsyncClient(transport=self.network)
        self.vendor: Vendor = VENDORS[rig.vendor](Wire(self.client, self.secrets, self.clock.real_now))
        self.marks, self.stays, self.comments = FakeMarks(), FakeStays(), FakeComments()
        self.endpoints, self.looks = FakeEndpoints(), FakeLooks()
        connections = FakeConnections({PROPERTY: self.connection})
        vendors = {rig.vendor: self.vendor}
        self.fetch_scope = Scope(chain=CHAIN)
        self.hear = HearFromPms(vendors, self.marks, self.secrets, self.clock)
        following = Following(self.marks, self.stays, self.comments, self.endpoints, connections)
        self.fetch = FetchMarked(following, vendors, self.clock, Key())
        self.catch_up = CatchUp(connections, vendors, self.marks, self.stays, self.endpoints, self.looks, self.clock)

    async def hears(self, *payloads: Any) -> None:
        """Notifications come in."""
        for payload in payloads:
            await self.hear(self.connection, payload)

    def later(self, **delta: float) -> None:
        """Time passes, at the vendor's and here."""
        self.clock.at += dt.timedelta(**delta)
        self.book.now = max(self.book.now, self.clock.at)

    async def settles(self) -> None:
        """Ask until nothing is marked any more, however long that takes."""
        for _ in range(60):
            await self.fetch()
            self.later(minutes=1)

    def can(self, ability: Ability) -> bool:
        """Whether the adapter says so."""
        return ability in self.vendor.can

    async def repaired(self, told: Sequence[Any]) -> None:
        """What no notification told is found by looking."""
        await self.catch_up.changes()

    def day(self, seed: int) -> list[Any]:
        """What happens on a day."""
        return a_day(self, seed)

    def stay(self, number: str) -> Stay:
        """The stay of a reservation."""
        return self.stays.stay(number)


class Hotel(Protocol):
    """A hotel with a book of its own."""

    rig: Rig
    book: Book


def a_day(world: Hotel, seed: int) -> list[Any]:
    """What happens to a few reservations on a day; the notifications of it."""
    chance, numbers = random.Random(seed), world.rig.numbers[:4]
    for number in numbers:
        world.book.book(Booked(number, guest=f"guest-{number}"))
    for _ in range(12):
        number = chance.choice(numbers)
        change = chance.choice(LIVES)
        world.book.change(number, **change)
    return list(world.book.told)


LIVES: tuple[dict[str, Any], ...] = (
    {"what": "checked_in", "status": StayStatus.CHECKED_IN, "room": "204"},
    {"what": "checked_out", "status": StayStatus.CHECKED_OUT},
    {"what": "cancelled", "status": StayStatus.CANCELLED},
    {"room": "101"},
    {"adults": 3},
    {"departure": TODAY + dt.timedelta(days=7)},
    {"first": "Anabela"},
)
