"""The audit log in MongoDB: entries, the kept nodes of the tree, the head and its checkpoints."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from services.auth.domain.entries import Entry, Facts, facts_of
from services.auth.domain.merkle import EMPTY_ROOT, Frontier, Node, Span, frontier_of, span_root
from services.auth.domain.sequencing import KEPT_LEVEL, Extension, Head, Placed, extend, wanted
from services.auth.ports.audit import AuditQuery
from services.auth.store.arrivals import Arrivals, sealed_of
from services.auth.store.audit_index import AuditIndex
from shared.chassis.mongo import Binary, Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.audit import Checkpoint
from shared.contracts.envelope import NewEvent
from shared.contracts.values import Scope

log = logging.getLogger(__name__)


class Moved(Exception):
    """Another sequencer extended or signed the log first."""


def _entry(row: Document) -> Entry:
    leaf, root = bytes(row["leaf"]), bytes(row["root"])
    return Entry(chain=row["chain"], index=row["index"], sealed=sealed_of(row), leaf=leaf, root=root)


def _row(chain: str, arrived: Document, placed: Placed) -> Document:
    """An entry as it is kept: what arrived, byte for byte, and its place."""
    return {
        "_id": f"{chain}|{placed.place}",
        "chain": chain,
        "index": placed.place,
        "topic": arrived["topic"],
        "key": arrived["key"],
        "headers": arrived["headers"],
        "value": arrived["value"],
        "leaf": Binary(placed.leaf),
        "root": Binary(placed.root),
    }


def _head(row: Document | None, chain: str) -> Head:
    if row is None:
        return Head(chain=chain)
    return Head(
        chain=chain,
        edge=Frontier(row["size"], tuple(bytes(peak) for peak in row["peaks"])),
        signed_size=row["signed_size"],
        signed_version=row["signed_version"],
        signed_at=row["signed_at"],
    )


class MongoAudit:
    """One log per chain. Entries are only ever added."""

    def __init__(self, mongo: Mongo, outbox: Outbox, index: AuditIndex) -> None:
        self._mongo, self._outbox, self._index = mongo, outbox, index
        self._arrivals = Arrivals(mongo)
        self._entries, self._nodes = mongo.collection("audit"), mongo.collection("audit_nodes")
        self._heads, self._signed = mongo.collection("audit_heads"), mongo.collection("audit_checkpoints")
        self._keys = mongo.collection("audit_keys")
        self._ahead: dict[str, list[Document]] = {}

    async def waiting(self, scope: Scope) -> list[str]:
        """Chains with events to sequence or a grown tree to sign; the scope is the system's."""
        grown = await self._heads.distinct("_id", {"$expr": {"$gt": ["$size", "$signed_size"]}})
        return sorted({*grown, *await self._arrivals.chains(scope)})

    async def chains(self, scope: Scope) -> list[str]:
        """Chains that have a log, whatever the scope: only the verifier asks."""
        return sorted({*await self._heads.distinct("_id", {}), *await self._signed.distinct("chain", {})})

    async def drain(self, scope: Scope, limit: int) -> int:
        """Give the oldest arrived events their place in the log; how many. Another sequencer's batch gives 0.

        The batch after this one is read while this one is written.
        """
        bundles = self._ahead.pop(scope.chain, None) or await self._arrivals.oldest(scope, limit)
        if not bundles:
            return 0
        arrived = [event for bundle in bundles for event in bundle["events"]]
        head = _head(await self._heads.find_one({"_id": scope.chain}), scope.chain)
        added = extend(head, [bytes(event["leaf"]) for event in arrived])

        async def work(tx: Tx) -> None:
            await self._advance(tx, head, added, arrived)
            if await self._arrivals.placed(scope, tx, [bundle["_id"] for bundle in bundles]) < len(bundles):
                raise Moved

        placing = asyncio.create_task(self._mongo.run(work))
        try:
            following = await self._arrivals.oldest(scope, limit, after=bundles[-1]["arrived"])
        finally:
            placed = await self._outcome(scope, placing)
        if placed and following:
            self._ahead[scope.chain] = following
        return len(arrived) if placed else 0

    @staticmethod
    async def _outcome(scope: Scope, placing: "asyncio.Task[None]") -> bool:
        try:
            await placing
        except Moved:
            return False
        except Duplicate:
            log.exception("the log of a chain has entries beyond its head; verify it", extra={"chain": scope.chain})
            return False
        return True

    async def _advance(self, tx: Tx, before: Head, added: Extension, arrived: Sequence[Document]) -> None:
        edge = added.head.edge
        tree: Document = {"size": edge.size, "peaks": [Binary(peak) for peak in edge.peaks]}
        if before.size == 0:
            fresh = {"_id": before.chain, **tree, "signed_size": 0, "signed_version": 0, "signed_at": None}
            await self._heads.insert_one(fresh, tx=tx)
        elif not await self._heads.update_one({"_id": before.chain, "size": before.size}, {"$set": tree}, tx=tx):
            raise Moved
        rows = [_row(before.chain, row, placed) for row, placed in zip(arrived, added.placed, strict=True)]
        await self._entries.insert_many(rows, tx=tx)
        kept = [{"_id": _node_id(before.chain, node), "hash": Binary(digest)} for node, digest in added.nodes]
        await self._nodes.insert_many(kept, tx=tx)

    async def head(self, scope: Scope) -> Head:
        """The end of the chain's log."""
        return _head(await self._heads.find_one({"_id": scope.chain}), scope.chain)

    async def sign(
        self, scope: Scope, head: Head, checkpoint: Checkpoint, event: NewEvent, key: dict[str, Any]
    ) -> bool:
        """Keep a checkpoint with its event and public key; False when the head was signed by somebody else."""
        signed = {"signed_size": checkpoint.size, "signed_version": checkpoint.version, "signed_at": checkpoint.at}
        row = {"_id": f"{scope.chain}|{checkpoint.version}", **checkpoint.model_dump(mode="json")}

        async def work(tx: Tx) -> None:
            unsigned = {"_id": scope.chain, "signed_version": head.signed_version}
            if not await self._heads.update_one(unsigned, {"$set": signed}, tx=tx):
                raise Moved
            await self._signed.insert_one(row, tx=tx)
            own = {"_id": f"{scope.chain}|{key['kid']}"}
            await self._keys.update_one(own, {"$set": {"chain": scope.chain, "jwk": key}}, upsert=True, tx=tx)
            await self._outbox.append(tx, [event], Provenance.fresh(event.subject))

        try:
            await self._mongo.run(work)
        except (Moved, Duplicate):
            return False
        return True

    async def checkpoints(self, scope: Scope, *, after: int = 0, limit: int = 0) -> list[Checkpoint]:
        """Checkpoints of later versions, oldest first."""
        wanted_rows = {"chain": scope.chain, "version": {"$gt": after}}
        rows = await self._signed.find(wanted_rows, sort=[("version", 1)], limit=limit)
        return [Checkpoint.model_validate(row) for row in rows]

    async def covering(self, scope: Scope, index: int) -> Checkpoint | None:
        """The newest checkpoint whose tree holds this entry."""
        rows = {"chain": scope.chain, "size": {"$gt": index}}
        row = await self._signed.find_one(rows, sort=[("version", -1)])
        return Checkpoint.model_validate(row) if row else None

    async def find(self, scope: Scope, query: AuditQuery) -> list[tuple[Entry, Facts]]:
        """Entries of the scope's properties that match, newest first; what is not indexed yet is not found yet."""
        places = await self._index.find(scope, query)
        found = await self._entries.find(
            {"chain": scope.chain, "index": {"$in": places}}, sort=[("index", -1)], limit=query.limit
        )
        entries = [_entry(row) for row in found]
        return [(entry, facts_of(entry.sealed)) for entry in entries]

    async def entry(self, scope: Scope, index: int) -> Entry | None:
        """One entry, if its property is in scope."""
        row = await self._entries.find_one({"chain": scope.chain, "index": index})
        found = _entry(row) if row else None
        return found if found and scope.covers(facts_of(found.sealed).property_id) else None

    async def stream(self, scope: Scope, size: int) -> AsyncIterator[Entry]:
        """The first `size` entries in order, of every property: a proof needs them all."""
        wanted_rows = {"chain": scope.chain, "index": {"$lt": size}}
        async for row in self._entries.stream(wanted_rows, sort=[("index", 1)]):
            yield _entry(row)

    async def roots(self, scope: Scope, spans: Sequence[Span]) -> list[bytes]:
        """The root of each span of the tree, from kept nodes and at most 2**8 leaves of each remainder."""
        fetch = wanted(spans)
        ids = {_node_id(scope.chain, node): node for node in fetch.nodes}
        rows = await self._nodes.find({"_id": {"$in": list(ids)}})
        known = {ids[row["_id"]]: bytes(row["hash"]) for row in rows}
        for block in sorted({span.start >> KEPT_LEVEL for span in fetch.leaves}):
            await self._subtrees(scope, [one for one in fetch.leaves if one.start >> KEPT_LEVEL == block], known)
        return [span_root(span, lambda node: known.get(node, EMPTY_ROOT)) for span in spans]

    async def _subtrees(self, scope: Scope, spans: Sequence[Span], known: dict[Node, bytes]) -> None:
        """The roots of small subtrees that lie beside each other, from one read of their leaves."""
        first, last = min(span.start for span in spans), max(span.end for span in spans)
        rows = {"chain": scope.chain, "index": {"$gte": first, "$lt": last}}
        found = await self._entries.find(rows, projection={"_id": 0, "leaf": 1, "index": 1})
        leaves = {row["index"]: bytes(row["leaf"]) for row in found}
        for span in spans:
            level = (span.end - span.start).bit_length() - 1
            held = [leaves[place] for place in range(span.start, span.end) if place in leaves]
            known[Node(level, span.start >> level)] = frontier_of(held).root()

    async def keys(self, scope: Scope) -> list[dict[str, Any]]:
        """The public keys that ever signed this log."""
        return [row["jwk"] for row in await self._keys.find({"chain": scope.chain})]

    async def note_read(self, scope: Scope, event: NewEvent, provenance: Provenance) -> None:
        """Write that somebody read the log; if it cannot be written, the read is refused."""

        async def work(tx: Tx) -> None:
            await self._outbox.append(tx, [event], provenance)

        await self._mongo.run(work)


def _node_id(chain: str, node: Node) -> str:
    return f"{chain}|{node.level}|{node.place}"
