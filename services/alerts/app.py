"""The composition root of alerts: `python -m services.alerts.app`."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from fastapi import FastAPI
from prometheus_client import Gauge

from services.alerts import api
from services.alerts.api import own, receipts, rules, silences
from services.alerts.channels import installed
from services.alerts.channels.clients import Clients, push_key
from services.alerts.channels.twilio import receipts_url
from services.alerts.domain.book import Book, QuietHours
from services.alerts.domain.book_faults import CHANNELS as PERSONAL
from services.alerts.domain.finding import Fault
from services.alerts.events import TOPICS, Handler
from services.alerts.settings import Settings
from services.alerts.staffing import ProjectedStaffing, SpokenTo, zone_of
from services.alerts.store import (
    MongoAlerts,
    MongoBooks,
    MongoDestinations,
    MongoInspector,
    MongoNotices,
    MongoOutgoing,
    MongoPreferences,
    MongoSilences,
    MongoStays,
    MongoWatches,
    prepare,
)
from services.alerts.store.aging import closed_alerts
from services.alerts.usecases.answering import Answering
from services.alerts.usecases.beating import Beating
from services.alerts.usecases.browsing import Browsing
from services.alerts.usecases.clocks import Rezoning
from services.alerts.usecases.desk import BREACH, CHAIN, UNHUSH, Parts
from services.alerts.usecases.duty import Duty
from services.alerts.usecases.firing import Firing
from services.alerts.usecases.inspecting import Inspecting
from services.alerts.usecases.placing import Placing
from services.alerts.usecases.readying import Readying
from services.alerts.usecases.receiving import Receiving
from services.alerts.usecases.rereading import REREAD, SETTLE_S, Rereading
from services.alerts.usecases.ruling import Ruling
from services.alerts.usecases.sending import Sending
from services.alerts.usecases.silencing import SILENCE, Silencing
from services.alerts.usecases.streaming import Hub, Streaming
from services.alerts.usecases.watching import Watching
from services.alerts.usecases.wishing import Wishing
from shared.chassis import readiness
from shared.chassis.commands import CommandContext
from shared.chassis.consume import Consumer
from shared.chassis.forgetting import ConfirmErasures
from shared.chassis.idempotency import Idempotency, Kept
from shared.chassis.jobs import Job
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.service import Chassis, run
from shared.chassis.tail import Tail
from shared.contracts import topics
from shared.contracts.guests import Store

Result = TypeVar("Result")
REZONE_S = 300.0


@dataclass(frozen=True)
class MongoCommands:
    """Commands in this store's transactions, with the chassis' idempotency keys."""

    mongo: Mongo
    keys: Idempotency

    async def seen(self, ctx: CommandContext) -> Kept | None:
        """What this key did before."""
        return await self.keys.seen(ctx)

    async def keep(self, tx: Tx, ctx: CommandContext, status: int, subject: str, version: int) -> None:
        """Keep what this key does."""
        await self.keys.keep(tx, ctx, status, subject, version)

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Do it in one transaction."""
        return await self.mongo.run(work)


def build(settings: Settings) -> FastAPI:
    """The alerts service as an ASGI app."""
    return assemble(Chassis(settings), settings)


