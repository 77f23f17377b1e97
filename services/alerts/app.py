"""The composition root of alerts: `python -m services.alerts.app`."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from fastapi import FastAPI
from prometheus_client import Gauge

from services.alerts import api
from services.alerts.api import rules, silences
from services.alerts.domain.book import Book, QuietHours
from services.alerts.domain.finding import Fault
from services.alerts.events import TOPICS, Handler
from services.alerts.settings import Settings
from services.alerts.staffing import ProjectedStaffing, SpokenTo
from services.alerts.store import (
    MongoAlerts,
    MongoBooks,
    MongoInspector,
    MongoNotices,
    MongoPreferences,
    MongoSilences,
    MongoStays,
    MongoWatches,
    prepare,
)
from services.alerts.usecases.answering import Answering
from services.alerts.usecases.browsing import Browsing
from services.alerts.usecases.desk import BREACH, CHAIN, UNHUSH, Parts
from services.alerts.usecases.duty import Duty
from services.alerts.usecases.firing import Firing
from services.alerts.usecases.inspecting import Inspecting
from services.alerts.usecases.ruling import Ruling
from services.alerts.usecases.silencing import SILENCE, Silencing
from services.alerts.usecases.watching import Watching
from shared.chassis.commands import CommandContext
from shared.chassis.consume import Consumer
from shared.chassis.forgetting import ConfirmErasures
from shared.chassis.idempotency import Idempotency, Kept
from shared.chassis.jobs import Job
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.service import Chassis, run
from shared.contracts import topics
from shared.contracts.guests import Store

Result = TypeVar("Result")


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
    preferences = MongoPreferences(mongo)
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
    )
    commands, now = MongoCommands(mongo, chassis.idempotency), chassis.clock.now
    about = (parts.outbox, commands, chassis.policy, now, chassis.clock.new_id)
    firing, silencing = Firing(parts, now), Silencing(parts.silences, parts.timers, *about)
    chassis.timers.batch_handlers |= {
        BREACH: firing.breaches,
        CHAIN: firing.chains,
        UNHUSH: firing.unhush,
        SILENCE: silencing.run_out,
    }
    inspecting = _inspecting(chassis, settings)
    routers = [
        api.router(
            Browsing(parts.alerts, parts.notices, chassis.policy, now),
            Answering(parts, commands, chassis.policy, now),
            inspecting,
            chassis.caller,
            chassis.command,
        ),
        rules.router(Ruling(books, watches, parts.staffing, *about), chassis),
        silences.router(silencing, Duty(parts.staffing, books, chassis.policy, now), chassis),
    ]
    handler = Handler(Watching(parts, chassis.clock.now), watches)
    app = chassis.app(
        title="alerts",
        routers=routers,
        links=api.LINKS,
        consumers=[
            Consumer("alerts", TOPICS, handler),
            Consumer(
                "alerts.guests", (topics.GUESTS,), ConfirmErasures(chassis.outbox, Store.ALERTS, chassis.clock.now)
            ),
        ],
        jobs=[Job("auditor", settings.audit_every_s, inspecting.look)],
        prepare=[lambda: prepare(chassis.mongo)],
    )
    app.state.inspecting = inspecting
    return app


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


def main() -> None:
    """Serve alerts as the environment says."""
    settings = Settings()
    run(build(settings), settings)


if __name__ == "__main__":
    main()
