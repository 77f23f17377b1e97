"""The three-way match against the folios of every vendor: each difference has its type, and silence is no match."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from services.integrations.domain.postings import Charge
from services.integrations.domain.reconciling import Difference, Expected, Found, Kind, Seen, match
from services.integrations.ports import PmsRefused
from services.integrations.usecases.folios import Folios, FoliosSilent, Stretch
from shared.contracts.records import LineKind
from shared.contracts.values import Money, Scope, derived_id
from tests.contract.pms.world import PROPERTY, RIGS, World
from tests.fakes.pms.apaleo import ApaleoSim
from tests.fakes.pms.book import START, Booked, Entry

STRETCH = Stretch(START - dt.timedelta(days=4), START + dt.timedelta(days=1), whole=True)
PATIENCE = dt.timedelta(seconds=20)
KINDS = {LineKind.CHARGE: Kind.CHARGE, LineKind.REFUND: Kind.REFUND, LineKind.DEPOSIT: Kind.DEPOSIT}


class NoLedger:
    """No hotel of these keeps its folios with us."""

    async def movements(self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime) -> list[object]:
        raise AssertionError("the vendor's folio is the one to be read")


class House:
    """A hotel with a guest in it, and what our records say was posted."""

    def __init__(self, world: World) -> None:
        self.world, self.expected, self.earlier = world, list[Expected](), frozenset[str]()
        self.slept: list[float] = []
        vendors = {world.rig.vendor: world.vendor}
        self.folios = Folios(NoLedger(), self, self, vendors, PATIENCE, self._sleep)  # type: ignore[arg-type] # it raises

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.world.later(seconds=seconds)

    async def under_way(self, scope: Scope, stay_ids: Sequence[str]) -> frozenset[str]:
        """What is known of our lines, whenever they were posted."""
        return self.earlier | {one.key for one in self.expected}

    async def disputed_stays(self, scope: Scope, property_id: str) -> frozenset[str]:
        """None yet."""
        return frozenset()

    async def of_folios(
        self, scope: Scope, pms: str, first: dt.date, last: dt.date, stay_ids: Sequence[str], *, whole: bool
    ) -> dict[str, str]:
        """The one guest."""
        return {"stay-1": self.world.rig.numbers[0]}

    async def post(self, name: str, kind: LineKind = LineKind.CHARGE, adjusts: str | None = None) -> str:
        """A line of 25 euros, posted and expected."""
        key, amount = derived_id("posting", name), Money(amount=2500, currency="EUR")
        charge = Charge(
            key=key,
            property_id=PROPERTY,
            stay_id="stay-1",
            kind=kind,
            amount=amount,
            at=START,
            adjusts=adjusts,
            reservation=self.world.rig.numbers[0],
        )
        posted = await self.world.vendor.post_charge(self.world.connection, charge)
        self.expected.append(
            Expected(key, "folio", KINDS[kind], amount, PROPERTY, "stay-1", f"rec-{name}", posted.reference)
        )
        return key

    async def seen(self) -> Seen:
        """What the folios show."""
        return await self.folios(self.world.connection, self.expected, STRETCH)

    async def differences(self) -> list[Found]:
        """What does not tie out."""
        return match(PROPERTY, self.expected, (await self.seen()).movements)

    def entries(self) -> tuple[Entry, ...]:
        """The folio as it stands at the vendor's."""
        return self.world.book.booked[self.world.rig.numbers[0]].entries

    def put(self, *entries: Entry) -> None:
        """Somebody changed the folio at the vendor's."""
        number = self.world.rig.numbers[0]
        self.world.book.booked[number] = replace(self.world.book.booked[number], entries=entries)


@pytest.fixture(params=sorted(RIGS))
def house(request: pytest.FixtureRequest) -> House:
    """One of each vendor."""
    world = World(RIGS[request.param])
    world.book.book(Booked(world.rig.numbers[0]))
    return House(world)


async def test_folio_that_ties_out_has_no_difference_whatever_else_the_hotel_put_there(house: House) -> None:
    first = await house.post("a")
    await house.post("b", LineKind.REFUND, adjusts=first)
    await house.post("c", LineKind.DEPOSIT)
    house.put(*house.entries(), Entry("minibar", Decimal("7.50")), Entry("spa", Decimal("80"), key="POS-4711"))

    assert await house.differences() == []


