"""Each chain's identity provider, sign-ins on their way through it, and who is who there."""

from services.auth.domain.federation import Attempt, Grant, Identity, Provider
from services.auth.ports.directory import DirectoryChange
from services.auth.store.directory import MongoDirectory
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.values import Scope


class MongoProviders:
    """One document for each chain that has one; its event carries the version, so two at once cannot both win."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows = mongo.collection("providers")

    async def provider(self, scope: Scope) -> Provider | None:
        """The chain's provider, in use or not."""
        row = await self._rows.find_one({"_id": scope.chain})
        return Provider.model_validate(row["body"]) if row else None

    async def save(self, scope: Scope, provider: Provider, event: NewEvent, by: CommandContext) -> None:
        """Write it with its event and the idempotency row in one transaction; a lost race raises a conflict."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, by, 200, event.subject, event.sequence)
            await self._outbox.append(tx, [event], by.provenance)
            body = {"$set": {"body": provider.model_dump(mode="json")}}
            await self._rows.update_one({"_id": scope.chain}, body, upsert=True, tx=tx)

        try:
            await self._mongo.run(work)
        except Duplicate as moved:
            raise conflict("moved_on", "Somebody else changed it at this moment; look again.") from moved


class MongoFederations:
    """Sign-ins on their way, by digests of their secrets; they go by themselves when their time is over."""

    def __init__(self, mongo: Mongo, directory: MongoDirectory) -> None:
        self._directory = directory
        self._attempts, self._grants = mongo.collection("federation_attempts"), mongo.collection("federation_grants")
        self._identities = mongo.collection("identities")

    async def start(self, scope: Scope, attempt: Attempt) -> None:
        """Keep a sign-in that begins."""
        row = attempt.model_dump(exclude={"id"})
        await self._attempts.insert_one({"_id": attempt.id, **row, "chain": scope.chain, "taken": False})

    async def take(self, scope: Scope, attempt_id: str) -> Attempt | None:
        """The sign-in of a state, once; the scope is the system's, for the state alone says whose it is."""
        known = {"_id": attempt_id, "taken": False}
        row = await self._attempts.find_one_and_update(known, {"$set": {"taken": True}})
        return Attempt(id=row.pop("_id"), **{key: row[key] for key in row if key != "taken"}) if row else None

    async def grant(self, scope: Scope, grant: Grant) -> None:
        """Keep what came back."""
        await self._grants.insert_one({"_id": grant.id, **grant.model_dump(exclude={"id"}), "chain": scope.chain})

    async def granted(self, scope: Scope, grant_id: str) -> Grant | None:
        """What a one-time code is for."""
        row = await self._grants.find_one({"_id": grant_id, "chain": scope.chain})
        return Grant(id=row.pop("_id"), **row) if row else None

    async def redeem(self, scope: Scope, grant_id: str) -> bool:
        """Use a one-time code up; False when it was used meanwhile."""
        return await self._grants.delete_one({"_id": grant_id, "chain": scope.chain}) == 1

    async def identity(self, scope: Scope, issuer: str, subject: str) -> Identity | None:
        """Who this is here."""
        row = await self._identities.find_one({"chain": scope.chain, "issuer": issuer, "subject": subject})
        return Identity(**{key: row[key] for key in row if key != "_id"}) if row else None

    async def identity_of(self, scope: Scope, issuer: str, staff_id: str) -> Identity | None:
        """Who somebody of the staff is at the provider."""
        row = await self._identities.find_one({"chain": scope.chain, "issuer": issuer, "staff_id": staff_id})
        return Identity(**{key: row[key] for key in row if key != "_id"}) if row else None

    async def save(
        self, scope: Scope, change: DirectoryChange, identity: Identity | None, by: CommandContext | Provenance
    ) -> None:
        """Write a person, and who they are at the provider, in one transaction; a lost race raises a conflict."""

        async def also(tx: Tx) -> None:
            if identity is not None:
                mine = {"chain": scope.chain, "issuer": identity.issuer, "staff_id": identity.staff_id}
                await self._identities.delete_many(mine, tx=tx)
                row = {"_id": identity.key, **identity.model_dump(), "chain": scope.chain}
                await self._identities.insert_one(row, tx=tx)

        await self._directory.save(scope, change, by, 200, also)
