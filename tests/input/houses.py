"""Every service on a real store with something in it, and people who may and may not."""

import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from services.alerts.app import assemble as assemble_alerts
from services.alerts.settings import Settings as AlertsSettings
from services.alerts.store import prepare as prepare_alerts
from services.auth.app import Parts, join
from services.auth.app import build as build_auth
from services.auth.domain.policy import default_grants
from services.auth.events import AuditHandler
from services.auth.settings import Settings as AuthSettings
from services.auth.store.arrivals import Arrivals
from services.console.app import build as build_console
from services.console.settings import Settings as ConsoleSettings
from services.integrations.api.commands import REDRIVE
from services.integrations.api.comments import NOTE, SETTLED
from services.integrations.api.connections import CONNECTION
from services.integrations.api.consents import SAID as CONSENT
from services.integrations.api.erasures import AGREED, ASKED
from services.integrations.api.messages import DRAFT, HANDED_OVER, SAID
from services.integrations.api.pms import TASK
from services.integrations.app import assemble as assemble_integrations
from services.integrations.app import parts
from services.integrations.pages.routes import ASKED as LINK
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings as IntegrationsSettings
from services.records.app import assemble as assemble_records
from services.records.app import house_of
from services.records.settings import Settings as RecordsSettings
from services.records.store import prepare as prepare_records
from services.reporting.app import assemble as assemble_reporting
from services.reporting.settings import Settings as ReportingSettings
from services.reporting.store import prepare as prepare_reporting
from shared.chassis.mongo import Tx
from shared.chassis.outbox import envelope_of
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Role
from shared.contracts.values import Scope, stay_id
from tests.factories.access import hotel, knowledge, token
from tests.factories.bookings import payloads, small_schedule
from tests.factories.chains import PASSWORD, chain_seed, person
from tests.factories.chassis import until
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import FIRST_VALUES, stay
from tests.factories.pms_rows import comment, dead_note, stay_at_vendor
from tests.factories.records import CHAIN, NOON, PROPERTY, Story, minutes
from tests.factories.staff import TEAM, member
from tests.factories.standing import NO_BROKER, Standing
from tests.fakes.payment_provider import FakeProvider
from tests.fakes.traces import FakeTraceSink
from tests.input.ripening import STATES, UNSOUND, Desk, Ripe, leave_behind, ripe_operations, ripe_records
from tests.input.ripening_alerts import ring_by_hand, ripe_alerts
from tests.input.ripening_auth import ripe_auth, ripe_policy
from tests.input.ripening_messages import ripe_messages
from tests.input.ripening_money import ripe_money
from tests.input.ripening_partners import ripe_partners
from tests.input.ripening_people import ripe_people
from tests.input.ripening_reports import ripe_reports
from tests.input.ripening_rota import ROSTERED, WHO, ripe_rota
from tests.input.ripening_sales import Shop, ripe_sales
from tests.input.serving import House

EVERY = tuple(Department)
CHIEF = member(
    "staff-chief",
    *(Role.GENERAL_MANAGER, Role.CHAIN_ADMIN, Role.FINANCE, Role.AUDITOR, Role.SUPERVISOR),
    departments=EVERY,
    properties=None,
)
"""May nearly everything, so that most requests get past the door."""
DUTY = member("staff-duty", Role.DUTY_MANAGER, departments=EVERY)
MACHINE = member("staff-machine", Role.INTEGRATION, properties=None)
SECOND = member("staff-second", Role.CHAIN_ADMIN, departments=(), properties=None)
"""Proposes what the chief decides."""
SELLER = member("staff-seller", Role.REVENUE_MANAGER, properties=None)
PEOPLE = {"chief": CHIEF, "revenue": SELLER, "duty": DUTY, "machine": MACHINE, "second": SECOND}
STAFF = (*TEAM, *PEOPLE.values())
HOTELS = (hotel(), hotel("resort"))
IDS = ("staff-ana", "staff-gil", "stay-1", "city", "resort")

Told = dict[str, Any]
Build = Callable[[Told, Path], AbstractAsyncContextManager[House]]


def tokens(audience: str) -> dict[str, str]:
    """A token for each person."""
    return {name: token(who, audience) for name, who in PEOPLE.items()}


async def stand(chassis: Chassis, app: FastAPI) -> Standing:
    """The service, knowing its people and hotels."""
    standing = Standing(chassis, app)
    await standing.prepare(knowledge(STAFF, default_grants(), *HOTELS))
    await leave_behind(chassis)
    return standing


