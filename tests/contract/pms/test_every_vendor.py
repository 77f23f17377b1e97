"""What every PMS adapter keeps, held against a simulation of its vendor that misbehaves."""

import asyncio
import datetime as dt
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.integrations.domain.marks import Hint
from services.integrations.domain.orders import Ability, ChangeOrder, NewProfile, NoteOrder, TaskAct, TaskOrder
from services.integrations.domain.postings import Charge
from services.integrations.pms.registry import ADAPTERS, VENDORS
from services.integrations.ports import PmsRefused, PmsSilent
from services.integrations.ports.vendors import PmsBusy
from shared.contracts.errors import AppError
from shared.contracts.identity import Department
from shared.contracts.records import LineKind
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Money
from shared.contracts.writebacks import PmsChange, PmsField, Writeback
from tests.contract.pms.pushed import GENERIC, FileWorld, PushedWorld
from tests.contract.pms.world import RIGS, World
from tests.fakes.pms.book import START, TODAY, Booked

WORLDS: dict[str, Callable[[], World | PushedWorld]] = {
    **{name: partial(World, rig) for name, rig in RIGS.items()},
    GENERIC.vendor: PushedWorld,
}
EVERY = sorted(WORLDS)
ASKED = sorted(RIGS)
"""Those that can be asked, and with them the one that pushes whole reservations."""
FILE = f"{GENERIC.vendor} file"
SOURCES: dict[str, Callable[[], World | PushedWorld | FileWorld]] = {**WORLDS, FILE: FileWorld}
"""Every way in which reservations reach us."""
SIGNING_IN = sorted(name for name, rig in RIGS.items() if rig.signs_in)
ORDER_OF_CHANGES = (PmsField.RATE, PmsField.ROOM, PmsField.GUEST)
AFTER = {PmsField.RATE: {"amount": 9900, "currency": "EUR"}, PmsField.ROOM: "305", PmsField.GUEST: {"ref": "d"}}
NEEDED = {PmsField.RATE: Ability.RATE, PmsField.ROOM: Ability.ROOM, PmsField.GUEST: Ability.GUEST}


def able(ability: Ability, able_to: bool = True) -> list[str]:
    """The vendors that can, or cannot, do something."""
    return [name for name in EVERY if WORLDS[name]().can(ability) is able_to]


def changes(able_to: bool) -> list[tuple[str, PmsField]]:
    """Each vendor with each value it does, or does not, let us change."""
    return [(name, field) for field in ORDER_OF_CHANGES for name in able(NEEDED[field], able_to)]


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Any:
    """The world of one adapter, with one reservation booked and told."""
    made = WORLDS[request.param]()
    made.book.book(Booked(made.rig.numbers[0]))
    return made


ON_BALANCE = {LineKind.CHARGE: 2500, LineKind.DEPOSIT: -2500}
"""What a line of 25 euros does to what the guest owes."""
posted = pytest.mark.parametrize(
    ("world", "kind"),
    [(name, LineKind.CHARGE) for name in able(Ability.CHARGE)]
    + [(name, LineKind.DEPOSIT) for name in able(Ability.DEPOSIT)],
    indirect=["world"],
)
sent = pytest.mark.parametrize(
    ("world", "kind"),
    [(name, kind) for name in ASKED for kind in (LineKind.CHARGE, LineKind.DEPOSIT)],
    indirect=["world"],
)
"""Lines that go over a network, which can fail."""
every_adapter = pytest.mark.parametrize("world", EVERY, indirect=True)
every_vendor = pytest.mark.parametrize("world", ASKED, indirect=True)
signing_in = pytest.mark.parametrize("world", SIGNING_IN, indirect=True)


def number(world: World) -> str:
    """The reservation's number."""
    return world.rig.numbers[0]


def said(stay: Stay, counted: frozenset[str]) -> dict[str, object]:
    """What must be the same whatever was told how often in what order; `counted` depends on what was heard of."""
    return stay.model_dump(exclude=set(counted))


def charge(
    world: World, key: str = "posting-1", kind: LineKind = LineKind.CHARGE, adjusts: str | None = None
) -> Charge:
    """A line of 25 euros."""
    return Charge(
        key=key,
        property_id="city",
        stay_id="stay-1",
        kind=kind,
        amount=Money(amount=2500, currency="EUR"),
        at=START,
        adjusts=adjusts,
        reservation=number(world),
    )