async def test_each_difference_on_the_folio_has_its_type_and_its_record(house: House) -> None:
    for name in ("missing", "doubled", "wrong"):
        await house.post(name)
    _, doubled, wrong = house.entries()
    house.put(doubled, replace(doubled, id="again"), replace(wrong, amount=Decimal("30.00")))

    found = await house.differences()

    assert sorted((one.type, one.record_id) for one in found) == [
        (Difference.DOUBLE_CHARGE, "rec-doubled"),
        (Difference.MISSING_CHARGE, "rec-missing"),
        (Difference.WRONG_AMOUNT, "rec-wrong"),
    ]
    assert {one.type: one.gap.amount for one in found}[Difference.WRONG_AMOUNT] == 500
    assert {one.stay_id for one in found} == {"stay-1"}


async def test_refund_of_another_amount_and_one_that_is_gone_are_wrong_refunds(house: House) -> None:
    first = await house.post("a")
    await house.post("less", LineKind.REFUND, adjusts=first)
    await house.post("gone", LineKind.REFUND, adjusts=first)
    charge, less, _ = house.entries()
    house.put(charge, replace(less, amount=Decimal("20.00")))

    assert [one.type for one in await house.differences()] == [Difference.WRONG_REFUND] * 2


async def test_deposit_that_is_gone_doubled_or_of_another_amount_has_its_type(house: House) -> None:
    for name in ("gone", "twice", "less"):
        await house.post(name, LineKind.DEPOSIT)
    _, twice, less = house.entries()
    house.put(twice, replace(twice, id="again"), replace(less, amount=Decimal("20.00")))

    assert sorted((one.type, one.record_id) for one in await house.differences()) == [
        (Difference.DOUBLE_DEPOSIT, "rec-twice"),
        (Difference.MISSING_DEPOSIT, "rec-gone"),
        (Difference.WRONG_AMOUNT, "rec-less"),
    ]


async def test_line_under_a_key_of_ours_that_no_record_knows_is_an_orphan_once(house: House) -> None:
    await house.post("a")
    [known] = house.entries()
    stray = derived_id("posting", "of nobody")
    house.put(known, replace(known, id="stray", key=str(known.key).replace(house.expected[0].key, stray)))

    [first], [again] = await house.differences(), await house.differences()
    assert (first.type, first.record_id, first.found) == (Difference.ORPHAN, None, Money(amount=2500, currency="EUR"))
    assert first.id == again.id


async def test_older_line_of_ours_is_no_orphan(house: House) -> None:
    key = await house.post("long ago")
    house.expected, house.earlier = [], frozenset({key})

    assert await house.differences() == []


async def test_reservation_that_is_gone_leaves_its_charge_missing(house: House) -> None:
    await house.post("a")
    house.world.book.delete(house.world.rig.numbers[0])

    assert [one.type for one in await house.differences()] == [Difference.MISSING_CHARGE]


@pytest.mark.parametrize("fault", ["500", "503", "refuse", "slow"])
async def test_pms_that_is_silent_is_no_match(house: House, fault: str) -> None:
    await house.post("a")
    house.world.network.faults.next(fault)

    with pytest.raises(FoliosSilent):
        await house.seen()
    assert await house.differences() == []


async def test_pms_that_throttles_is_waited_for_as_long_as_it_asks(house: House) -> None:
    await house.post("a")
    house.world.network.faults.next("429")

    assert await house.differences() == []
    assert sum(house.slept) == pytest.approx(7)
    house.world.network.faults.next(*["429"] * 9)
    with pytest.raises(FoliosSilent, match="throttled"):
        await house.seen()


async def test_closed_folio_still_shows_what_was_posted_and_takes_nothing_more() -> None:
    world = World(RIGS["apaleo"])
    world.book.book(Booked(world.rig.numbers[0]))
    house, sim = House(world), world.sim
    await house.post("a")
    assert isinstance(sim, ApaleoSim)
    sim.closed.add(world.rig.numbers[0])

    assert await house.differences() == []
    with pytest.raises(PmsRefused, match="no_open_folio"):
        await house.post("b")


def test_look_at_some_folios_says_nothing_of_the_others() -> None:
    other = Found("d", Difference.ORPHAN, "folio", PROPERTY, "stay-2", None, None, None, "x")

    assert not Seen([], frozenset({"stay-1"})).covers(other)
    assert Seen([], frozenset({"stay-2"})).covers(other)
    assert Seen([], frozenset({"stay-1"})).covers(replace(other, on="provider"))
    assert Seen([]).covers(other)
