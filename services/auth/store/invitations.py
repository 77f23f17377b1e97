"""Invitations by the digest of their code; they go by themselves when their time is over."""

from services.auth.domain.accounts import Account
from services.auth.domain.invitations import Invitation
from services.auth.ports.directory import DirectoryChange
from services.auth.store.directory import MongoDirectory
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.provenance import Provenance
from shared.contracts.values import Scope


class MongoInvitations:
    """One good invitation for each person."""

    def __init__(self, mongo: Mongo, directory: MongoDirectory) -> None:
        self._mongo, self._directory = mongo, directory
        self._rows, self._accounts = mongo.collection("invitations"), mongo.collection("accounts")

    async def keep(self, scope: Scope, invitation: Invitation, change: DirectoryChange, by: CommandContext) -> None:
        """Keep one with what is told of it, in one transaction; the person's earlier ones are void."""

        async def also(tx: Tx) -> None:
            await self._rows.delete_many({"chain": scope.chain, "staff_id": invitation.staff_id}, tx=tx)
            row = invitation.model_dump(exclude={"digest"})
            await self._rows.insert_one({"_id": invitation.digest, **row, "chain": scope.chain}, tx=tx)

        await self._directory.save(scope, change, by, 201, also)

    async def find(self, scope: Scope, digest: str) -> Invitation | None:
        """One that has not been used."""
        row = await self._rows.find_one({"_id": digest, "chain": scope.chain})
        return Invitation(digest=row.pop("_id"), **row) if row else None

    async def accept(
        self, scope: Scope, invitation: Invitation, account: Account, change: DirectoryChange, by: Provenance
    ) -> bool:
        """Use it up, set the password and end the sessions in one transaction; False when it was used meanwhile."""

        async def work(tx: Tx) -> bool:
            mine = {"_id": invitation.digest, "chain": scope.chain}
            if await self._rows.find_one_and_update(mine, {"$set": {"used": True}}, tx=tx) is None:
                return False
            await self._rows.delete_many(mine, tx=tx)
            row = {"chain": account.chain, "login": account.login, "staff_id": account.staff_id}
            key: Document = {"_id": f"{account.chain}/{account.login}"}
            # Another person's login is never taken over: then the key is theirs, and the insert a duplicate.
            await self._accounts.update_one(key | row, {"$set": {"hash": account.password_hash}}, upsert=True, tx=tx)
            await self._directory.write(scope, change, by, tx)
            return True

        try:
            return await self._mongo.run(work)
        except Duplicate:
            return False