@contextlib.asynccontextmanager
async def records(told: Told, folder: Path) -> AsyncIterator[House]:
    """Records with a mirrored stay, what it opened, one record of each kind and some in every status."""
    chassis = Chassis(RecordsSettings(**told))
    standing = await stand(chassis, assemble_records(chassis, house_of(chassis)))
    await prepare_records(chassis.mongo)
    booked = stay(property_id=PROPERTY, chain=CHAIN)
    await standing.hears(stay_told(booked))
    headers = {"Authorization": f"Bearer {token(CHIEF, 'records')}"}
    ids = []
    async with standing.client() as client:
        for kind, fields in FIRST_VALUES.items():
            body = {"property_id": PROPERTY, "kind": kind, "fields": fields, "stay_id": booked.id}
            said = await client.post("/v1/records", json=body, headers=headers | {"Idempotency-Key": f"seed-{kind}"})
            assert said.status_code == 201, said.text
            ids.append(said.json()["id"])
        desk = Desk(client, tokens("records"))
        ids += [(await desk.brought(steps))["id"] for steps in STATES]
        ripe = await ripe_records(desk, booked.id) | await ripe_people(desk, CHIEF.id, DUTY.id)
        ripe |= await ripe_sales(Shop(client, tokens("records")), booked.id, booked.guest_id)
    known = {"record": tuple(ids), "id": (booked.id, *IDS), "kind": tuple(FIRST_VALUES)}
    yield House(standing.app, tokens("records"), known, ripe | ripe_operations("records"))
    await chassis.mongo.close()


@contextlib.asynccontextmanager
async def alerts(told: Told, folder: Path) -> AsyncIterator[House]:
    """Alerts with late records that have rung."""
    settings = AlertsSettings(**told, stream_s=0.05)
    chassis = Chassis(settings)
    standing = await stand(chassis, assemble_alerts(chassis, settings))
    await prepare_alerts(chassis.mongo)
    for number in range(6):
        await standing.hears(*Story(f"rec-{number}").accepted(NOON + minutes(5)).events)
    standing.at(NOON + minutes(90))
    await standing.fires()
    rung = [str(row["_id"]) for row in await chassis.mongo.collection("alerts").find({})]
    assert rung
    open_ones = [str(row["_id"]) for row in await chassis.mongo.collection("alerts").find({"alert.state": "open"})]
    failed = await ring_by_hand(standing)
    async with standing.client() as client:
        ripe = await ripe_alerts(Desk(client, tokens("alerts")), open_ones, failed, NOON)
    known = {"id": (*rung, *failed, "rec-1", *IDS)}
    yield House(standing.app, tokens("alerts"), known, ripe_operations("alerts") | ripe)
    await chassis.mongo.close()