def change(world: World, field: PmsField) -> ChangeOrder:
    """An approved change of one value."""
    wanted = PmsChange(id=f"writeback-{field.value}", field=field, after=AFTER[field])
    row = Writeback(change=wanted, property_id="city", record_id="rec-1", stay_id="stay-1", at=START, version=1)
    return ChangeOrder(writeback=row, reservation=number(world), guest=NewProfile(first_name="Beatriz"))


def task(world: World, act: TaskAct, known: str | None = None) -> TaskOrder:
    """A record's work as a task."""
    return TaskOrder(
        key="rec-1",
        record_id="rec-1",
        act=act,
        title="Extra bed",
        kind="guest_request",
        department=Department.HOUSEKEEPING,
        due_at=START + dt.timedelta(hours=3),
        reservation=number(world),
        number=known,
    )


@every_adapter
async def test_reservation_is_mirrored_whole_when_it_was_told_of(world: World) -> None:
    booked = world.book.change(
        number(world), room="204", status=StayStatus.CHECKED_IN, children=1, comment="Quiet room"
    )

    await world.hears(*world.book.told)
    await world.fetch()

    stay = world.stay(number(world))
    assert (stay.status, stay.arrival, stay.departure) == (booked.status, booked.arrival, booked.departure)
    assert (stay.room, stay.room_type_reserved, stay.party.adults, stay.party.children) == ("204", "DBL", 2, 1)
    assert (stay.rate.amount, stay.rate.currency) == (12_000, "EUR")
    assert stay.balance.amount == booked.owed * 100
    assert stay.booked_at == booked.booked_at
    [profile] = world.stays.people.values()
    assert (profile.name, profile.email, profile.language) == ("Ana Sá", booked.email, world.rig.language)
    assert [one.text for one in world.comments.kept.values()] == ["Quiet room"] * world.can(Ability.COMMENTS)
    assert [one.code for one in stay.comments] == ["pms_comment" if world.can(Ability.COMMENTS) else "noise"]


@every_adapter
@pytest.mark.parametrize("status", list(StayStatus))
async def test_status_is_ours_whatever_the_vendor_calls_it(world: World, status: StayStatus) -> None:
    world.book.change(number(world), status=status)

    await world.hears(world.book.told[-1])
    await world.fetch()

    assert world.stay(number(world)).status is status


@every_adapter
async def test_nothing_of_a_guest_is_in_an_event(world: World) -> None:
    world.book.change(number(world), comment="Herr Sá wants a quiet room", last="Canary")
    await world.hears(*world.book.told)
    await world.fetch()

    told = "".join(event.model_dump_json() for event in world.stays.events)

    assert world.stays.events
    assert not [word for word in ("Canary", "ana.sa", "quiet", "Herr") if word in told]


@every_vendor
async def test_reservation_that_is_not_there_is_no_stay(world: World) -> None:
    world.book.delete(number(world))

    await world.hears(*world.book.told)
    await world.fetch()

    assert world.stays.kept == {}
    assert not [row for row in world.marks.rows.values() if row.dirty]


@every_adapter
async def test_reservation_that_was_deleted_is_cancelled(world: World) -> None:
    await world.hears(*world.book.told)
    await world.fetch()
    world.book.delete(number(world))

    await world.hears(world.book.told[-1])
    await world.fetch()

    assert world.stay(number(world)).status is StayStatus.CANCELLED
    assert world.stays.events[-1].type == "stay.cancelled.v1"


@every_adapter
@pytest.mark.parametrize("payload", [None, 7, "text", []], ids=str)
async def test_payload_of_another_shape_is_refused_by_field(world: World, payload: object) -> None:
    with pytest.raises(AppError) as refused:
        await world.hears(payload)

    assert refused.value.breaches
    assert (world.marks.rows, world.stays.kept) == ({}, {})


@pytest.mark.parametrize("name", sorted(SOURCES))
@given(st.data())
@settings(max_examples=12)
def test_shuffled_doubled_and_partly_lost_deliveries_end_in_the_same_stays(name: str, data: st.DataObject) -> None:
    asyncio.run(check_ends_the_same(name, data))


