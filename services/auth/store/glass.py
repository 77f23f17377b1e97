"""Broken glass: one at a time waits for its review, of each person."""

from services.auth.ports.directory import DirectoryChange
from services.auth.store.directory import MongoDirectory
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Document, Mongo, Tx
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.staff import Glass
from shared.contracts.values import Scope


class MongoGlass:
    """One document for each; `waiting` goes with the review."""

    def __init__(self, mongo: Mongo, directory: MongoDirectory) -> None:
        self._directory, self._rows = directory, mongo.collection("glasses")

    @staticmethod
    def _here(scope: Scope) -> Document:
        here: Document = {"chain": scope.chain}
        return here if scope.properties is None else here | {"body.property_id": {"$in": sorted(scope.properties)}}

    async def glass(self, scope: Scope, glass_id: str) -> Glass | None:
        """One of the scope's hotels."""
        row = await self._rows.find_one(self._here(scope) | {"_id": glass_id})
        return Glass.model_validate(row["body"]) if row else None

    async def waiting(self, scope: Scope) -> list[Glass]:
        """Those at the scope's hotels that nobody has reviewed."""
        rows = await self._rows.find(self._here(scope) | {"waiting": True}, sort=[("_id", 1)])
        return [Glass.model_validate(row["body"]) for row in rows]

    async def keep(self, scope: Scope, glass: Glass, event: NewEvent, by: CommandContext) -> None:
        """Write it with its event; a second one of a person whose first waits for its review is a conflict."""
        row = {"_id": glass.id, "chain": scope.chain, "staff_id": glass.staff_id, "ver": glass.version}
        row |= {"waiting": glass.reviewed_by is None, "body": glass.model_dump(mode="json")}

        async def also(tx: Tx) -> None:
            if glass.version == 1:
                await self._rows.insert_one(row, tx=tx)
                return
            known = {"_id": glass.id, "chain": scope.chain, "ver": glass.version - 1}
            if not await self._rows.replace(known, row, upsert=False, tx=tx):
                raise AppError(ErrorKind.STALE, "version_moved_on", "It was reviewed meanwhile.")

        await self._directory.save(scope, DirectoryChange(events=(event,)), by, 201, also)
