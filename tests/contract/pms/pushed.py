"""Hotels without a vendor to ask: one pushes whole reservations by the generic webhook, one gives a booking file."""

import datetime as dt
import io
import random
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio, FolioEntry
from services.integrations.domain.following import Followed
from services.integrations.domain.orders import Ability, ChangeOrder
from services.integrations.domain.postings import Charge
from services.integrations.pms.hotel_bookings import generator
from services.integrations.pms.hotel_bookings.adapter import HotelBookings
from services.integrations.pms.hotel_bookings.columns import CITY, NAME
from services.integrations.ports import Posted
from services.integrations.usecases.doors import TakeFromPms
from services.integrations.usecases.hearing import HearFromPms
from services.integrations.usecases.imports import ImportBookings
from shared.chassis.provenance import Provenance
from shared.contracts.stays import Stay
from shared.contracts.values import Money, Scope
from shared.contracts.writebacks import PmsField
from tests.contract.pms.world import CHAIN, PROPERTY, TOKEN, Key, Rig, a_day
from tests.factories.bookings import CONNECTIONS, FIRST
from tests.fakes.following import FakeComments, FakeConnections, FakeMarks, FakeSecrets, FakeStays, Hands
from tests.fakes.pms.book import START
from tests.fakes.pms.generic import NUMBERS, GenericSim

GENERIC = Rig(NAME, GenericSim, {}, NUMBERS, signs_in=False)


class Ledger:
    """Our own folios in memory: one line a key."""

    def __init__(self) -> None:
        self.lines: dict[str, Charge] = {}

    async def post(self, scope: Scope, charge: Charge) -> Posted:
        """Write a line once."""
        self.lines.setdefault(charge.key, charge)
        return Posted(f"F-{charge.stay_id}", charge.key)

    async def posted(self, scope: Scope, stay_id: str) -> int:
        """What our lines add to a stay's balance."""
        return sum(one.on_balance for one in self.lines.values() if one.stay_id == stay_id)


class Pushing:
    """The adapter, asked as the suite asks a vendor: its folio is our ledger, its hotel does by hand what it took."""

    def __init__(self, sim: GenericSim) -> None:
        self.ledger, self.sim = Ledger(), sim
        self.adapter = HotelBookings(self.ledger, 1)
        self.name, self.can = self.adapter.name, self.adapter.can
        self.idempotent_charges = self.adapter.idempotent_charges

    async def post_charge(self, connection: Connection, charge: Charge) -> Posted:
        """As the adapter does."""
        return await self.adapter.post_charge(connection, charge)

    async def folio(self, connection: Connection, number: str) -> Folio:
        """What the hotel says is owed, and our lines."""
        owed = int(self.sim.book.booked[number].owed * 100) + await self.ledger.posted(Scope(chain=CHAIN), "stay-1")
        entries = [FolioEntry(one.key, one.kind, one.amount, None, one.key) for one in self.ledger.lines.values()]
        return Folio("F-stay-1", Money(amount=owed, currency="EUR"), tuple(entries))

    async def write_back(self, connection: Connection, order: ChangeOrder) -> None:
        """What the adapter took, people of the hotel then do in their own system, which tells of it."""
        await self.adapter.write_back(connection, order.writeback)
        after = order.writeback.change.after
        done = {PmsField.ROOM: {"room": after}, PmsField.RATE: {"rate": _units(after)}}
        self.sim.book.change(order.reservation, **done[order.writeback.change.field])


def _units(after: Any) -> Any:
    return Money.model_validate(after).amount // 100 if isinstance(after, dict) else after


class NoNetwork:
    """Nobody is called."""

    asked = 0