@contextlib.asynccontextmanager
async def integrations(told: Told, folder: Path) -> AsyncIterator[House]:
    """Integrations with both hotels connected and a day of stays."""
    have = parts(IntegrationsSettings(**told, connections=specs(CHAIN)))
    have = dataclasses.replace(have, money=dataclasses.replace(have.money, providers={PROPERTY: FakeProvider()}))
    standing = await stand(have.chassis, assemble_integrations(have))
    await have.prepare()
    doors = {one.property_id: one.token for one in await have.connections.all(Scope(chain=CHAIN))}
    said = payloads(small_schedule())[:20]
    async with standing.client() as client:
        for payload in said:
            reply = await client.post(f"/v1/pms/{PROPERTY}/{doors[PROPERTY]}/hotel-bookings/events", json=payload)
            assert reply.status_code == 202, reply.text
    stays = {stay_id(PROPERTY, "hotel_bookings", one["reservation"]["number"]) for one in said}
    guests = {str(row["_id"]) for row in await have.chassis.mongo.collection("profiles").find({}, limit=5)}
    known = {"id": (*stays, *guests, *IDS), "token": tuple(doors.values()), "vendor": ("hotel-bookings",)}
    door = {"property_id": PROPERTY, "token": doors[PROPERTY]}
    heard = [HANDED_OVER | {"stay_id": one, "message_id": f"said-{one}"} for one in sorted(stays)[:2]]
    ripe = ripe_operations("integrations") | {
        "POST /v1/pms/{property_id}/{token}/{vendor}/events": [
            {"path": door | {"vendor": "hotel-bookings"}, "body": payload} for payload in said[:2]
        ],
        "POST /v1/pms/{property_id}/{token}/{vendor}/tasks": [
            {"path": door | {"vendor": "hotel-bookings"}, "body": TASK},
        ],
        "POST /v1/guest-messages/{property_id}/{token}": [{"path": door, "body": body} for body in heard],
        "POST /v1/guest-messages": [{"body": SAID | {"stay_id": one}} for one in sorted(stays)[:2]],
        "GET /v1/guests/{guest_id}/consents": [{"path": {"guest_id": one}} for one in sorted(guests)[-1:]],
        "POST /v1/guests/{guest_id}/consents": [
            {"path": {"guest_id": one}, "body": CONSENT} for one in sorted(guests)[-1:]
        ],
        "POST /v1/guest-links": [{"body": LINK | {"stay_id": one}} for one in sorted(stays)[:1]],
        "POST /v1/drafts": [{"body": DRAFT | {"stay_id": one}} for one in sorted(stays)[:2]],
    }
    at_vendor = await stay_at_vendor(have)
    of_city = sorted(stays)[0]
    comments = [await comment(have, of_city, "Quiet room", f"comment-{number}") for number in range(3)]
    dead = [await dead_note(have, of_city, f"note-{number}") for number in range(3)]
    resort = next(one for one in specs(CHAIN) if one.property_id == "resort")
    own = resort.model_dump(mode="json", include=set(CONNECTION))
    first = {"headers": {"If-Match": '"1"'}}
    decided = {"headers": {"If-Match": '"2"'}, "body": REDRIVE}
    ripe |= {
        "PUT /v1/connections/{property_id}": [{"path": {"property_id": "resort"}, "body": own, **first}],
        "GET /v1/connections/{property_id}": [{"path": {"property_id": "city"}}],
        "GET /v1/commands/{command_id}": [{"path": {"command_id": one}} for one in dead],
        "POST /v1/commands/{command_id}/redrive": [{"path": {"command_id": one}, **decided} for one in dead],
        "POST /v1/comments/{comment_id}/settle": [
            {"path": {"comment_id": one}, "body": SETTLED, **first} for one in comments
        ],
        "POST /v1/stays/{stay_id}/notes": [{"path": {"stay_id": at_vendor}, "body": NOTE}],
    }
    some = sorted(str(row["_id"]) for row in await have.chassis.mongo.collection("profiles").find({}, limit=5))
    erasures, forgotten = await ripe_erasures(standing, some)
    paid = await ripe_money(have.chassis.mongo, sorted(stays)[0], doors[PROPERTY])
    async with standing.client() as client:
        chief = {"Authorization": f"Bearer {token(SECOND, 'integrations')}"}
        subscriptions, heard_by = await ripe_partners(client, chief)
        desk = {"Authorization": f"Bearer {token(CHIEF, 'integrations')}"}
        # Of guests whom nobody forgets meanwhile; which ones are, no run shares with another: their ids are keyed.
        kept = {"_id": {"$in": sorted(stays)[2:]}, "guest": {"$nin": some}}
        staying = await have.chassis.mongo.collection("stays").find(kept, sort=[("_id", 1)], limit=4)
        talk = await ripe_messages(client, desk, chief, [str(row["_id"]) for row in staying])
    ids = {"id": (*known["id"], *erasures, *subscriptions), "partner": ("seed-looked-at",)}
    ids |= {"subscription": (subscriptions[-1],)}
    yield House(standing.app, tokens("integrations"), known | ids, ripe | forgotten | heard_by | paid | talk)
    await have.chassis.mongo.close()


async def ripe_erasures(standing: Standing, guests: Sequence[str]) -> tuple[list[str], Ripe]:
    """Requests to forget somebody that wait for the chief, and a guest whom nobody has asked to forget."""
    headers, ids = {"Authorization": f"Bearer {token(SECOND, 'integrations')}"}, []
    async with standing.client() as client:
        for guest in guests[:3]:
            key = {"Idempotency-Key": f"seed-{guest}"}
            said = await client.post("/v1/erasures", json=ASKED | {"guest_id": guest}, headers=headers | key)
            assert said.status_code == 201, said.text
            ids.append(said.json()["id"])
    decided = [{"path": {"erasure_id": one}, "headers": {"If-Match": '"1"'}, "body": AGREED} for one in ids[:2]]
    return ids, {
        "POST /v1/erasures": [{"body": ASKED | {"guest_id": one}} for one in guests[3:]],
        "POST /v1/erasures/{erasure_id}/decision": decided,
        "GET /v1/erasures/{erasure_id}": [{"path": {"erasure_id": one}} for one in ids],
        "GET /v1/guests/{guest_id}/file": [{"path": {"guest_id": guests[-1]}}],
    }


