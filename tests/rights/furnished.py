"""The five services with their stores, furnished for the matrix."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from services.alerts.api.own import PLACE
from services.alerts.api.silences import begun_example
from services.alerts.app import assemble as assemble_alerts
from services.alerts.settings import Settings as AlertsSettings
from services.alerts.store import prepare as prepare_alerts
from services.auth.app import assemble as assemble_auth
from services.auth.app import join
from services.auth.domain.federation import Provider
from services.auth.events import AuditHandler
from services.auth.ports.directory import DirectoryChange
from services.auth.settings import Settings as AuthSettings
from services.auth.store.arrivals import Arrivals
from services.integrations.api.erasures import ASKED
from services.integrations.api.partners import ON_TOPIC, PARTNER
from services.integrations.app import assemble as assemble_integrations
from services.integrations.app import parts
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings as IntegrationsSettings
from services.records.api import campaigns, handovers, offers
from services.records.app import assemble as assemble_records
from services.records.settings import Settings as RecordsSettings
from services.reporting.app import assemble as assemble_reporting
from services.reporting.settings import Settings as ReportingSettings
from services.reporting.store import prepare as prepare_reporting
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.service import Chassis
from shared.contracts.identity import DataClass, Department
from shared.contracts.money import PostingState
from shared.contracts.payments import PaymentKind
from shared.contracts.records import LineKind, MoneyLine
from shared.contracts.staff import Glass, ShiftSwap, StaffMember, Stretch, SwapState
from shared.contracts.values import Money, Scope, stay_id
from tests.factories.bookings import payloads, small_schedule
from tests.factories.front_desk import StillClock, fake_house
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import stay
from tests.factories.payments import put_payment
from tests.factories.pms_rows import comment, dead_note
from tests.factories.records import CHAIN, NOON, PROPERTY, Story, minutes
from tests.factories.standing import Standing
from tests.fakes.records import FakeDatabase
from tests.fakes.traces import FakeTraceSink
from tests.input.ripening import UNSOUND
from tests.rights.houses import Furnisher, House, Told, closing, inhabit, named
from tests.rights.people import OTHER_CHAIN, everything, second

WORK, OTHER = Department.HOUSEKEEPING, Department.MAINTENANCE
GUESTS = Department.GUEST_RELATIONS
AMOUNT = 918_273
CHARGED = 4_321
SOLD = {
    "kind": "preference_note",
    "fields": {"topic": "bed", "valid_for": "this_stay"},
    "department": "guest_relations",
}
CHARGE = {"kind": "cost", "amount": {"amount": CHARGED, "currency": "EUR"}, "reason": {"code": "asked_by_guest"}}
WORDS = "zz private words about a stay"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
NOTED = {"topic": "spa", "details": WORDS, "budget": {"amount": AMOUNT, "currency": "EUR"}}


@contextlib.asynccontextmanager
async def records(told: Told, folder: Path) -> AsyncIterator[House]:
    """Records in memory: a record with something of every class, what hangs on it, and what is sold."""
    chassis = Chassis(RecordsSettings(**told))
    chassis.clock, database = StillClock(), FakeDatabase()
    desk = fake_house(chassis, database)
    app = assemble_records(chassis, desk)
    house = House("records", app, chassis, GUESTS, OTHER, {}, database=database)
    inhabit(chassis, GUESTS, OTHER)
    booked = stay(property_id=PROPERTY, chain=CHAIN)
    async with closing(chassis), house.client() as http:
        handler = chassis.consumptions[1].applier._handler
        await database.run(lambda tx: handler.apply(tx, [stay_told(booked)]))
        names = await _furnished(Furnisher(http, "records", everything(GUESTS)), booked.id)
        house.canaries = {DataClass.PRIVATE_STAY: WORDS, DataClass.PAYMENT: str(AMOUNT)}
        yield named(house, stay_id=booked.id, guest_id=booked.guest_id, name="record_words", **names)


async def _furnished(desk: Furnisher, stay: str) -> dict[str, str]:
    """A record that has everything, an offer, a campaign and a handover: what each is called."""
    opening = {"property_id": PROPERTY, "kind": "upsell_preference_note", "stay_id": stay, "fields": NOTED}
    record = await desk.post("/v1/records", opening)
    record = await desk.on(record, "accept", {})
    record = await desk.on(record, "check-value", {"value": "spa"})
    record = await desk.on(record, "notes", {"text": WORDS})
    record = await desk.on(record, "questions", {"text": WORDS, "to_department": GUESTS.value})
    record = await desk.on(record, "checklist", {"text": WORDS})
    record = await desk.on(record, "attachments", PDF)
    noted = {"cause": record["causes"][0], "unusual": WORDS, "guest_impact": WORDS, "comment": WORDS}
    record = await desk.on(record, "exceptions", noted)
    sold = await desk.post("/v1/records", {"property_id": PROPERTY, **SOLD})
    sold = await desk.on(sold, "lines", CHARGE)
    assert sold["money"]
    offer = await desk.post("/v1/offers", offers.NEW | {"terms": offers.SPA | {"code": "spa_seed"}})
    terms = campaigns.TERMS | {"arms": [{"code": "plain", "offer_id": offer["id"]}]}
    campaign = await desk.post("/v1/campaigns", campaigns.NEW | {"terms": terms})
    handover = await desk.post("/v1/handovers", handovers.PREPARED | {"department": GUESTS.value})
    return {
        "record_id": record["id"],
        "sold_id": sold["id"],
        "owner_id": record["owner"],
        "file_id": record["files"][0]["id"],
        "offer_id": offer["id"],
        "campaign_id": campaign["id"],
        "handover_id": handover["id"],
    }


def _late(record_id: str) -> Story:
    line = MoneyLine(id="line-1", kind=LineKind.CHARGE, amount=Money(amount=AMOUNT, currency="EUR"), state="requested")
    return Story(record_id, money=(line,)).accepted(NOON + minutes(5))


@contextlib.asynccontextmanager
async def alerts(told: Told, folder: Path) -> AsyncIterator[House]:
    """Alerts with a late record of housekeeping that has rung."""
    settings = AlertsSettings(**told, stream_s=0.05)
    chassis = Chassis(settings)
    async with closing(chassis):
        standing = Standing(chassis, assemble_alerts(chassis, settings))
        await standing.prepare([])
        await prepare_alerts(chassis.mongo)
        inhabit(chassis, WORK, OTHER)
        await standing.hears(*_late("rec-1").events)
        standing.at(NOON + minutes(90))
        await standing.fires()
        rung = await chassis.mongo.collection("alerts").find_one({})
        assert rung
        house = House("alerts", standing.app, chassis, WORK, OTHER, {})
        async with house.client() as client:
            until = (NOON + minutes(600)).isoformat()
            desk = Furnisher(client, "alerts", everything(WORK))
            silence = await desk.post("/v1/silences", begun_example(until) | {"department": WORK.value})
            place = await desk.post("/v1/alert-destinations", PLACE)
        names = {"silence_id": silence["id"], "destination_id": place["id"], "letter": "letter-1"}
        yield named(house, alert_id=str(rung["_id"]), name="closed_alerts", **names)


@contextlib.asynccontextmanager
async def reporting(told: Told, folder: Path) -> AsyncIterator[House]:
    """Reporting with a record of housekeeping that charged something."""
    settings = ReportingSettings(**told)
    chassis = Chassis(settings)
    async with closing(chassis):
        standing = Standing(chassis, assemble_reporting(chassis, settings, FakeTraceSink()))
        await standing.prepare([])
        await prepare_reporting(chassis.mongo)
        inhabit(chassis, WORK, OTHER)
        await standing.hears(*_late("rec-1").events)
        await standing.hears(*Story("rec-2").completed(NOON + minutes(30)).events)
        standing.at(NOON + minutes(100))
        terms = {"report": "day", "at": "07:00", "audience": "supervisor"}
        async with standing.client() as client:
            furnish = Furnisher(client, "reporting", everything(WORK))
            made = await furnish.post("/v1/schedules", {"property_id": "city", "name": "Ours", "terms": terms})
            drawn = await furnish.post("/v1/spot-checks", {"property_id": "city", "day": "2026-03-10"})
        standing.at(NOON + minutes(20 * 60))
        await standing.fires()
        await standing.app.state.delivering.deliver()
        run = await chassis.mongo.collection("runs").find_one({"state": "delivered"})
        assert run
        things = {"schedule_id": made["id"], "run_id": run["_id"], "check_id": drawn["checks"][0]["id"]}
        house = House("reporting", standing.app, chassis, WORK, OTHER, {}, {DataClass.PAYMENT: str(AMOUNT)})
        yield named(house, name="day", record_id="rec-1", figure="opened", export_id="none", **things)


@contextlib.asynccontextmanager
async def integrations(told: Told, folder: Path) -> AsyncIterator[House]:
    """Integrations with both hotels connected and some stays of the city."""
    have = parts(IntegrationsSettings(**told, connections=specs(CHAIN)))
    async with closing(have.chassis):
        standing = Standing(have.chassis, assemble_integrations(have))
        await standing.prepare([])
        await have.prepare()
        inhabit(have.chassis, WORK, OTHER)
        doors = {one.property_id: one.token for one in await have.connections.all(Scope(chain=CHAIN))}
        said = payloads(small_schedule())[0]
        async with standing.client() as client:
            path = f"/v1/pms/{PROPERTY}/{doors[PROPERTY]}/hotel-bookings/events"
            reply = await client.post(path, json=said)
            assert reply.status_code == 202, reply.text
        found = stay_id(PROPERTY, "hotel_bookings", said["reservation"]["number"])
        kept = await have.stays.get(Scope(chain=CHAIN), found)
        assert kept
        profile = (await have.stays.profiles(Scope(chain=CHAIN), [kept.stay.guest_id]))[0]
        assert profile.email
        canaries = {
            DataClass.GUEST_IDENTITY: profile.email,
            DataClass.PAYMENT: f'"amount":{kept.stay.rate.amount},',
            DataClass.PRIVATE_STAY: WORDS,
        }
        commented, dead = await comment(have, found, WORDS), await dead_note(have, found)
        house = House("integrations", standing.app, have.chassis, WORK, OTHER, {}, canaries)
        async with house.client() as client:
            body = ASKED | {"guest_id": profile.id}
            desk = Furnisher(client, "integrations", everything(WORK))
            wrote = {"stay_id": found, "topic_code": "wifi", "text": WORDS}
            said = await desk.post("/v1/guest-messages", wrote)
            asked = await desk.post("/v1/erasures", body)
            partner = await desk.post("/v1/partners", PARTNER)
            held = (PaymentKind.HOLD, PostingState.DONE)
            [payment] = await put_payment(have.chassis.mongo, "pay-1", found, held)
            heard = await desk.post(f"/v1/partners/{partner['id']}/subscriptions", ON_TOPIC)
        yield named(
            house,
            stay_id=found,
            guest_id=profile.id,
            guest_name=profile.last_name,
            erasure_id=asked["id"],
            partner=partner["id"],
            subscription_id=heard["id"],
            event_type="record.opened.v1",
            payment_id=payment,
            operation_id=payment,
            day="2026-03-10",
            comment_id=commented,
            command_id=dead,
            message_id=said["id"],
            code="update",
            version="1",
            secret="x" * 43,
            name="message_texts",
            token=doors[PROPERTY],
            vendor="hotel-bookings",
        )


DOORS = {
    "account_id": "the-program",
    "key_id": "0123456789abcdef",
    "glass_id": "glass:the-glass",
    "swap_id": "swap:the-swap",
    "delegation_id": "the-delegation",
}


async def furnish_doors(chassis: Chassis, person: StaffMember) -> None:
    """A provider of each chain, a program with a key, a glass that somebody broke, and a swap that waits."""
    now = chassis.clock.real_now()
    for chain in (CHAIN, OTHER_CHAIN):
        terms = {"name": "Login", "issuer": "https://login.example", "client_id": "bellboard"}
        provider = Provider(chain=chain, version=1, sealed="none", **terms)
        await chassis.mongo.collection("providers").insert_one({"_id": chain, "body": provider.model_dump(mode="json")})
    program = person.model_copy(update={"id": DOORS["account_id"], "service": True, "properties": (PROPERTY,)})
    row = {"_id": program.id, "chain": CHAIN, "ver": 1, "body": program.model_dump(mode="json")}
    await chassis.mongo.collection("staff").insert_one(row)
    key = {"account_id": program.id, "digest": "none", "scopes": ["read:*"], "properties": [PROPERTY]}
    times = {"created_at": now, "created_by": person.id, "expires_at": now}
    await chassis.mongo.collection("api_keys").insert_one({"_id": DOORS["key_id"], "chain": CHAIN, **key, **times})
    glass = Glass(
        id=DOORS["glass_id"],
        chain=CHAIN,
        property_id=PROPERTY,
        zone="Europe/Lisbon",
        staff_id=person.id,
        broken_at=now,
        until=now,
        version=1,
    )
    broken = {"_id": glass.id, "chain": CHAIN, "staff_id": person.id, "ver": 1, "waiting": True}
    await chassis.mongo.collection("glasses").insert_one(broken | {"body": glass.model_dump(mode="json")})
    hotel = chassis.policy.property(CHAIN, PROPERTY)
    assert hotel is not None
    stands = {"_id": hotel.id, "chain": CHAIN, "ver": 1, "body": hotel.model_dump(mode="json")}
    await chassis.mongo.collection("properties").insert_one(stands)
    swap = ShiftSwap(
        id=DOORS["swap_id"],
        chain=CHAIN,
        property_id=PROPERTY,
        asker=person.id,
        colleague="the-person",
        given=Stretch(start=now, end=now, department=WORK),
        state=SwapState.ACCEPTED,
        answer_by=now,
        version=2,
    )
    waits = {"_id": swap.id, "chain": CHAIN, "ver": 2, "state": swap.state.value, "people": [person.id, "the-person"]}
    await chassis.mongo.collection("shift_swaps").insert_one(waits | {"body": swap.model_dump(mode="json")})


@contextlib.asynccontextmanager
async def auth(told: Told, folder: Path) -> AsyncIterator[House]:
    """Auth with the cast in its directory, a person to be asked about, and a log with an entry."""
    settings = AuthSettings(**told, data_dir=folder)
    have = join(settings)
    chassis = have.chassis
    async with closing(chassis):
        standing = Standing(chassis, assemble_auth(have, settings))
        standing.app.state.publishing = have.publishing
        await standing.prepare([])
        await have.prepare()
        house = House("auth", standing.app, chassis, WORK, OTHER, {}, {DataClass.STAFF: "zz_staff_canary"})
        inhabit(chassis, WORK, OTHER)
        for chain in (CHAIN, OTHER_CHAIN):
            await have.publishing.publish(chain)
        target = house.people[0].member.model_copy(update={"id": "the-person"})
        for person in (target, everything(WORK), second(WORK), *(each.member for each in house.people)):
            change = DirectoryChange(events=(), member=person)
            await have.directory._store.save(Scope(chain=person.chain), change, Provenance.fresh("furnish-1"), 200)

        await furnish_doors(chassis, target)

        async def learn(tx: Tx) -> None:
            await AuditHandler(Arrivals(chassis.mongo), chassis.clock.real_now).apply(tx, UNSOUND)

        await chassis.mongo.run(learn)
        await have.sequencer.turn()
        yield named(house, staff_id=target.id, chain=CHAIN, group_id="the-group", **DOORS)