class PushedWorld:
    """A hotel whose house system pushes whole reservations, and us."""

    counted = frozenset({"version", "profile_version", "source_time"})
    """The time of a delivery that said nothing new is not kept with the stay, only beside it."""

    def __init__(self, rig: Rig = GENERIC) -> None:
        self.rig, self.sim = rig, GenericSim()
        self.book, self.network, self.clock = self.sim.book, NoNetwork(), Hands(START + dt.timedelta(minutes=1))
        self.connection = Connection(
            property_id=PROPERTY,
            chain=CHAIN,
            pms=NAME,
            hotel=self.book.hotel,
            zone="Europe/Lisbon",
            currency="EUR",
            token=TOKEN,
        )
        self.vendor = Pushing(self.sim)
        self.stays, self.comments, self.marks = FakeStays(), FakeComments(), FakeMarks()
        connections = FakeConnections({PROPERTY: self.connection})
        hear = HearFromPms({}, self.marks, FakeSecrets({}), self.clock)
        adapters = {NAME: self.vendor.adapter}
        self.take = TakeFromPms(connections, self.stays, adapters, hear, self.clock, Key(), NoCards())  # type: ignore[arg-type] # the stores this road needs

    def can(self, ability: Ability) -> bool:
        """Whether the adapter says so."""
        return ability in self.vendor.can

    async def hears(self, *payloads: Any) -> None:
        """Requests come in."""
        for payload in payloads:
            await self.take(PROPERTY, TOKEN, NAME, payload, "run-1")

    async def fetch(self) -> int:
        """Nobody is asked."""
        return 0

    async def settles(self) -> None:
        """What came in is stored already."""

    async def repaired(self, told: Sequence[Any]) -> None:
        """Who pushes sends again what was never answered: here the last word on each reservation."""
        last = {each["reservation"]["number"]: each for each in told}
        await self.hears(*last.values())

    def day(self, seed: int) -> list[Any]:
        """What happens on a day."""
        return a_day(self, seed)

    def stay(self, number: str) -> Stay:
        """The stay of a reservation."""
        return self.stays.stay(number)


class NoCards:
    """Card numbers that were masked are counted elsewhere."""

    async def note(self, *_: Any) -> None:
        """Nothing."""


class ImportedStays(FakeStays):
    """Stays that a file adds to."""

    async def there(self, scope: Scope, stay_ids: Sequence[str]) -> dict[str, bool]:
        """Which are there, and whether as stays of the past."""
        return {one: self.kept[one].backfill for one in stay_ids if one in self.kept}

    async def add(self, scope: Scope, new: Followed, provenance: Provenance) -> None:
        """Keep what is new."""
        self.kept |= new.stays
        self.people |= new.profiles
        self.events += new.events


class FileWorld:
    """A hotel that gives us its booking file, now and then cut off, in another order, or twice."""

    counted = frozenset({"version", "profile_version"})

    def __init__(self) -> None:
        self.stays, self.clock = ImportedStays(), Hands(START)
        self.adapter = HotelBookings(Ledger(), 1)
        self.load = ImportBookings(self.stays, self.clock, Key())  # type: ignore[arg-type] # the store this road needs

    def day(self, seed: int) -> list[Any]:
        """The file as it is, in another order, and as far as it came."""
        text, chance = io.StringIO(), random.Random(seed)
        generator.write(text, generator.rows(seed, FIRST, FIRST))
        head, *lines = text.getvalue().splitlines()[:40]
        mixed = chance.sample(lines, len(lines))
        cut = lines[: chance.randrange(len(lines))]
        return ["\n".join([head, *some]) for some in (lines, mixed, cut)]

    async def hears(self, *payloads: Any) -> None:
        """Files come in."""
        connections: Mapping[str, Connection] = {CITY: CONNECTIONS[CITY], **CONNECTIONS}
        for text in payloads:
            with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
                file.write(text + "\n")
                file.flush()
                await self.load(
                    CHAIN,
                    self.adapter,
                    Path(file.name),
                    connections,
                    on_problem=lambda _: None,
                    on_progress=lambda *_: None,
                )

    async def fetch(self) -> int:
        """Nobody is asked."""
        return 0

    async def settles(self) -> None:
        """What came in is stored already."""

    async def repaired(self, told: Sequence[Any]) -> None:
        """The whole file is given again."""
        await self.hears(told[0])
