"""Sessions and counted sign-in failures; both end by themselves."""

import datetime as dt

from services.auth.domain.sessions import Session
from services.auth.domain.throttle import Gate, Tries
from shared.chassis.mongo import Document, Duplicate, Mongo
from shared.contracts.values import Scope


def _session(row: Document) -> Session:
    return Session(
        id=row["_id"],
        chain=row["chain"],
        staff_id=row["staff_id"],
        generation=row["generation"],
        created_at=row["created_at"],
        rotated_at=row["rotated_at"],
        ended=row["ended"],
        second_factor=row.get("second_factor", False),
    )


class MongoSessions:
    """Sessions hold no token: those are derived from the key ring."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows, self._tries = mongo.collection("sessions"), mongo.collection("tries")

    async def open(self, scope: Scope, session: Session) -> None:
        """Keep a new session."""
        row = session.model_dump(exclude={"id"})
        await self._rows.insert_one({"_id": session.id, **row, "chain": scope.chain})

    async def session(self, scope: Scope, session_id: str) -> Session | None:
        """One session, ended or not."""
        row = await self._rows.find_one({"_id": session_id, "chain": scope.chain})
        return _session(row) if row else None

    async def rotate(self, scope: Scope, session: Session, now: dt.datetime) -> Session | None:
        """Give out the next generation; None when somebody else did so first, or the session ended."""
        seen = {"_id": session.id, "chain": scope.chain, "generation": session.generation, "ended": False}
        row = await self._rows.find_one_and_update(seen, {"$inc": {"generation": 1}, "$set": {"rotated_at": now}})
        return _session(row) if row else None

    async def strengthen(self, scope: Scope, session_id: str) -> None:
        """The second factor was shown in this session."""
        await self._rows.update_one({"_id": session_id, "chain": scope.chain}, {"$set": {"second_factor": True}})

    @staticmethod
    def _gate(scope: Scope, gate: Gate, who: str) -> str:
        # An address tries the accounts of any chain, so it is counted over all of them.
        return f"{gate}|{who}" if gate is Gate.SOURCE else f"{gate}|{scope.chain}|{who}"

    async def tries(self, scope: Scope, gate: Gate, who: str) -> Tries:
        """The failures counted at a gate."""
        row = await self._tries.find_one({"_id": self._gate(scope, gate, who)})
        return Tries(failures=max(0, row["failures"]), last=row["last"]) if row else Tries()

    async def reserve(self, scope: Scope, gate: Gate, who: str, seen: Tries, failures: float, now: dt.datetime) -> bool:
        """Count so many failures from now on; False when the count moved since it was seen."""
        row = {"$set": {"failures": failures, "last": now}}
        before: Document = {"_id": self._gate(scope, gate, who)}
        before["failures"] = seen.failures if seen.failures else {"$lte": 0}
        try:
            return await self._tries.update_one(before, row, upsert=not seen.failures) == 1
        except Duplicate:
            return False

    async def release(self, scope: Scope, gate: Gate, who: str, *, forget: bool) -> None:
        """Take one failure back, or forget them all."""
        here = {"_id": self._gate(scope, gate, who)}
        if forget:
            await self._tries.delete_one(here)
        else:
            await self._tries.update_one(here | {"failures": {"$gte": 1}}, {"$inc": {"failures": -1}})
