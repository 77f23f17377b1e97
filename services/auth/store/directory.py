"""Chains, properties, staff and accounts, saved with the events that tell of them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from services.auth.domain.accounts import Account
from services.auth.ports.directory import DirectoryChange
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency, Kept
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, conflict
from shared.contracts.identity import Role
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import Scope


def _body(thing: Property | StaffMember) -> Document:
    return {"_id": thing.id, "chain": thing.chain, "ver": thing.version, "body": thing.model_dump(mode="json")}


def working(scope: Scope) -> Document:
    """A filter for who works in scope."""
    wanted: Document = {"chain": scope.chain}
    if scope.properties is not None:
        wanted["body.properties"] = {"$in": [None, *sorted(scope.properties)]}
    return wanted


class MongoDirectory:
    """The directory of every chain. Ids of properties and people are unique over all chains, as on the topics."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._chains, self._properties = mongo.collection("chains"), mongo.collection("properties")
        self._staff, self._accounts = mongo.collection("staff"), mongo.collection("accounts")
        self._sessions, self._factors = mongo.collection("sessions"), mongo.collection("second_factors")

    async def save_chain(self, scope: Scope, name: str) -> None:
        """Name a chain."""
        await self._chains.update_one({"_id": scope.chain}, {"$set": {"name": name}}, upsert=True)

    async def chains(self, scope: Scope) -> list[str]:
        """Every chain there is, whatever the scope: only auth's own jobs ask."""
        return sorted(row["_id"] for row in await self._chains.find({}))

    async def properties(self, scope: Scope) -> list[Property]:
        """The properties in scope, by id."""
        wanted: Document = {"chain": scope.chain}
        if scope.properties is not None:
            wanted["_id"] = {"$in": sorted(scope.properties)}
        rows = await self._properties.find(wanted, sort=[("_id", 1)])
        return [Property.model_validate(row["body"]) for row in rows]

    async def property(self, scope: Scope, property_id: str) -> Property | None:
        """One property in scope."""
        row = await self._properties.find_one({"_id": property_id, "chain": scope.chain})
        return Property.model_validate(row["body"]) if row and scope.covers(property_id) else None

    async def staff(self, scope: Scope, *, after: str | None = None, limit: int = 1000) -> list[StaffMember]:
        """The people who work in scope, by id, beginning after one."""
        wanted = working(scope) | ({"_id": {"$gt": after}} if after else {})
        rows = await self._staff.find(wanted, sort=[("_id", 1)], limit=limit)
        return [StaffMember.model_validate(row["body"]) for row in rows]

    async def member(self, scope: Scope, staff_id: str) -> StaffMember | None:
        """One person who works in scope."""
        row = await self._staff.find_one(working(scope) | {"_id": staff_id})
        return StaffMember.model_validate(row["body"]) if row else None

    async def account(self, scope: Scope, login: str) -> Account | None:
        """The account of a login of this chain."""
        row = await self._accounts.find_one({"_id": f"{scope.chain}/{login}"})
        if row is None:
            return None
        return Account(chain=row["chain"], login=row["login"], staff_id=row["staff_id"], password_hash=row["hash"])

    async def login_of(self, scope: Scope, staff_id: str) -> str | None:
        """The login of a person, if they have an account."""
        row = await self._accounts.find_one({"chain": scope.chain, "staff_id": staff_id}, projection={"login": 1})
        return row["login"] if row else None

    async def seen(self, scope: Scope, ctx: CommandContext) -> Kept | None:
        """What this idempotency key did before."""
        return await self._idempotency.seen(ctx)

    async def save(
        self,
        scope: Scope,
        change: DirectoryChange,
        by: CommandContext | Provenance,
        status: int,
        also: Callable[[Tx], Awaitable[None]] | None = None,
    ) -> None:
        """Write state, events, the idempotency row and what else belongs to it in one transaction.

        A lost race raises a conflict.
        """

        async def work(tx: Tx) -> None:
            if isinstance(by, CommandContext) and change.events:
                last = change.events[-1]
                await self._idempotency.keep(tx, by, status, last.subject, last.sequence)
            if also is not None:
                await also(tx)
            await self.write(scope, change, by.provenance if isinstance(by, CommandContext) else by, tx)

        try:
            await self._mongo.run(work)
        except Duplicate as taken:
            raise conflict("taken", "This id or login is taken, or the same command is being carried out.") from taken

    async def save_all(self, scope: Scope, changes: Sequence[DirectoryChange], by: CommandContext, status: int) -> None:
        """Write several changes and the idempotency row in one transaction; a lost race raises a conflict."""
        *first, last = changes

        async def also(tx: Tx) -> None:
            for change in first:
                await self.write(scope, change, by.provenance, tx)

        await self.save(scope, last, by, status, also)

    async def write(self, scope: Scope, change: DirectoryChange, by: Provenance, tx: Tx) -> None:
        """Write state and events in a transaction of the caller's."""
        if change.keeps_administration and change.member is not None:
            await self._keep_an_administrator(scope, change.member.id, tx)
        for rows, thing in ((self._properties, change.property), (self._staff, change.member)):
            if thing is not None:
                await self._write(tx, rows, thing)
        if change.account is not None:
            await self._open_account(tx, change.account)
        mine = {"chain": scope.chain, "staff_id": change.member.id if change.member else None}
        if change.drop_second_factor:
            await self._factors.delete_many({"_id": mine["staff_id"], "chain": scope.chain}, tx=tx)
        if change.end_session is not None:
            one = {"_id": change.end_session, "chain": scope.chain}
            await self._sessions.update_one(one, {"$set": {"ended": True}}, tx=tx)
        if change.end_sessions:
            await self._sessions.update_many(mine, {"$set": {"ended": True}}, tx=tx)
        await self._outbox.append(tx, change.events, by)

    async def _keep_an_administrator(self, scope: Scope, leaving: str, tx: Tx) -> None:
        """Refuse to take the last one's rights; two who would take each other's meet on the chain's own row."""
        await self._chains.update_one({"_id": scope.chain}, {"$inc": {"administration": 1}}, upsert=True, tx=tx)
        wanted = {"chain": scope.chain, "body.active": True, "body.properties": None}
        wanted |= {"body.roles": Role.CHAIN_ADMIN.value, "_id": {"$ne": leaving}}
        if await self._staff.find_one(wanted, tx=tx) is None:
            raise conflict("last_administration", "A chain keeps an administrator of all of it; name another first.")

    @staticmethod
    async def _write(tx: Tx, rows: Any, thing: Property | StaffMember) -> None:
        if thing.version == 1:
            await rows.insert_one(_body(thing), tx=tx)
            return
        known = {"_id": thing.id, "chain": thing.chain, "ver": thing.version - 1}
        if not await rows.replace(known, _body(thing), upsert=False, tx=tx):
            raise AppError(ErrorKind.STALE, "version_moved_on", "Somebody else changed it meanwhile; look again.")

    async def _open_account(self, tx: Tx, account: Account) -> None:
        row = {"chain": account.chain, "login": account.login, "staff_id": account.staff_id}
        row |= {"hash": account.password_hash}
        await self._accounts.insert_one({"_id": f"{account.chain}/{account.login}", **row}, tx=tx)
