"""Auth's composition root."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from prometheus_client import Gauge

from services.auth.adapters.keyring import FileKeyRing
from services.auth.adapters.oidc import OidcProvider
from services.auth.adapters.passwords import Argon2Passwords
from services.auth.adapters.pulse import KafkaPulse
from services.auth.adapters.seal import KeyFileSeal
from services.auth.adapters.witness import FileWitness
from services.auth.api import audit as audit_api
from services.auth.api import delegations as delegations_api
from services.auth.api import directory as directory_api
from services.auth.api import evidence as evidence_api
from services.auth.api import federation as federation_api
from services.auth.api import glass as glass_api
from services.auth.api import importing as importing_api
from services.auth.api import invitations as invitations_api
from services.auth.api import own_time as own_time_api
from services.auth.api import policy as policy_api
from services.auth.api import providers as providers_api
from services.auth.api import scim as scim_api
from services.auth.api import second_factor as second_factor_api
from services.auth.api import service_accounts as service_accounts_api
from services.auth.api import sessions as sessions_api
from services.auth.api import shift_swaps as shift_swaps_api
from services.auth.api.links import LINKS
from services.auth.events import AuditHandler
from services.auth.settings import Settings
from services.auth.store.api_keys import MongoApiKeys
from services.auth.store.arrivals import Arrivals
from services.auth.store.audit import MongoAudit
from services.auth.store.audit_index import AuditIndex
from services.auth.store.audit_versions import AuditVersions
from services.auth.store.delegations import MongoDelegations
from services.auth.store.directory import MongoDirectory
from services.auth.store.federation import MongoFederations, MongoProviders
from services.auth.store.glass import MongoGlass
from services.auth.store.indexes import ensure_indexes
from services.auth.store.invitations import MongoInvitations
from services.auth.store.own_time import MongoRotaLinks
from services.auth.store.policy import MongoPolicies
from services.auth.store.policy_versions import MongoPolicyVersions
from services.auth.store.scim import MongoProvisioned
from services.auth.store.second_factors import MongoSecondFactors
from services.auth.store.sessions import MongoSessions
from services.auth.store.shift_swaps import MongoSwaps
from services.auth.usecases.audit import Indexer, Sequencer
from services.auth.usecases.breaking_glass import BreakingGlass
from services.auth.usecases.completeness import Completeness
from services.auth.usecases.delegating import Delegating
from services.auth.usecases.directory import Directory
from services.auth.usecases.evidence import Evidence
from services.auth.usecases.federating import Doors, Federating
from services.auth.usecases.gates import Gates
from services.auth.usecases.importing import Importing
from services.auth.usecases.inviting import Inviting
from services.auth.usecases.loading import Loading, Seed
from services.auth.usecases.own_time import OwnTime
from services.auth.usecases.policy import PolicyRuling
from services.auth.usecases.providers import Providers
from services.auth.usecases.provisioning import Provisioning
from services.auth.usecases.publishing import Publishing
from services.auth.usecases.reading_audit import ReadingAudit
from services.auth.usecases.readying import Readying
from services.auth.usecases.second_factor import SecondFactors
from services.auth.usecases.service_accounts import ServiceAccounts
from services.auth.usecases.shift_swaps import ShiftSwaps
from services.auth.usecases.signing_in import SigningIn
from shared.chassis import readiness
from shared.chassis.clock import Clock
from shared.chassis.consume import Consumer
from shared.chassis.jobs import Job
from shared.chassis.mongo import Mongo
from shared.chassis.outbound import GuardedTransport
from shared.chassis.outbox import Outbox
from shared.chassis.service import Chassis, run
from shared.contracts import topics

HEARTBEAT_S = 10
KEYS_S = 2
SEQUENCE_S = 0.25
CLEARED_S = 15


@dataclass(frozen=True)
class Parts:
    """The stores and use cases of auth, joined."""

    chassis: Chassis
    keys: FileKeyRing
    audit: MongoAudit
    signing_in: SigningIn
    factors: SecondFactors
    providers: Providers
    federating: Federating
    accounts: ServiceAccounts
    glass: BreakingGlass
    own_time: OwnTime
    swaps: ShiftSwaps
    delegating: Delegating
    provisioning: Provisioning
    importing: Importing
    inviting: Inviting
    directory: Directory
    readying: Readying
    ruling: PolicyRuling
    publishing: Publishing
    loading: Loading
    sequencer: Sequencer
    indexer: Indexer
    completeness: Completeness
    reading: ReadingAudit
    evidence: Evidence

    async def prepare(self) -> None:
        """Create the indexes, and publish keys and policies."""
        await ensure_indexes(self.chassis.mongo)
        await self.publishing.publish_all()


def audit_store(settings: Settings) -> tuple[Mongo, MongoAudit]:
    """The audit log alone, for the verifier: it needs no keys and no Kafka."""
    mongo, clock = Mongo.of(settings), Clock.of(settings)
    outbox = Outbox(mongo, clock, settings.service)
    return mongo, MongoAudit(mongo, outbox, AuditIndex(mongo, AuditVersions(mongo, outbox), clock.real_now))


def join(settings: Settings) -> Parts:
    """Everything of auth, not yet connected."""
    chassis = Chassis(settings)
    keys = FileKeyRing(settings.keys_file, chassis.clock.real_now)
    chassis.digest_secret = keys.refresh_secret  # requests to auth hold passwords
    passwords = Argon2Passwords(settings.hashing_threads, settings.hashing_queue)
    mongo, outbox, clock = chassis.mongo, chassis.outbox, chassis.clock
    directory = MongoDirectory(mongo, outbox, chassis.idempotency)
    tallies = AuditVersions(mongo, outbox)
    index = AuditIndex(mongo, tallies, clock.real_now)
    audit = MongoAudit(mongo, outbox, index)
    reading = ReadingAudit(audit, index, chassis.policy, clock)
    sessions = MongoSessions(mongo)
    gates = Gates(sessions, clock)
    factors = SecondFactors(
        MongoSecondFactors(mongo),
        directory,
        sessions,
        KeyFileSeal(keys.refresh_secret, "second-factor"),
        clock,
        settings.second_factor_asked,
    )
    known = MongoProviders(mongo, outbox, chassis.idempotency)
    federations = MongoFederations(mongo, directory)
    signing_in = SigningIn(directory, sessions, passwords, keys, factors, gates, known, clock)
    seal, local = KeyFileSeal(keys.refresh_secret, "identity-provider"), settings.loopback_issuers
    remote = OidcProvider(GuardedTransport(private=settings.private_hosts, loopback=local), loopback=local)
    provisioned = MongoProvisioned(mongo, directory)
    accounts = ServiceAccounts(directory, MongoApiKeys(mongo, directory), keys, gates, chassis.policy, clock)
    doors = Doors(settings.callback, settings.returns)
    policies, versions = MongoPolicies(mongo, outbox), MongoPolicyVersions(mongo, outbox, chassis.idempotency)
    publishing = Publishing(policies, directory, keys, KafkaPulse(chassis.relay), clock)
    return Parts(
        chassis=chassis,
        keys=keys,
        audit=audit,
        signing_in=signing_in,
        factors=factors,
        providers=Providers(known, federations, directory, seal, chassis.policy, clock, loopback=local),
        federating=Federating(
            known, federations, directory, remote, provisioned, signing_in, seal, gates, clock, doors
        ),
        accounts=accounts,
        glass=BreakingGlass(MongoGlass(mongo, directory), directory, sessions, keys, chassis.policy, clock),
        own_time=OwnTime(directory, MongoRotaLinks(mongo), clock),
        swaps=ShiftSwaps(
            MongoSwaps(mongo, directory), directory, chassis.policy, clock, dt.timedelta(hours=settings.rest_hours)
        ),
        delegating=Delegating(directory, MongoDelegations(mongo), chassis.policy, clock),
        provisioning=Provisioning(provisioned, directory, known, accounts, chassis.policy, clock),
        importing=Importing(directory, chassis.policy, clock),
        inviting=Inviting(directory, MongoInvitations(mongo, directory), passwords, gates, chassis.policy, clock),
        readying=Readying(directory),
        directory=Directory(directory, passwords, chassis.policy, clock),
        ruling=PolicyRuling(versions, policies, directory, chassis.policy, keys, clock),
        publishing=publishing,
        loading=Loading(directory, passwords, publishing, clock),
        sequencer=Sequencer(audit, keys, FileWitness(settings.witness_folder), clock),
        indexer=Indexer(index),
        completeness=Completeness(tallies, clock, dt.timedelta(seconds=settings.gap_grace_s), _gaps(chassis)),
        reading=reading,
        evidence=Evidence(audit, reading, clock),
    )


def _gaps(chassis: Chassis) -> Callable[[int], None]:
    gauge = Gauge(
        "bellboard_audit_gaps",
        "Aggregates of which the audit log misses versions",
        registry=chassis.telemetry.metrics.registry,
    )
    return gauge.set


def build(settings: Settings) -> FastAPI:
    """The service as an ASGI app; a seed file is loaded before it answers."""
    return assemble(join(settings), settings)


def assemble(parts: Parts, settings: Settings) -> FastAPI:
    """The service over parts that are joined."""
    chassis = parts.chassis

    async def load_seed() -> None:
        if settings.auth_seed is not None:
            await parts.loading.load(Seed.model_validate_json(settings.auth_seed.read_bytes()))

    handler = AuditHandler(Arrivals(chassis.mongo), chassis.clock.real_now)
    return chassis.app(
        title="auth",
        routers=[
            sessions_api.router(parts.signing_in, parts.keys, chassis, settings.proxies),
            second_factor_api.router(parts.factors, chassis),
            federation_api.router(parts.federating, chassis, settings.proxies),
            providers_api.router(parts.providers, chassis),
            service_accounts_api.router(parts.accounts, chassis, settings.proxies),
            scim_api.router(parts.provisioning, settings.proxies),
            glass_api.router(parts.glass, chassis),
            own_time_api.router(parts.own_time, chassis),
            shift_swaps_api.router(parts.swaps, chassis),
            delegations_api.router(parts.delegating, chassis),
            importing_api.router(parts.importing, chassis),
            invitations_api.router(parts.inviting, chassis, settings.proxies),
            directory_api.router(parts.directory, chassis),
            readiness.router(parts.readying, chassis),
            policy_api.router(parts.ruling, chassis),
            audit_api.router(parts.reading, chassis),
            evidence_api.router(parts.evidence, chassis),
        ],
        links=LINKS,
        consumers=[Consumer("auth.audit", topics.AUDITED, handler, cursors=False)],
        jobs=[
            Job("heartbeat", HEARTBEAT_S, parts.publishing.beat),
            Job("keys", KEYS_S, parts.publishing.publish_keys),
            Job("sequencer", SEQUENCE_S, parts.sequencer.turn),
            Job("audit-index", SEQUENCE_S, parts.indexer.turn),
            Job("completeness", settings.gap_looked_s, parts.completeness.look),
            Job("shift-swaps", CLEARED_S, parts.swaps.expire),
            Job("missed-shifts", CLEARED_S, parts.own_time.pass_by),
            Job("delegations", CLEARED_S, parts.delegating.sweep),
        ],
        prepare=[parts.prepare, load_seed],
    )


if __name__ == "__main__":
    run(build(Settings()), Settings())