async def check_ends_the_same(name: str, data: st.DataObject) -> None:
    """One hotel told in order, one told any how and looked at by ourselves afterwards."""
    seed = data.draw(st.integers(0, 50))
    ordered, other = SOURCES[name](), SOURCES[name]()
    in_order, told = ordered.day(seed), other.day(seed)
    await ordered.hears(*in_order)
    await ordered.settles()
    kept = data.draw(st.lists(st.sampled_from(told), max_size=2 * len(told)))
    for payload in kept:
        await other.hears(payload)
        await other.fetch()
    await other.repaired(told)
    await other.settles()

    assert len(ordered.stays.kept) >= 4
    assert {key: said(one.stay, other.counted) for key, one in other.stays.kept.items()} == {
        key: said(one.stay, other.counted) for key, one in ordered.stays.kept.items()
    }
    for key, one in other.stays.kept.items():
        versions = [event.sequence for event in other.stays.events if event.subject == key]
        assert versions == list(range(1, one.stay.version + 1))


@every_adapter
async def test_delivery_thrice_is_one_event(world: World) -> None:
    await world.hears(*world.book.told, *world.book.told, *world.book.told)
    await world.settles()

    assert [event.type for event in world.stays.events] == ["stay.booked.v1"]


@every_vendor
async def test_notification_twice_is_asked_about_once(world: World) -> None:
    await world.hears(*world.book.told, *world.book.told, *world.book.told)

    assert await world.fetch() >= 1
    assert await world.fetch() == 0
    assert [event.type for event in world.stays.events] == ["stay.booked.v1"]


@every_vendor
async def test_mark_that_comes_during_a_question_asks_again(world: World) -> None:
    await world.hears(*world.book.told)
    [claimed] = await world.marks.claim(world.fetch_scope, world.clock.at, world.clock.at, 1)
    world.book.change(number(world), adults=4)
    await world.hears(world.book.told[-1])

    await world.fetch.one(claimed)

    assert [row.dirty for row in world.marks.rows.values() if row.hint == Hint(ref=number(world))] == [True]
    assert await world.fetch() >= 1
    assert world.stay(number(world)).party.adults == 4


@every_vendor
async def test_answer_of_one_who_was_thought_dead_is_stored_by_nobody(world: World) -> None:
    await world.hears(*world.book.told)
    [slow] = await world.marks.claim(world.fetch_scope, world.clock.at, world.clock.at, 1)
    world.later(minutes=5)
    await world.fetch()
    before = dict(world.stays.kept)

    assert await world.fetch.one(slow) == 0
    assert world.stays.kept == before


@signing_in
async def test_many_at_once_sign_in_once(world: World) -> None:
    await asyncio.gather(*(world.vendor.fetch(world.connection, number(world)) for _ in range(20)))

    assert world.network.sign_ins == 1


@signing_in
async def test_token_is_renewed_before_it_ends(world: World) -> None:
    await world.vendor.fetch(world.connection, number(world))
    world.later(minutes=59, seconds=30)

    await world.vendor.fetch(world.connection, number(world))

    assert world.network.sign_ins == 2


@signing_in
async def test_token_that_the_vendor_forgot_is_fetched_anew_once(world: World) -> None:
    await world.vendor.fetch(world.connection, number(world))
    world.sim.tokens.clear()

    assert await world.vendor.fetch(world.connection, number(world)) is not None
    assert world.network.sign_ins == 2


@every_vendor
async def test_without_credentials_a_mark_waits_until_they_are_there(world: World) -> None:
    held, world.secrets.held = world.secrets.held, None
    await world.hears(*world.book.told)
    await world.fetch()
    assert world.stays.kept == {}

    world.secrets.held = held
    await world.settles()

    assert world.stay(number(world))


@every_vendor
@pytest.mark.parametrize("fault", ["refuse", "slow", "500", "502", "503", "429", "408"])
async def test_failure_is_no_news_and_the_answer_comes_later(world: World, fault: str) -> None:
    await world.hears(*world.book.told)
    world.network.faults.next(fault)

    await world.fetch()
    assert world.stays.kept == {}
    await world.settles()

    assert world.stay(number(world)).status is StayStatus.BOOKED


@every_vendor
async def test_vendor_that_asks_for_silence_is_left_alone_for_so_long(world: World) -> None:
    await world.vendor.fetch(world.connection, number(world))
    world.network.faults.next("429")
    with pytest.raises(PmsBusy) as busy:
        await world.vendor.fetch(world.connection, number(world))
    asked = world.network.asked

    with pytest.raises(PmsBusy):
        await world.vendor.fetch(world.connection, number(world))

    assert busy.value.after == dt.timedelta(seconds=7)
    assert world.network.asked == asked
    world.later(seconds=8)
    assert await world.vendor.fetch(world.connection, number(world)) is not None


