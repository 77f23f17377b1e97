"""What the audit log takes: events placed a second beside bare inserts, and proofs in a log of a million entries."""

import resource
from collections.abc import Sequence
from time import perf_counter

from bench.figures import FEW, ROUNDS, Figure, Occasion, alternate
from bench.ground import Ground
from bench.lives import events
from services.auth.domain import merkle
from services.auth.domain.merkle import Frontier, Node, leaf_hash
from services.auth.domain.sequencing import KEPT_LEVEL
from services.auth.store.arrivals import Arrivals
from services.auth.store.audit import MongoAudit
from services.auth.store.audit_index import AuditIndex
from services.auth.store.audit_versions import AuditVersions
from services.auth.store.indexes import ensure_indexes
from services.auth.usecases.audit import BATCH
from shared.chassis.mongo import Binary, Document, Mongo, Tx
from shared.contracts.envelope import Envelope
from shared.contracts.values import Scope
from tests.factories.records import CHAIN

EVENTS, LOG, PROOFS, AT_ONCE = 20_000, 1_000_000, 200, 5_000
AIM_RATE, AIM_RATIO, AIM_PROOF_MS = 10_000.0, 0.25, 20.0
SCOPE = Scope(chain=CHAIN)
DATABASE = "bench_audit"


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Entries a second, milliseconds a proof, mebibytes of memory."""
    await ground.fresh(DATABASE)
    chassis = ground.chassis("auth", DATABASE)
    await ensure_indexes(chassis.mongo)
    index = AuditIndex(chassis.mongo, AuditVersions(chassis.mongo, chassis.outbox), chassis.clock.real_now)
    store = MongoAudit(chassis.mongo, chassis.outbox, index)
    told = events(chassis.outbox, chassis.clock, EVENTS)
    rows = await _arrived(chassis.mongo, told)
    placed, bare = await alternate(
        lambda: _placed(chassis.mongo, store, rows), lambda: _inserted(chassis.mongo, rows), ROUNDS
    )
    found = [occasion.beside("audit: events placed in the log", "entries/s", placed, bare, AIM_RATIO)]
    found.append(occasion.alone("audit: one event placed", "µs", [1e6 / rate for rate in placed], 1e6 / AIM_RATE))
    indexed = [await _indexed(chassis.mongo, index) for _ in range(FEW)]
    found.append(occasion.beside("audit: entries made findable", "entries/s", indexed, bare, None))
    before = _memory_mib()
    await _fill(chassis.mongo)
    proofs, paths = [await _proofs(store) for _ in range(ROUNDS)], [await _paths(store) for _ in range(ROUNDS)]
    grown = _memory_mib() - before
    million = f"in a log of {LOG:,} entries"
    found.append(occasion.alone(f"audit: inclusion proof {million}", "ms", proofs, AIM_PROOF_MS))
    found.append(occasion.alone(f"audit: consistency proof {million}", "ms", paths, AIM_PROOF_MS))
    found.append(occasion.alone(f"audit: memory that grew by proofs {million}", "MiB", [max(grown, 0.1)], 200.0))
    await chassis.mongo.close()
    return found


async def _arrived(mongo: Mongo, told: Sequence[Envelope]) -> list[Document]:
    """The bundles that wait for their place, as the consumer writes them."""
    arrivals = Arrivals(mongo)
    for first in range(0, len(told), AT_ONCE):

        async def keep(tx: Tx, first: int = first) -> None:
            await arrivals.add(SCOPE, tx, list(told[first : first + AT_ONCE]), told[0].time)

        await mongo.run(keep)
    return await mongo.collection("audit_in").find({})


async def _placed(mongo: Mongo, store: MongoAudit, rows: Sequence[Document]) -> float:
    for name in ("audit", "audit_in", "audit_heads", "audit_nodes"):
        await mongo.collection(name).delete_many({})
    await mongo.collection("audit_in").insert_many(list(rows))
    start, done = perf_counter(), 0
    while count := await store.drain(SCOPE, BATCH):
        done += count
    assert done == EVENTS
    return done / (perf_counter() - start)


async def _inserted(mongo: Mongo, rows: Sequence[Document]) -> float:
    """The floor: the same bytes into an empty collection with the same index, in batches of the same size."""
    bare = mongo.collection("bare")
    await bare.delete_many({})
    await bare.ensure_indexes([])
    arrived = [event for bundle in rows for event in bundle["events"]]
    copies = [event | {"_id": f"{CHAIN}|{number}"} for number, event in enumerate(arrived)]
    start = perf_counter()
    for first in range(0, len(copies), BATCH):
        await bare.insert_many(copies[first : first + BATCH])
    return len(copies) / (perf_counter() - start)


async def _indexed(mongo: Mongo, index: AuditIndex) -> float:
    for name in ("audit_facts", "audit_indexed", "audit_versions"):
        await mongo.collection(name).delete_many({})
    start, done = perf_counter(), 0
    while count := await index.follow(SCOPE, BATCH):
        done += count
    return done / (perf_counter() - start)


async def _fill(mongo: Mongo) -> None:
    """A million leaves with the nodes that the sequencer keeps; entries without their bytes, which no proof reads."""
    for name in ("audit", "audit_nodes", "audit_heads", "audit_in"):
        await mongo.collection(name).delete_many({})
    edge, entries, nodes = Frontier(), mongo.collection("audit"), mongo.collection("audit_nodes")
    for first in range(0, LOG, AT_ONCE):
        rows: list[Document] = []
        kept: list[tuple[Node, bytes]] = []
        for place in range(first, first + AT_ONCE):
            leaf = leaf_hash(place.to_bytes(8, "big"))
            edge, done = edge.append(leaf)
            rows.append({"_id": f"{CHAIN}|{place}", "chain": CHAIN, "index": place, "leaf": Binary(leaf)})
            kept += [one for one in done if one[0].level >= KEPT_LEVEL]
        await entries.insert_many(rows, ordered=False)
        made = [{"_id": f"{CHAIN}|{node.level}|{node.place}", "hash": Binary(digest)} for node, digest in kept]
        await nodes.insert_many(made, ordered=False)


async def _proofs(store: MongoAudit) -> float:
    start = perf_counter()
    for number in range(PROOFS):
        await store.roots(SCOPE, merkle.inclusion_spans(number * (LOG // PROOFS) + 7, LOG))
    return (perf_counter() - start) * 1000 / PROOFS


async def _paths(store: MongoAudit) -> float:
    start = perf_counter()
    for number in range(1, PROOFS + 1):
        await store.roots(SCOPE, merkle.consistency_spans(number * (LOG // PROOFS) - 3, LOG))
    return (perf_counter() - start) * 1000 / PROOFS


def _memory_mib() -> float:
    """The most this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