@contextlib.asynccontextmanager
async def reporting(told: Told, folder: Path) -> AsyncIterator[House]:
    """Reporting with a day of records."""
    settings = ReportingSettings(**told)
    chassis = Chassis(settings)
    standing = await stand(chassis, assemble_reporting(chassis, settings, FakeTraceSink()))
    await prepare_reporting(chassis.mongo)
    for number in range(4):
        story = Story(f"rec-{number}").accepted(NOON + minutes(5)).completed(NOON + minutes(50 + 10 * number))
        await standing.hears(*story.events)
    async with standing.client() as client:
        ripe = await ripe_reports(standing, Desk(client, tokens("reporting")))
    standing.at(NOON + minutes(600))
    known = {"record": ("rec-0", "rec-1"), "id": IDS}
    yield House(standing.app, tokens("reporting"), known, ripe_operations("reporting") | ripe)
    await chassis.mongo.close()


@contextlib.asynccontextmanager
async def console(told: Told, folder: Path) -> AsyncIterator[House]:
    """The console: its pages are for browsers, its operations for everybody."""
    settings = ConsoleSettings(**told)
    app = build_console(settings)
    chassis = Chassis(settings)
    await stand(chassis, app)
    await hear_auth(chassis)
    async with app.router.lifespan_context(app):
        yield House(app, tokens("console"), ripe=ripe_operations("console"))
    await chassis.mongo.close()


async def hear_auth(chassis: Chassis) -> None:
    """A heartbeat of auth, where every process of the service will find it."""
    alive = {"what": "heartbeat", "body": {"at": chassis.clock.real_now(), "versions": {}}}
    await chassis.mongo.collection("policy").update_one({"_id": "heartbeat"}, {"$set": alive}, upsert=True)


async def learn_own_events(parts: Parts) -> None:
    """What auth told everybody, taken into its own policy and its log as its consumers would from Kafka."""
    chassis = parts.chassis
    log = AuditHandler(Arrivals(chassis.mongo), chassis.clock.real_now)
    rows = await chassis.mongo.collection("events").find({"topic": {"$in": ["staff.v1", "policy.v1"]}})
    told = [envelope_of(row) for row in rows]

    async def learn(tx: Tx) -> None:
        await chassis.policy.apply(tx, told)
        await log.apply(tx, [*told, *UNSOUND])

    await chassis.mongo.run(learn)
    await leave_behind(chassis)
    await parts.sequencer.turn()
    await parts.indexer.turn()
    await hear_auth(chassis)
    await chassis.mongo.close()


@contextlib.asynccontextmanager
async def auth(told: Told, folder: Path) -> AsyncIterator[House]:
    """Auth with a chain loaded from a file; its people have signed in."""
    seed = folder / "chain.json"
    chief = person("chief", "general_manager", roles=["general_manager", "chain_admin", "auditor"], properties=None)
    everybody = [chief, person("duty", "duty_manager"), person("machine", "integration", properties=None)]
    whole = chain_seed(CHAIN)
    seed.write_text(json.dumps(whole | {"staff": [*whole["staff"], *everybody, *ROSTERED]}))
    settings = AuthSettings(**told, data_dir=folder, auth_seed=seed)
    app = build_auth(settings)
    async with app.router.lifespan_context(app):
        await learn_own_events(join(settings))
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        signed: dict[str, str] = {}
        async with httpx.AsyncClient(transport=transport, base_url="http://auth") as client:
            for name in ["olga", *WHO, *(each["login"] for each in everybody)]:
                body = {"chain": CHAIN, "login": name, "password": PASSWORD}
                said = await client.post("/v1/sessions", json=body)
                assert said.status_code == 201, said.text
                signed[name] = said.json()["access_token"]

            headers = {"Authorization": f"Bearer {signed['chief']}"}

            async def known() -> bool:
                return (await client.get("/v1/staff", headers=headers)).status_code == 200

            await until(known, "auth knows its own people")

            async def signed_tree() -> bool:
                return (await client.get("/v1/audit/0/proof", headers=headers)).status_code == 200

            await until(signed_tree, "the log is signed")
            ripe = await ripe_auth(client, headers, signed["duty"]) | await ripe_policy(client, signed["olga"])
            ripe |= await ripe_rota(client, signed)
        for name in ("olga", *WHO):
            signed.pop(name)
        yield House(app, signed, {"id": IDS}, ripe_operations("auth") | ripe)


SERVICES: dict[str, Build] = {
    "alerts": alerts,
    "auth": auth,
    "console": console,
    "integrations": integrations,
    "records": records,
    "reporting": reporting,
}


def told(mongo_url: str, database: str) -> Told:
    """What the environment says to a service under test."""
    return {"mongo_url": mongo_url, "mongo_database": database, "kafka_servers": NO_BROKER, "log_level": "CRITICAL"}