@every_vendor
async def test_vendor_that_is_down_is_not_called_again_and_again(world: World) -> None:
    world.network.faults.next(*["500"] * 100)
    for each in world.rig.numbers:
        world.book.book(Booked(each))
    await world.hears(*world.book.told)

    await world.settles()

    tried = 100 - len(world.network.faults.waiting)
    assert 5 <= tried < 40
    world.network.faults.waiting.clear()
    await world.settles()
    assert len(world.stays.kept) == len(world.rig.numbers)


@every_vendor
async def test_more_than_a_page_is_listed_whole(world: World) -> None:
    for count in range(250):
        world.book.book(Booked(f"{world.rig.numbers[0][:-1]}{count:04d}"))
    first, last = TODAY, TODAY + dt.timedelta(days=30)

    found = [one.number async for page in world.vendor.near(world.connection, first, last) for one in page]

    assert sorted(found) == sorted(world.book.booked)


@every_vendor
async def test_what_was_lost_in_an_outage_is_found_by_looking(world: World) -> None:
    for each in world.rig.numbers[1:]:
        world.book.book(Booked(each))

    await world.catch_up.changes()
    await world.settles()

    assert {one.stay.reservation for one in world.stays.kept.values()} == set(world.rig.numbers)


@every_vendor
async def test_look_that_was_cut_off_begins_again_where_the_last_whole_one_ended(world: World) -> None:
    world.network.faults.next("500")
    assert await world.catch_up.changes() == 0
    world.later(minutes=15)

    assert await world.catch_up.changes() >= 1
    assert await world.catch_up.changes() >= 0


@every_vendor
async def test_night_finds_what_was_deleted_without_a_word(world: World) -> None:
    await world.hears(*world.book.told)
    await world.settles()
    world.book.booked.clear()
    world.later(hours=20)

    await world.catch_up.nights()
    await world.settles()

    assert world.stay(number(world)).status is StayStatus.CANCELLED
    asked = world.network.asked
    await world.catch_up.nights()
    assert world.network.asked == asked


@posted
async def test_line_is_on_the_folio_once_under_its_key(world: World, kind: LineKind) -> None:
    done = await world.vendor.post_charge(world.connection, charge(world, kind=kind))

    folio = await world.vendor.folio(world.connection, number(world))
    [entry] = [one for one in folio.entries if one.key == "posting-1"]
    assert done.reference in (entry.id, entry.key)
    assert (entry.kind, entry.amount.amount) == (kind, 2500)
    assert (folio.number, folio.balance.amount) == (done.folio, 36_000 + ON_BALANCE[kind])


@sent
async def test_line_whose_answer_was_lost_is_found_by_its_key(world: World, kind: LineKind) -> None:
    await world.vendor.folio(world.connection, number(world))
    world.network.faults.next("lost", at=world.rig.posted_at(kind))

    with pytest.raises(PmsSilent):
        await world.vendor.post_charge(world.connection, charge(world, kind=kind))

    folio = await world.vendor.folio(world.connection, number(world))
    assert folio.under("posting-1") is not None


@pytest.mark.parametrize("kind", [LineKind.CHARGE, LineKind.DEPOSIT])
@pytest.mark.parametrize("world", [name for name in EVERY if WORLDS[name]().vendor.idempotent_charges], indirect=True)
async def test_line_again_under_its_key_is_one_line(world: World, kind: LineKind) -> None:
    first = await world.vendor.post_charge(world.connection, charge(world, kind=kind))
    again = await world.vendor.post_charge(world.connection, charge(world, kind=kind))

    assert first == again
    folio = await world.vendor.folio(world.connection, number(world))
    assert [one.key for one in folio.entries] == ["posting-1"]


@sent
@pytest.mark.parametrize(
    ("fault", "raised"), [("refuse", PmsBusy), ("429", PmsBusy), ("503", PmsBusy), ("500", PmsSilent)]
)
async def test_line_that_failed_says_whether_it_may_be_there(
    world: World, kind: LineKind, fault: str, raised: type[Exception]
) -> None:
    world.network.faults.next(fault, at=world.rig.posted_at(kind))

    with pytest.raises(raised):
        await world.vendor.post_charge(world.connection, charge(world, kind=kind))


@sent
async def test_line_without_a_reservation_is_refused(world: World, kind: LineKind) -> None:
    nobodys = charge(world, kind=kind).model_copy(update={"reservation": None})

    with pytest.raises(PmsRefused):
        await world.vendor.post_charge(world.connection, nobodys)

    assert world.book.booked[number(world)].entries == ()


