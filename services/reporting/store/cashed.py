"""Keeps what cash desks and payment providers did."""

from collections.abc import Sequence

from services.reporting.domain.cashed import Cashed
from shared.chassis.mongo import Delete, Insert, Mongo, Tx
from shared.contracts.values import SYSTEM_CHAIN, Scope


class MongoCashed:
    """The `cashed` collection; an action is told once and never changes."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("cashed")

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, Cashed]:
        """Actions by id; the system scope sees all chains."""
        here = {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        rows = await self._rows.find({"_id": {"$in": sorted(set(ids))}, **here}, tx=tx)
        return {row["_id"]: Cashed.model_validate(row["body"]) for row in rows}

    async def add(self, scope: Scope, some: Sequence[Cashed], tx: Tx) -> None:
        """Keep new ones."""
        rows = [{"_id": one.id, "chain": one.chain, "body": one.model_dump(mode="json")} for one in some]
        await self._rows.bulk([Insert(row) for row in rows], tx=tx)

    async def drop(self, scope: Scope, action_id: str, tx: Tx) -> None:
        """Forget one, before its event is applied again."""
        await self._rows.bulk([Delete({"_id": action_id})], tx=tx)
