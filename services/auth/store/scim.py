"""Whom a provider sent over SCIM: external ids and groups, written with the people they change."""

from collections.abc import Awaitable, Callable, Sequence

from services.auth.domain.scim import ScimGroup, UserFacts
from services.auth.ports.directory import DirectoryChange
from services.auth.store.directory import MongoDirectory
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, conflict
from shared.contracts.values import Scope


def _group(row: Document) -> ScimGroup:
    return ScimGroup(id=row.pop("_id"), **row)


class MongoProvisioned:
    """`scim_users` by staff id, `scim_groups` by their own; names are unique in a chain."""

    def __init__(self, mongo: Mongo, directory: MongoDirectory) -> None:
        self._mongo, self._directory = mongo, directory
        self._users, self._groups = mongo.collection("scim_users"), mongo.collection("scim_groups")
        self._accounts, self._chains = mongo.collection("accounts"), mongo.collection("chains")

    async def by_external_id(self, scope: Scope, external_id: str) -> str | None:
        """The staff id of somebody the provider calls so."""
        row = await self._users.find_one({"chain": scope.chain, "external_id": external_id})
        return row["_id"] if row else None

    async def external_ids(self, scope: Scope, staff_ids: Sequence[str]) -> dict[str, str]:
        """What the provider calls these people."""
        rows = await self._users.find({"chain": scope.chain, "_id": {"$in": list(staff_ids)}})
        return {row["_id"]: row["external_id"] for row in rows}

    async def logins(self, scope: Scope, skip: int, limit: int) -> list[tuple[str, str]]:
        """A page of (login, staff id), by login."""
        rows = await self._accounts.find({"chain": scope.chain}, sort=[("_id", 1)], skip=skip, limit=limit)
        return [(row["login"], row["staff_id"]) for row in rows]

    async def count(self, scope: Scope) -> int:
        """How many logins there are."""
        return await self._accounts.count({"chain": scope.chain})

    async def save_user(
        self, scope: Scope, staff_id: str, facts: UserFacts, change: DirectoryChange | None, by: Provenance
    ) -> None:
        """Write a person with what the provider calls them, in one transaction; a taken name or id is a conflict."""

        async def work(tx: Tx) -> None:
            if change is not None:
                await self._directory.write(scope, change, by, tx)
            mine = {"_id": staff_id, "chain": scope.chain}
            await self._users.delete_many(mine, tx=tx)
            if facts.external_id is not None:
                await self._users.insert_one(mine | {"external_id": facts.external_id}, tx=tx)
            await self._rename(tx, scope, staff_id, facts.user_name)

        await self._run(work)

    async def _rename(self, tx: Tx, scope: Scope, staff_id: str, login: str) -> None:
        row = await self._accounts.find_one({"chain": scope.chain, "staff_id": staff_id}, tx=tx)
        if row is not None and row["login"] != login:
            await self._accounts.delete_one({"_id": row["_id"]}, tx=tx)
            await self._accounts.insert_one(row | {"_id": f"{scope.chain}/{login}", "login": login}, tx=tx)

    async def groups(self, scope: Scope, name: str | None = None) -> list[ScimGroup]:
        """The groups, or those of a name."""
        wanted: Document = {"chain": scope.chain} | ({} if name is None else {"name": name})
        return [_group(row) for row in await self._groups.find(wanted, sort=[("_id", 1)])]

    async def groups_of(self, scope: Scope, staff_ids: Sequence[str]) -> list[ScimGroup]:
        """The groups that any of these people are in."""
        wanted = {"chain": scope.chain, "members": {"$in": list(staff_ids)}}
        return [_group(row) for row in await self._groups.find(wanted, sort=[("_id", 1)])]

    async def group(self, scope: Scope, group_id: str) -> ScimGroup | None:
        """One group."""
        row = await self._groups.find_one({"_id": group_id, "chain": scope.chain})
        return _group(row) if row else None

    async def turn(self, scope: Scope) -> int:
        """How often groups of a chain were changed: what is decided by them is written only while that stands."""
        row = await self._chains.find_one({"_id": scope.chain}, projection={"groups": 1})
        return int((row or {}).get("groups") or 0)

    async def save_group(
        self,
        scope: Scope,
        group: ScimGroup,
        changes: Sequence[DirectoryChange],
        by: Provenance,
        turn: int,
        *,
        gone: bool = False,
    ) -> None:
        """Write or forget a group with what that changes of people, in one transaction.

        A lost race is a conflict, and so is any other change of a group since `turn`: it may be of the same people.
        """
        row = group.model_dump(exclude={"id"}) | {"_id": group.id, "chain": scope.chain}

        async def work(tx: Tx) -> None:
            still = {"_id": scope.chain, "groups": {"$in": [turn, None] if turn == 0 else [turn]}}
            if not await self._chains.update_one(still, {"$inc": {"groups": 1}}, tx=tx):
                raise AppError(ErrorKind.STALE, "version_moved_on", "Another group was changed meanwhile.")
            for change in changes:
                await self._directory.write(scope, change, by, tx)
            known = {"_id": group.id, "chain": scope.chain, "version": group.version - 1}
            if group.version == 1:
                await self._groups.insert_one(row, tx=tx)
            elif not await (self._groups.delete_many(known, tx=tx) if gone else self._replace(known, row, tx)):
                raise AppError(ErrorKind.STALE, "version_moved_on", "The group was changed meanwhile.")

        await self._run(work)

    async def _replace(self, known: Document, row: Document, tx: Tx) -> int:
        return await self._groups.replace(known, row, upsert=False, tx=tx)

    async def _run(self, work: Callable[[Tx], Awaitable[None]]) -> None:
        try:
            await self._mongo.run(work)
        except Duplicate as taken:
            raise conflict("taken", "This name or id is taken.") from taken