@every_adapter
async def test_cost_of_the_house_is_refused_and_nothing_is_asked(world: World) -> None:
    with pytest.raises(PmsRefused, match="not_on_folio"):
        await world.vendor.post_charge(world.connection, charge(world, kind=LineKind.COST))

    assert (world.book.booked[number(world)].entries, world.network.asked) == ((), 0)


@pytest.mark.parametrize("world", sorted({*able(Ability.DEPOSIT)} & {*able(Ability.FETCH)}), indirect=True)
async def test_deposit_is_in_the_balance_that_comes_back_by_the_feed(world: World) -> None:
    await world.vendor.post_charge(world.connection, charge(world, kind=LineKind.DEPOSIT))

    await world.hears(*world.book.told)
    await world.settles()

    assert world.stay(number(world)).balance.amount == 36_000 - 2500


@pytest.mark.parametrize("world", able(Ability.REVERSAL), indirect=True)
async def test_charge_that_is_taken_back_leaves_the_balance_as_it_was(world: World) -> None:
    before = await world.vendor.folio(world.connection, number(world))
    await world.vendor.post_charge(world.connection, charge(world))

    taken = charge(world, "posting-2", LineKind.REFUND, "posting-1")
    await world.vendor.post_charge(world.connection, taken)

    folio = await world.vendor.folio(world.connection, number(world))
    assert folio.balance == before.balance
    assert len(folio.entries) == len(before.entries) + 2
    assert [one.amount.amount for one in folio.entries if one.kind is LineKind.REFUND] == [2500]


@pytest.mark.parametrize(("world", "field"), changes(able_to=True), indirect=["world"])
async def test_approved_change_is_made_and_comes_back_by_the_feed(world: World, field: PmsField) -> None:
    await world.hears(*world.book.told)
    await world.settles()
    told = len(world.book.told)

    await world.vendor.write_back(world.connection, change(world, field))
    await world.hears(*world.book.told[told:])
    await world.settles()

    stay, [profile] = world.stay(number(world)), world.stays.people.values()
    held = {PmsField.RATE: stay.rate.amount, PmsField.ROOM: stay.room, PmsField.GUEST: profile.first_name}
    assert held[field] == {PmsField.RATE: 9900, PmsField.ROOM: "305", PmsField.GUEST: "Beatriz"}[field]


@pytest.mark.parametrize(("world", "field"), changes(able_to=False), indirect=["world"])
async def test_change_that_a_vendor_does_not_take_is_refused_and_nothing_is_asked(
    world: World, field: PmsField
) -> None:
    before = dict(world.book.booked)

    with pytest.raises(PmsRefused) as refused:
        await world.vendor.write_back(world.connection, change(world, field))

    assert refused.value.code == "not_supported"
    assert (world.book.booked, world.network.asked) == (before, 0)


@pytest.mark.parametrize("world", sorted({*able(Ability.ROOM)} & {*ASKED}), indirect=True)
async def test_room_that_the_hotel_does_not_have_is_refused(world: World) -> None:
    order = change(world, PmsField.ROOM)
    wanted = order.writeback.model_copy(update={"change": order.writeback.change.model_copy(update={"after": "999"})})

    with pytest.raises(PmsRefused) as refused:
        await world.vendor.write_back(world.connection, order.model_copy(update={"writeback": wanted}))

    assert refused.value.code in ("room_unknown", "room_refused")


@pytest.mark.parametrize("world", able(Ability.NOTE), indirect=True)
async def test_note_stands_there_once_and_is_no_news_to_us(world: World) -> None:
    world.book.change(number(world), comment="Late arrival")
    order = NoteOrder(key="note-1", reservation=number(world), text="Allergic to nuts,\nplease tell the kitchen")

    await world.vendor.add_note(world.connection, order)
    await world.vendor.add_note(world.connection, order)
    await world.hears(*world.book.told)
    await world.settles()

    shown = json.dumps([world.book.booked[number(world)].comment, world.book.notes])
    assert shown.count("Allergic to nuts, please tell the kitchen") == 1
    assert [one.text for one in world.comments.kept.values()] == ["Late arrival"]


@pytest.mark.parametrize("world", sorted({*able(Ability.NOTE, able_to=False)} & {*ASKED}), indirect=True)
async def test_note_is_refused_by_who_takes_none(world: World) -> None:
    with pytest.raises(PmsRefused):
        await world.vendor.add_note(world.connection, NoteOrder(key="n", reservation=number(world), text="words"))


