"""A service out of a folder: one call makes an app with its store, relay, consumers, timers and probes."""

import asyncio
import contextlib
import logging
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated

import uvicorn
from fastapi import APIRouter, FastAPI, Header, Request, Response, Security
from fastapi.responses import JSONResponse

from shared.chassis import errors, insight, operations, retention_routes
from shared.chassis.access import Access
from shared.chassis.auth import Verifier
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext, request_digest
from shared.chassis.consume import Consumer, Consumption
from shared.chassis.defaults import refuse_default_secrets
from shared.chassis.describing import Bearer, Link, describe, operation_id
from shared.chassis.garbage import collect_seldom
from shared.chassis.guarding import Guard
from shared.chassis.idempotency import Idempotency
from shared.chassis.jobs import Job, cancel, keep_running, run_job
from shared.chassis.kafka import KafkaError, Producer
from shared.chassis.leases import Lease
from shared.chassis.limits import BodyLimit
from shared.chassis.liveness import end_process
from shared.chassis.mongo import DatabaseError, Mongo
from shared.chassis.outbox import Outbox
from shared.chassis.patience import Patience
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance, correlation_of
from shared.chassis.refilling import Refilling
from shared.chassis.relay import Relay
from shared.chassis.restored import Restored
from shared.chassis.retention import Kept, Retaining
from shared.chassis.seals import root_of
from shared.chassis.settings import ServiceSettings
from shared.chassis.tail import Tail, Tailing
from shared.chassis.telemetry import Telemetry, start_json_logs
from shared.chassis.timers import Timers
from shared.chassis.together import Together
from shared.chassis.tracing import Tracing
from shared.contracts import topics
from shared.contracts.errors import AppError, ErrorKind, invalid
from shared.contracts.identity import Principal

log = logging.getLogger(__name__)
Prepare = Callable[[], Awaitable[None]]
MORE_GRACE_S = 5
WATCH_S = 5.0
JOIN_AGAIN_S = 0.5
STORE_AGAIN_S = 0.2
RETAIN_S = 600.0
Authorization = Annotated[str | None, Security(Bearer())]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=8,
        max_length=128,
        pattern=r"^[!-~]+$",
        description="Chosen by the caller for one command; sent again it has no second effect",
        examples=["0198c7f2-6f0a-7c11-9d5e-2f6f6a1b7c90"],
    ),
]
ETAG = re.compile(r'(W/)?"?([0-9]{1,9})"?')
"""A version as ETag gave it; also as proxies weaken it and as people type it."""
IfMatch = Annotated[
    str | None,
    Header(
        max_length=64,
        description="The version the command was decided on, as ETag gave it",
        json_schema_extra={"pattern": f"^{ETAG.pattern}$", "examples": ['"7"']},
    ),
]


def parse_etag(value: str | None) -> int | None:
    """The version in an If-Match header, e.g. `"7"`; None when the header is absent."""
    if value is None:
        return None
    given = ETAG.fullmatch(value.strip())
    if given is None:
        raise invalid("If-Match", "etag", 'If-Match holds a version as given by ETag, e.g. "7".')
    return int(given[2])


