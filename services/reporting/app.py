"""The composition root of reporting: `python -m services.reporting.app`."""

import datetime as dt

from fastapi import FastAPI
from prometheus_client import Counter

from services.reporting import api
from services.reporting.adapters.mail import SmtpMailer
from services.reporting.adapters.moments import Moments
from services.reporting.adapters.press import Press
from services.reporting.adapters.traces import OtelTraces
from services.reporting.domain.local import latest_day
from services.reporting.events import TOPICS, Handler
from services.reporting.ports import TraceSink
from services.reporting.reports import APART, ENTRIES_VERSION
from services.reporting.settings import Settings
from services.reporting.store import (
    MongoCashed,
    MongoExports,
    MongoFacts,
    MongoFiles,
    MongoMailings,
    MongoReviews,
    MongoRuns,
    MongoSchedules,
    MongoSpots,
    MongoStays,
    MongoSums,
    MongoTraces,
    prepare,
)
from services.reporting.usecases.answering import Answering
from services.reporting.usecases.cashing import Cashing
from services.reporting.usecases.clearing import Clearing
from services.reporting.usecases.counting import Counting
from services.reporting.usecases.delivering import Delivering
from services.reporting.usecases.exporting import Exporting
from services.reporting.usecases.forecasting import Forecasting
from services.reporting.usecases.lodging import Lodging
from services.reporting.usecases.mailing import Mailings
from services.reporting.usecases.projecting import Projecting
from services.reporting.usecases.reviewing import Reviewing
from services.reporting.usecases.scheduling import KIND, Scheduling
from services.reporting.usecases.spotting import Spotting
from services.reporting.usecases.tracing import Tracing
from services.reporting.usecases.watching import Watching
from shared.chassis.consume import Consumer
from shared.chassis.forgetting import ConfirmErasures
from shared.chassis.jobs import Job
from shared.chassis.service import Chassis, run
from shared.contracts import topics
from shared.contracts.guests import Store
from shared.contracts.identity import Principal

UNKNOWN_ZONE = "UTC"
COUNT_EVERY_S = 60.0
CLEAR_EVERY_S = 3_600.0


def build(settings: Settings) -> FastAPI:
    """The reporting service as an ASGI app."""
    return assemble(Chassis(settings), settings, OtelTraces.to(settings.otlp_endpoint))


def assemble(chassis: Chassis, settings: Settings, sink: TraceSink) -> FastAPI:
    """The reporting service over a given chassis and a place for its business traces."""
    facts, traces = MongoFacts(chassis.mongo), MongoTraces(chassis.mongo, chassis.clock)
    moments = Moments.to(settings.otlp_endpoint, _counter(chassis))
    sums = MongoSums(chassis.mongo, chassis.owner, ENTRIES_VERSION, APART, lambda: latest_day(chassis.clock.now()))
    projecting = Projecting(facts, sums, traces, moments.note)
    watching = Watching(facts, moments.note, chassis.clock.now)
    counting = Counting(facts, sums, chassis.mongo.run)
    tracing = Tracing(facts, traces, sink)

    def zone_of(caller: Principal, property_id: str | None) -> str:
        allowed = [property_id] if property_id else caller.properties
        found = chassis.policy.properties(caller.chain, allowed)
        return found[0].zone if found else UNKNOWN_ZONE

    spots = MongoSpots(chassis.mongo)
    answering = Answering(facts, sums, spots, chassis.policy, chassis.clock.now, zone_of)
    keys, run, now = chassis.idempotency, chassis.mongo.run, chassis.clock.now
    stays, schedules, runs = MongoStays(chassis.mongo), MongoSchedules(chassis.mongo), MongoRuns(chassis.mongo)
    files, exports, hotel = (
        MongoFiles(chassis.mongo),
        MongoExports(chassis.mongo, chassis.clock),
        chassis.policy.property,
    )
    forecasting = Forecasting(stays, answering, hotel, now)
    arm, append = chassis.timers.arm, chassis.outbox.append
    scheduling = Scheduling(schedules, runs, answering, forecasting, keys, arm, run, hotel, now)
    new_id, press = chassis.clock.new_id, Press()
    mailings, real_now = MongoMailings(chassis.mongo), chassis.clock.real_now
    delivering = Delivering(
        schedules, runs, mailings, files, answering, press, keys, append, run, now, real_now, new_id
    )
    mailing = Mailings(mailings, files, SmtpMailer.of(settings), delivering, answering, now, real_now)
    exporting = Exporting(exports, facts, files, answering, chassis.policy, press, keys, run, now)
    kept = (dt.timedelta(days=settings.exports_kept_days), dt.timedelta(days=settings.deliveries_kept_days))
    clearing = Clearing(files, *kept, real_now)
    reviews, hotels = MongoReviews(chassis.mongo), chassis.policy.hotels
    spotting = Spotting(spots, facts, stays, sums, answering, keys, append, run, now, new_id, hotels)
    reviewing = Reviewing(reviews, sums, answering, keys, run)
    chassis.timers.handlers[KIND] = scheduling.fire
    app = chassis.app(
        title="reporting",
        routers=[
            api.router(answering, chassis.caller, now),
            api.files(answering, exporting, forecasting, press, chassis),
            api.schedules(scheduling, delivering, mailing, chassis),
            api.spots(spotting, reviewing, chassis),
        ],
        links=api.LINKS,
        consumers=[
            Consumer("reporting", TOPICS, Handler(projecting)),
            Consumer("reporting.cash", (topics.MONEY,), Cashing(MongoCashed(chassis.mongo), sums, hotel)),
            Consumer("reporting.stays", (topics.STAYS,), Lodging(stays, sums)),
            Consumer(
                "reporting.guests",
                (topics.GUESTS,),
                ConfirmErasures(chassis.outbox, Store.REPORTING, chassis.clock.now),
            ),
        ],
        jobs=[
            Job("traces", settings.trace_every_s, tracing.tell),
            Job("overdue", settings.trace_every_s, watching.look),
            Job("counting", COUNT_EVERY_S, counting.catch_up),
            Job("deliveries", settings.deliver_every_s, delivering.deliver),
            Job("spot_checks", settings.spot_every_s, spotting.plan_busy),
            Job("exports", settings.deliver_every_s, exporting.make),
            Job("mails", settings.mail_every_s, mailing.send),
            Job("files", CLEAR_EVERY_S, clearing.clear),
        ],
        prepare=[lambda: prepare(chassis.mongo)],
    )
    app.state.tracing, app.state.counting = tracing, counting
    app.state.watching, app.state.spotting, app.state.moments = watching, spotting, moments
    app.state.mailing = mailing
    app.state.delivering, app.state.exporting, app.state.clearing = delivering, exporting, clearing
    return app


def _counter(chassis: Chassis) -> Counter:
    return Counter(
        "bellboard_business_moments",
        "Hand-offs between departments, overdue moments and late closes, as they are seen",
        ["what", "before", "after"],
        registry=chassis.telemetry.metrics.registry,
    )


def main() -> None:
    """Serve reporting as the environment says."""
    settings = Settings()
    run(build(settings), settings)


if __name__ == "__main__":
    main()