@pytest.mark.parametrize("world", able(Ability.TASK), indirect=True)
async def test_task_is_opened_once_and_seen_when_the_pms_closes_it(world: World) -> None:
    opened = await world.vendor.put_task(world.connection, task(world, TaskAct.OPEN))
    assert await world.vendor.put_task(world.connection, task(world, TaskAct.OPEN)) == opened
    before = await world.vendor.tasks(world.connection, START - dt.timedelta(days=1))

    world.book.tasks[opened] = replace(world.book.tasks[opened], closed=True)

    after = await world.vendor.tasks(world.connection, START - dt.timedelta(days=1))
    assert [(one.number, one.closed, one.key) for one in before] == [(opened, False, "rec-1")]
    assert [(one.number, one.closed) for one in after] == [(opened, True)]


@pytest.mark.parametrize("world", able(Ability.TASK_CLOSE), indirect=True)
async def test_task_that_is_done_is_closed_there(world: World) -> None:
    opened = await world.vendor.put_task(world.connection, task(world, TaskAct.OPEN))

    await world.vendor.put_task(world.connection, task(world, TaskAct.CLOSE, opened))

    assert world.book.tasks[opened].closed


@pytest.mark.parametrize("world", sorted({*able(Ability.TASK_CLOSE, able_to=False)} & {*ASKED}), indirect=True)
async def test_task_stays_open_where_nobody_can_close_it(world: World) -> None:
    with pytest.raises(PmsRefused) as refused:
        await world.vendor.put_task(world.connection, task(world, TaskAct.CLOSE, "task-1"))

    assert refused.value.code == "not_supported"


@pytest.mark.parametrize("world", sorted({*able(Ability.TASK, able_to=False)} & {*ASKED}), indirect=True)
async def test_task_is_refused_by_who_has_none(world: World) -> None:
    with pytest.raises(PmsRefused):
        await world.vendor.put_task(world.connection, task(world, TaskAct.OPEN))

    assert await world.vendor.tasks(world.connection, START) == ()


@pytest.mark.parametrize("world", able(Ability.LINK), indirect=True)
async def test_reservation_has_an_address_in_the_pms(world: World) -> None:
    link = world.vendor.link(world.connection, number(world))

    assert link is not None
    assert link.startswith("https://")
    assert number(world) in link


@every_vendor
async def test_no_secret_is_in_a_log_or_a_fault(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.network.faults.next("500", "refuse")
    await world.hears(*world.book.told)
    await world.settles()
    with pytest.raises(PmsRefused) as refused:
        await world.vendor.post_charge(world.connection, charge(world).model_copy(update={"reservation": None}))

    written = caplog.text + repr(refused.value) + repr(world.connection) + repr(world.vendor.__dict__)
    held = [*world.rig.secrets.values(), *getattr(world.sim, "tokens", ()), world.connection.token]
    assert not [secret for secret in held if secret in written]


LACKING: dict[str, set[Ability]] = {
    "apaleo": {Ability.RATE, Ability.TASK, Ability.TASK_CLOSE},
    "cloudbeds": {Ability.TASK, Ability.TASK_CLOSE},
    "mews": {Ability.TASK_CLOSE},
    "ohip": set(),
    "hotel_bookings": {
        *(Ability.GUEST, Ability.NOTE, Ability.TASK, Ability.TASK_CLOSE),
        *(Ability.FETCH, Ability.COMMENTS, Ability.LINK),
    },
}
"""What each cannot: a new gap, or one less, is a change of this table."""
CALLS = {
    Ability.NOTE: "add_note",
    Ability.TASK: "put_task",
    Ability.TASK_CLOSE: "put_task",
    Ability.FETCH: "fetch",
    Ability.LINK: "link",
}


def test_every_registered_adapter_is_under_the_suite_and_says_what_it_cannot() -> None:
    assert {*VENDORS, *ADAPTERS} == set(EVERY) == set(LACKING)
    assert {name: set(Ability) - {*WORLDS[name]().vendor.can} for name in EVERY} == LACKING


@pytest.mark.parametrize("ability", sorted(LACKING[GENERIC.vendor] & set(CALLS)))
def test_what_cannot_be_asked_of_a_pushing_hotel_has_no_call(ability: Ability) -> None:
    assert not hasattr(PushedWorld().vendor.adapter, CALLS[ability])


def test_amounts_of_the_simulations_are_what_they_seem() -> None:
    assert Booked("R-1").owed == Decimal("360.00")
