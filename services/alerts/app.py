"""The composition root of alerts: `python -m services.alerts.app`."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI
from prometheus_client import Gauge

from services.alerts import api
from services.alerts.channels import REGISTRY
from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.finding import Fault
from services.alerts.domain.notice import QuietHours
from services.alerts.events import TOPICS, Handler
from services.alerts.settings import Settings
from services.alerts.staffing import ProjectedStaffing
from services.alerts.store import MongoAlerts, MongoInspector, MongoNotices, MongoWatches, prepare
from services.alerts.usecases.acknowledging import Acknowledging
from services.alerts.usecases.browsing import Browsing
from services.alerts.usecases.desk import BREACH, CHAIN, Parts
from services.alerts.usecases.firing import Firing
from services.alerts.usecases.inspecting import Inspecting
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

    async def run(self, work: Callable[[Tx], Awaitable[LiveAlert]]) -> LiveAlert:
        """Do it in one transaction."""
        return await self.mongo.run(work)


def build(settings: Settings) -> FastAPI:
    """The alerts service as an ASGI app."""
    return assemble(Chassis(settings), settings)


def assemble(chassis: Chassis, settings: Settings) -> FastAPI:
    """The alerts service over a given chassis."""
    watches, alerts, notices = MongoWatches(chassis.mongo), MongoAlerts(chassis.mongo), MongoNotices(chassis.mongo)
    parts = Parts(
        watches=watches,
        alerts=alerts,
        notices=notices,
        channels=tuple(make(notices) for make in REGISTRY.values()),
        timers=chassis.timers,
        outbox=chassis.outbox,
        staffing=ProjectedStaffing(chassis.policy),
        quiet=QuietHours(start=settings.quiet_start, end=settings.quiet_end),
    )
    firing = Firing(parts, chassis.clock.now)
    chassis.timers.batch_handlers |= {BREACH: firing.breaches, CHAIN: firing.chains}
    inspecting = _inspecting(chassis, settings)
    commands = MongoCommands(chassis.mongo, chassis.idempotency)
    routes = api.router(
        Browsing(alerts, notices, chassis.policy, chassis.clock.now),
        Acknowledging(parts, commands, chassis.policy, chassis.clock.now),
        inspecting,
        chassis.caller,
        chassis.command,
    )
    handler = Handler(Watching(parts, chassis.clock.now), watches)
    app = chassis.app(
        title="alerts",
        routers=[routes],
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
