"""Connected hotels and the key that guest ids are made with."""

import contextlib
import secrets
from collections.abc import Sequence

from services.integrations.domain.connections import Connection, ConnectionSpec
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.values import SYSTEM_CHAIN, Scope

KEY = "guest_key"
DOORS = Scope(chain=SYSTEM_CHAIN)
"""The scope of an inbound door: whose call it is, only the token says."""


class ConnectionStore:
    """The `connections` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows, self._keys = mongo.collection("connections"), mongo.collection("keys")

    async def connect(self, scope: Scope, specs: Sequence[ConnectionSpec]) -> None:
        """Connect hotels; one that is connected already keeps its token and takes the other facts as they are now.

        What people have changed since stays as they left it.
        """
        for spec in specs:
            there = await self._rows.find_one({"_id": spec.property_id}, projection={"version": 1})
            if there and there.get("version"):
                continue
            facts = spec.model_dump(mode="json") | {"prop": spec.property_id}
            token = {"token": secrets.token_urlsafe(32)}
            await self._rows.update_one({"_id": spec.property_id}, {"$set": facts, "$setOnInsert": token}, upsert=True)

    async def save(self, scope: Scope, after: Connection, event: NewEvent, ctx: CommandContext) -> None:
        """Save a connection as it is now, with its event; one that was saved meanwhile is a 409 by its version."""
        fields = after.model_dump(mode="json") | {"prop": after.property_id}

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 200, after.property_id, after.version)
            if after.version == 1:
                await self._rows.insert_one({"_id": after.property_id, **fields}, tx=tx)
            else:
                # Those connected at the start of the service have no version until they are first changed.
                before = after.version - 1
                versions = {"$or": [{"version": before}, *([{"version": None}] if before == 1 else [])]}
                mine = {"_id": after.property_id, "chain": scope.chain, **versions}
                if not await self._rows.update_one(mine, {"$set": fields}, tx=tx):
                    raise conflict("version_moved_on", "Somebody else has changed this connection.")
            await self._outbox.append(tx, [event], ctx.provenance)

        await self._mongo.run(work)

    async def all(self, scope: Scope) -> list[Connection]:
        """The connected hotels of a chain, or of every chain for a door."""
        wanted: Document = {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        return [_connection(row) for row in await self._rows.find(wanted, sort=[("_id", 1)])]

    async def find(self, scope: Scope, property_id: str) -> Connection | None:
        """One connected hotel; a door asks in the scope of the system and compares the token itself."""
        row = await self._rows.find_one({"_id": property_id})
        found = _connection(row) if row else None
        return found if found and scope.chain in (SYSTEM_CHAIN, found.chain) else None

    async def guest_key(self, scope: Scope, given: bytes | None) -> bytes:
        """The key of guest ids: the given one, else the one drawn at the first start."""
        if given:
            return given
        with contextlib.suppress(Duplicate):
            await self._keys.insert_one({"_id": KEY, "value": secrets.token_hex(32)})
        row = await self._keys.find_one({"_id": KEY})
        assert row is not None
        return str(row["value"]).encode()


def _connection(row: Document) -> Connection:
    return Connection.model_validate({name: row[name] for name in Connection.model_fields if name in row})