class Chassis:
    """The parts that every service has. Nothing is connected before the app starts."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.owner = f"{settings.service}@{socket.gethostname()}:{os.getpid()}"
        self.clock = Clock.of(settings)
        self.mongo = Mongo.of(settings)
        self.together = Together(self.mongo)
        self.telemetry = Telemetry(settings)
        self.outbox = Outbox(self.mongo, self.clock, settings.service)
        self.producer = Producer(Access.of(settings), f"bellboard-{settings.service}")
        self.relay = Relay(
            self.mongo,
            self.outbox,
            self.producer,
            Lease(self.mongo, "relay", self.owner, settings.relay_lease_s),
            self.telemetry.metrics,
            settings.kafka_namespace,
        )
        self.idempotency = Idempotency(self.mongo, self.clock)
        self.digest_secret = b""
        self.policy = Policy(
            self.mongo,
            self.clock,
            f"{settings.service}.policy",
            root_of(settings.policy_key),
            self.telemetry.metrics.forged.inc,
        )
        self.timers = Timers(self.mongo, self.clock, self.telemetry.metrics, self.owner)
        self.verifier = Verifier(self.policy, settings.service)
        self.consumptions: list[Consumption] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._joined: set[str] = set()

    async def caller(self, authorization: Authorization = None) -> Principal:
        """FastAPI dependency: the verified caller, or 401."""
        return self.verifier.principal(authorization)

    async def creation(
        self, request: Request, authorization: Authorization = None, idempotency_key: IdempotencyKey = None
    ) -> CommandContext:
        """FastAPI dependency for every route that creates something: there is no version to name yet."""
        return await self.command(request, authorization, idempotency_key)

    async def command(
        self,
        request: Request,
        authorization: Authorization = None,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> CommandContext:
        """FastAPI dependency for every route that moves something."""
        principal = self.verifier.principal(authorization)
        return self._context(request, principal, idempotency_key, if_match, await request.body())

    async def upload(
        self,
        request: Request,
        authorization: Authorization = None,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> CommandContext:
        """As `command`, for a route that reads the body itself, piece by piece: its digest is still to be made."""
        principal = self.verifier.principal(authorization)
        return self._context(request, principal, idempotency_key, if_match, b"")

    def _context(
        self, request: Request, principal: Principal, key: str | None, if_match: str | None, body: bytes
    ) -> CommandContext:
        if key is None:
            raise invalid("Idempotency-Key", "required", "Send an Idempotency-Key header, so a retry does it once.")
        digest = request_digest(request.method, request.url.path, body, self.digest_secret)
        correlation = correlation_of(request.headers.get("x-request-id", "")) or self.clock.new_id()
        return CommandContext(principal, key, digest, parse_etag(if_match), Provenance.fresh(correlation))

    def app(
        self,
        *,
        title: str,
        routers: Sequence[APIRouter],
        consumers: Sequence[Consumer] = (),
        tails: Sequence[Tail] = (),
        jobs: Sequence[Job] = (),
        prepare: Sequence[Prepare] = (),
        links: Sequence[Link] = (),
        pages: bool = False,
        uploads: str | None = None,
        retention: Sequence[Kept] = (),
        version: str = "1",
    ) -> FastAPI:
        """The service as an ASGI app. It answers while Kafka is down, and joins when Kafka is back.

        `retention` says what is let go of for its age. `links` say in OpenAPI what may follow on an answer. With
        `pages` the routers are for browsers: they take forms, and OpenAPI leaves them out. `uploads` is a pattern of
        paths that take files.
        """
        known = Refilling(self.policy, self.outbox)
        policy = Consumer(f"{self.settings.service}.policy", (topics.POLICY, topics.STAFF), known)
        make = (self.mongo, self.clock, self.telemetry, self.settings)
        self.consumptions = [Consumption(one, *make) for one in (policy, *consumers)]
        tailings = [Tailing(tail, self.settings) for tail in tails]

        kept = (*retention, operations.Reasons(self.mongo).kept)
        retaining = Retaining(self.mongo, self.outbox, self.clock, self.policy, self.settings.service, kept)
        jobs = [*jobs, Job("retention", RETAIN_S, retaining.apply)]

        @contextlib.asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            start_json_logs(self.settings)
            await self._until_store()
            await self._prepare(prepare)
            self._start(tailings, jobs)
            try:
                yield
            finally:
                await self._stop(tailings)

        app = FastAPI(
            title=f"Bellboard {title}",
            version=version,
            lifespan=lifespan,
            generate_unique_id_function=operation_id,
            openapi_url=None,  # told by `insight`, and not to everybody
        )
        app.openapi = describe(app, links)  # type: ignore[method-assign] # FastAPI's documented way to extend it
        errors.install(app)
        app.add_middleware(Patience)
        app.add_middleware(BodyLimit, forms=pages, uploads=uploads)
        for one in routers:
            app.include_router(one, include_in_schema=not pages)
        journal = operations.Journal(self.mongo, self.outbox, self.clock, self.settings.service)
        operated = operations.Operations(journal, self.outbox, self.relay, self.policy, lambda: self.consumptions)
        app.include_router(operations.router(operated, self.caller))
        if retention:
            app.include_router(retention_routes.router(retaining, operated, self.caller))
        self._probes(app)
        entrance = insight.Entrance(self.settings.operations_token, self.verifier, self.policy)
        app.include_router(insight.router(app, entrance, self._metrics))
        if not pages:  # a page says what it loads; the console's own headers do
            app.add_middleware(Guard)
        telemetry = self.telemetry
        app.add_middleware(
            Tracing, tracer=telemetry.tracer, answers=telemetry.metrics.answers, exports=telemetry.exports
        )
        app.state.jobs = jobs
        return app

    async def _until_store(self) -> None:
        """Wait for the store: whoever starts everything at once need not care what is up first."""
        while not await self.mongo.ping():
            log.warning("waits for MongoDB")
            await asyncio.sleep(STORE_AGAIN_S)

    async def _prepare(self, prepare: Sequence[Prepare]) -> None:
        own = (self.outbox, self.idempotency, self.policy, self.timers)
        for part in own:
            await part.prepare()
        for consumption in self.consumptions:
            await consumption.applier.prepare()
        for each in prepare:
            await each()
        await self.policy.refresh()
        journal = operations.Journal(self.mongo, self.outbox, self.clock, self.settings.service)
        await Restored(self.mongo, journal, self.policy).tell()

    def _start(self, tailings: Sequence[Tailing], jobs: Sequence[Job]) -> None:
        def begin(name: str, work: Callable[[], Awaitable[None]]) -> None:
            self._tasks.append(asyncio.create_task(keep_running(name, work), name=name))

        begin("relay", self.relay.run)
        begin("policy", self.policy.run)
        if self.timers.handlers or self.timers.batch_handlers:
            begin("timers", self.timers.run)
        for consumption in self.consumptions:
            begin(f"{consumption.spec.group} unready", consumption.applier.redrive_unready)
            self._tasks.append(asyncio.create_task(self._join(consumption.spec.group, consumption)))
        begin("watch", self._watch)
        for tailing in tailings:
            self._tasks.append(asyncio.create_task(self._join("tail", tailing)))
        for job in jobs:
            lease = Lease(self.mongo, f"job-{job.name}", self.owner)
            self._tasks.append(asyncio.create_task(run_job(job, lease), name=job.name))

    async def _watch(self) -> None:
        """For ever: see that every consumer moves, and what operators ask of it; end the process when one is dead."""
        while True:
            for one in self.consumptions:
                await one.look()
                if not one.alive():
                    end_process(f"{one.spec.group} is behind and stands still")
                with contextlib.suppress(DatabaseError, KafkaError, TimeoutError):
                    await one.reread_if_asked()
            await asyncio.sleep(min(WATCH_S, self.settings.stuck_after_s / 4))

    async def _join(self, name: str, part: Consumption | Tailing) -> None:
        # The API is up without Kafka: joining is tried until it works.
        while True:
            try:
                await part.start()
            except (KafkaError, OSError, TimeoutError) as failure:
                log.warning("%s waits for Kafka (%s)", name, type(failure).__name__)
                await asyncio.sleep(JOIN_AGAIN_S)
            else:
                self._joined.add(name)
                return

    async def _stop(self, tailings: Sequence[Tailing]) -> None:
        running: list[Consumption | Tailing] = [*self.consumptions, *tailings]
        for part in running:
            await part.stop()
        await cancel(self._tasks)
        await self.producer.stop()
        self.telemetry.stop()
        with contextlib.suppress(DatabaseError):
            await self.relay.lease.release()
        await self.mongo.close()

    def _probes(self, app: FastAPI) -> None:
        @app.get("/healthz", include_in_schema=False)
        async def healthz() -> Response:
            """Alive means moving: a consumer that is behind and stands still for 60 s is dead."""
            dead = [one.spec.group for one in self.consumptions if not one.alive()]
            return JSONResponse({"dead": dead}, status_code=503 if dead else 200)

        @app.get("/readyz", include_in_schema=False)
        async def readyz() -> Response:
            """Ready means the store answers. Kafka may be down: commands are kept in the outbox."""
            ready = await self.mongo.ping()
            return JSONResponse({"store": ready, "joined": sorted(self._joined)}, status_code=200 if ready else 503)

    async def _metrics(self, exemplars: bool) -> bytes:
        for one in self.consumptions:
            one.alive()
        self.telemetry.metrics.outbox_depth.set(await self.outbox.depth())
        self.telemetry.metrics.outbox_age.set(await self.outbox.age_s())
        return self.telemetry.metrics.text(exemplars=exemplars)


def require_version(ctx: CommandContext, version: int) -> None:
    """Hold a command to the version it was decided on: 428 without If-Match, 412 when the record moved on."""
    if ctx.if_match is None:
        raise AppError(
            ErrorKind.PRECONDITION_REQUIRED, "if_match_required", "Send If-Match with the version you have seen."
        )
    if ctx.if_match != version:
        raise AppError(
            ErrorKind.STALE, "version_moved_on", f"It is at version {version} now; you decided on {ctx.if_match}."
        )


def run(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until SIGTERM, then finish what runs, within the grace that is set."""
    refuse_default_secrets(settings)
    collect_seldom()
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.grace_s) + MORE_GRACE_S,
    )