def assemble(chassis: Chassis, settings: Settings) -> FastAPI:
    """The alerts service over a given chassis."""
    default = Book(quiet=QuietHours(start=settings.quiet_start, end=settings.quiet_end))
    watches, books, mongo = MongoWatches(chassis.mongo), MongoBooks(chassis.mongo, default), chassis.mongo
    preferences, outgoing, places = MongoPreferences(mongo), MongoOutgoing(mongo), MongoDestinations(mongo)
    clients = Clients(settings)
    senders = installed(settings, clients.outside, clients.providers)
    hub = Hub()
    parts = Parts(
        watches=watches,
        stays=MongoStays(mongo),
        alerts=MongoAlerts(mongo),
        notices=MongoNotices(mongo),
        silences=MongoSilences(mongo),
        books=books,
        people=SpokenTo(preferences, chassis.policy),
        timers=chassis.timers,
        outbox=chassis.outbox,
        staffing=ProjectedStaffing(chassis.policy),
        usable=frozenset(senders) & PERSONAL,
        mode=chassis.policy.mode,
    )
    commands, now = MongoCommands(mongo, chassis.idempotency), chassis.clock.now
    about = (parts.outbox, commands, chassis.policy, now, chassis.clock.new_id)
    firing, silencing = Firing(parts, now), Silencing(parts.silences, parts.timers, *about)
    chassis.timers.batch_handlers |= {
        BREACH: firing.breaches,
        CHAIN: firing.chains,
        UNHUSH: firing.unhush,
        SILENCE: silencing.run_out,
        REREAD: Rereading(parts, now).turn,
    }
    settle = dt.timedelta(seconds=SETTLE_S * chassis.clock.rate)
    inspecting = _inspecting(chassis, settings)
    browsing = Browsing(parts.alerts, parts.notices, chassis.policy, now)
    real_now = chassis.clock.real_now
    sending = Sending(outgoing, parts.alerts, parts.people, preferences, places, parts.staffing, senders, now, real_now)
    wishing = Wishing(preferences, commands, parts.usable, push_key(settings), real_now)
    placing = Placing(places, commands, chassis.policy, now, loopback=settings.outbound_loopback)
    routers = [
        own.router(wishing, placing, Streaming(browsing, hub, settings.stream_s), chassis),
        api.router(
            browsing,
            Answering(parts, commands, chassis.policy, now),
            inspecting,
            chassis.caller,
            chassis.command,
        ),
        rules.router(Ruling(books, watches, parts.staffing, parts.timers, settle, *about), chassis),
        silences.router(silencing, Duty(parts.staffing, books, chassis.policy, now), chassis),
        readiness.router(Readying(books, parts.people, parts.staffing, parts.usable, now), chassis),
        receipts.router(Receiving(outgoing, real_now), _twilio_token(settings), partial(receipts_url, settings)),
    ]
    handler = Handler(Watching(parts, chassis.clock.now), watches, preferences)
    app = chassis.app(
        title="alerts",
        routers=routers,
        links=api.LINKS,
        uploads=receipts.PATHS,
        consumers=[
            Consumer("alerts", TOPICS, handler),
            Consumer(
                "alerts.guests", (topics.GUESTS,), ConfirmErasures(chassis.outbox, Store.ALERTS, chassis.clock.now)
            ),
        ],
        tails=[Tail("inbox", (topics.ALERTS,), hub.hear)],
        jobs=[
            Job("auditor", settings.audit_every_s, inspecting.look),
            Job("sender", settings.send_every_s, sending.sort),
            *(Job(f"sender.{name}", settings.send_every_s, partial(sending.channel, name)) for name in senders),
            Job("zones", REZONE_S, Rezoning(outgoing, zone_of(chassis.policy), now).turn),
            *_heartbeat(chassis, settings, clients),
        ],
        prepare=[lambda: prepare(chassis.mongo)],
        retention=[closed_alerts(chassis.mongo)],
    )
    app.state.inspecting, app.state.sending, app.state.hub, app.state.parts = inspecting, sending, hub, parts
    return app


def _twilio_token(settings: Settings) -> str | None:
    """What the provider signs its receipts with, where we ask for them."""
    asked = settings.twilio_token and settings.twilio_callback_url
    return settings.twilio_token.get_secret_value() if asked and settings.twilio_token else None


def _inspecting(chassis: Chassis, settings: Settings) -> Inspecting:
    gauge = Gauge(
        "bellboard_alert_findings",
        "What the auditor found at its last look",
        ["fault"],
        registry=chassis.telemetry.metrics.registry,
    )

    def count(fault: Fault, number: int) -> None:
        gauge.labels(fault.value).set(number)

    grace = dt.timedelta(seconds=settings.audit_grace_s * chassis.clock.rate)
    return Inspecting(MongoInspector(chassis.mongo), chassis.policy, chassis.clock.now, grace, count)


def _heartbeat(chassis: Chassis, settings: Settings, clients: Clients) -> list[Job]:
    if not settings.heartbeat_url:
        return []
    stale = dt.timedelta(seconds=3 * settings.audit_every_s * max(chassis.clock.rate, 1.0))
    beating = Beating(MongoInspector(chassis.mongo), clients.ping, chassis.clock.now, stale)
    return [Job("heartbeat", settings.heartbeat_every_s, beating.turn)]


def main() -> None:
    """Serve alerts as the environment says."""
    settings = Settings()
    run(build(settings), settings)


if __name__ == "__main__":
    main()
