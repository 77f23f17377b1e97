"""Requests to forget somebody in MongoDB, and the deleting of what integrations itself holds of them."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.erasures import ErasureRow, confirmed, told
from services.integrations.ports.erasures import Begun, Decide, KnownGuest, LedgerLine
from services.integrations.store.scoping import within
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.commands_out import CommandSort
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.guests import ErasureState, Store, StoreErased
from shared.contracts.values import SYSTEM_CHAIN, Scope
from shared.contracts.writebacks import WritebackState

MOST = 500
FORGOTTEN, REFUSED = "–", WritebackState.REFUSED.value


class ErasureStore:
    """The `erasures`, and what goes with a person: `profiles`, `messages`, `drafts`, `maildrop`.

    A forgotten profile leaves its id behind, so that no import, webhook or batch can bring the name back: all of
    them write that one document.
    """

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows, self._stays = mongo.collection("erasures"), mongo.collection("stays")
        self._profiles, self._messages = mongo.collection("profiles"), mongo.collection("messages")
        self._comments, self._orders = mongo.collection("comments"), mongo.collection("pms_orders")
        self._drafts, self._maildrop = mongo.collection("drafts"), mongo.collection("maildrop")

    async def guest(self, scope: Scope, guest_id: str) -> KnownGuest | None:
        """Where a person stayed; None for nobody known within the scope."""
        whole = {"chain": scope.chain}
        profile = await self._profiles.find_one({"_id": guest_id, **whole}, projection={"prop": 1})
        stays = await self._stays.find({"guest": guest_id, **whole}, projection={"prop": 1, "departure": 1})
        props = frozenset(profile["prop"] if profile else ()) | {row["prop"] for row in stays}
        if not any(scope.covers(prop) for prop in props):
            return None
        latest = max(stays, key=lambda row: str(row["departure"]), default=None)
        return KnownGuest(props, str(latest["prop"]) if latest else min(props))

    async def ask(self, scope: Scope, row: ErasureRow, known: KnownGuest, event: NewEvent, ctx: CommandContext) -> None:
        """Keep a request; while another one for the same person is open it is a conflict."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 201, row.erasure.id, row.erasure.version)
            await self._rows.insert_one({**_document(row), "prop": sorted(known.properties), "noted": True}, tx=tx)
            await self._outbox.append(tx, [event], ctx.provenance)

        try:
            await self._mongo.run(work)
        except Duplicate:
            open_one = {"chain": scope.chain, "guest": row.erasure.guest_id, "open": True}
            if await self._rows.find_one(open_one, projection={"_id": 1}):
                raise conflict("erasure_open", "Somebody has asked for this already; decide that request.") from None
            raise

    async def find(self, scope: Scope, erasure_id: str) -> ErasureRow | None:
        """One request about a guest of the scope's hotels."""
        row = await self._rows.find_one({"_id": erasure_id, **within(scope)})
        return _row(row) if row else None

    async def open_for(self, scope: Scope, guest_id: str) -> ErasureRow | None:
        """The request about a person that waits for a decision or for stores."""
        row = await self._rows.find_one({"guest": guest_id, "open": True, "chain": scope.chain})
        return _row(row) if row else None

    async def properties(self, scope: Scope, erasure_id: str) -> frozenset[str]:
        """The hotels the person of a request stayed at."""
        row = await self._rows.find_one({"_id": erasure_id, **within(scope)}, projection={"prop": 1})
        return frozenset(row["prop"] if row else ())

    async def page(self, scope: Scope, state: ErasureState | None, after: str | None, limit: int) -> list[ErasureRow]:
        """Requests, newest first, after one of them."""
        wanted: Document = within(scope)
        wanted |= {"state": state.value} if state else {}
        wanted |= {"_id": {"$lt": after}} if after else {}
        return [_row(row) for row in await self._rows.find(wanted, sort=[("_id", -1)], limit=limit)]

    async def turn_down(self, scope: Scope, row: ErasureRow, event: NewEvent, ctx: CommandContext) -> None:
        """Keep the version in which somebody said no."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 200, row.erasure.id, row.erasure.version)
            await self._save(tx, scope, row)
            await self._outbox.append(tx, [event], ctx.provenance)

        await self._mongo.run(work)

    async def _save(self, tx: Tx, scope: Scope, row: ErasureRow, **more: object) -> None:
        mine = {"_id": row.erasure.id, "chain": scope.chain, "version": row.erasure.version - 1}
        after = {name: value for name, value in _document(row).items() if name != "_id"} | more
        update: Document = {"$set": after} | ({} if row.open else {"$unset": {"open": 1}})
        if not await self._rows.update_one(mine, update, tx=tx):
            raise conflict("erasure_moved_on", "Somebody else has decided or repeated this at the same moment.")

    async def erase(
        self,
        scope: Scope,
        erasure_id: str,
        guest_id: str,
        decide: Decide,
        provenance: Provenance,
        *,
        ctx: CommandContext | None = None,
        at_least: LedgerLine | None = None,
    ) -> ErasureRow:
        """Delete what is held of a person and tell every store, in one transaction."""
        began = await self._mongo.now()
        told = await self._outbox.history(Scope(chain=scope.chain), guest_id, "guest.erased.v1")

        async def work(tx: Tx) -> ErasureRow:
            whole = {"chain": scope.chain}
            profile = await self._profiles.find_one({"_id": guest_id, **whole}, tx=tx) or {"prop": [], "runs": 0}
            stays = await self._stays.find({"guest": guest_id, **whole}, projection={"prop": 1}, tx=tx)
            known = at_least.stay_ids if at_least else ()
            stay_ids = tuple(sorted({row["_id"] for row in stays} | set(known)))
            before = max(int(profile.get("runs", 0)), *(event.sequence for event in told), 0)
            run = max(before, at_least.row.erasure.run if at_least else 0) + 1
            # Runs that a restored database has lost are told again with the new one: versions have no holes.
            row, events = decide(range(before + 1, run + 1), stay_ids)
            if ctx:
                await self._idempotency.keep(tx, ctx, 200, row.erasure.id, row.erasure.version)
            values = int("body" in profile) + await self._forget(tx, scope, guest_id, stay_ids)
            forgotten: Document = {
                "$set": {**whole, "erased": True, "runs": run},
                "$unset": {"body": 1, "search": 1, "contacts": 1},
            }
            forgotten["$set"]["prop"] = sorted({*profile["prop"], *(each["prop"] for each in stays)})
            await self._profiles.update_one({"_id": guest_id}, forgotten, upsert=True, tx=tx)
            more = {"stays": list(stay_ids), "began": began, "values": values, "noted": False, "mine": False}
            if await self._rows.find_one({"_id": erasure_id, **whole}, projection={"_id": 1}, tx=tx):
                await self._save(tx, scope, row, **more)
            else:
                prop = forgotten["$set"]["prop"] or [row.erasure.property_id]
                await self._rows.insert_one({**_document(row), **more, "prop": prop}, tx=tx)
            await self._outbox.append(tx, events, provenance)
            return row

        return await self._mongo.run(work)

    async def _forget(self, tx: Tx, scope: Scope, guest_id: str, stay_ids: Sequence[str]) -> int:
        """Delete texts with their salts, and what lies in the maildrop; how many there were."""
        theirs = _theirs("guest", "stay", scope, guest_id, stay_ids)
        messages = await self._messages.find(theirs, projection={"body.text": 1}, tx=tx)
        ids = [row["_id"] for row in messages]
        texts = sum(row["body"].get("text") is not None for row in messages)
        if ids:
            blank: Document = {"$set": {"body.text": None, "body.sender": None, "erased": True}}
            await self._messages.update_many({"_id": {"$in": ids}}, blank, tx=tx)
        mail = await self._maildrop.delete_many({"chain": scope.chain, "_id": {"$in": ids}}, tx=tx) if ids else 0
        comments = await self._comments.delete_many(_theirs("guest", "stay", scope, guest_id, stay_ids), tx=tx)
        notes: Document = {"chain": scope.chain, "sort": CommandSort.NOTE.value, "stay": {"$in": list(stay_ids)}}
        notes |= {"body.note.text": {"$ne": FORGOTTEN}}
        # One that still waits is not sent any more: the words of one who is forgotten leave us to nobody.
        unsaid: Document = {"$set": {"body.note.text": FORGOTTEN, "state": REFUSED, "body.state": REFUSED}}
        noted = await self._orders.update_many(notes, unsaid, tx=tx)
        texts += comments + noted
        drafts = _theirs("body.guest_id", "body.stay_id", scope, guest_id, stay_ids)
        return texts + mail + await self._drafts.delete_many(drafts, tx=tx)

    async def begun(self, scope: Scope, before: dt.datetime) -> list[Begun]:
        """Runs that began before a moment (real time) and of which our own part is not confirmed."""
        wanted: Document = {"mine": False, "began": {"$lte": before}}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        rows = await self._rows.find(wanted, limit=MOST)
        return [Begun(_row(row), tuple(row["stays"]), row["values"]) for row in rows]

    async def again(self, scope: Scope, begun: Begun) -> int:
        """The second pass over one person; how many values it found."""

        async def work(tx: Tx) -> int:
            return await self._forget(tx, scope, begun.row.erasure.guest_id, begun.stay_ids)

        return await self._mongo.run(work)

    async def confirm(
        self, scope: Scope, tx: Tx | None, said: StoreErased, now: dt.datetime, provenance: Provenance
    ) -> bool:
        """Note that one store is done, with the event; False when it was known, or is of an older run."""

        async def work(inside: Tx) -> bool:
            mine = {"chain": scope.chain, "guest": said.guest_id, "run": said.run}
            found = await self._rows.find_one(mine, tx=inside)
            after = confirmed(_row(found), said.store, said.run, said.values, said.files, now) if found else None
            if after is None:
                return False
            own: Document = {"mine": True} if said.store is Store.INTEGRATIONS else {}
            await self._save(inside, scope, after, **own)
            verb = "completed" if after.erasure.state is ErasureState.DONE else "confirmed"
            await self._outbox.append(inside, [told(verb, after, at=now)], provenance)
            return True

        return await (work(tx) if tx else self._mongo.run(work))

    async def unnoted(self, scope: Scope) -> list[LedgerLine]:
        """Runs that the ledger does not have yet; the system's scope sees every chain's."""
        wanted: Document = {"noted": False} | ({} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain})
        return [LedgerLine(_row(row), tuple(row["stays"])) for row in await self._rows.find(wanted, limit=MOST)]

    async def noted(self, scope: Scope, lines: Sequence[LedgerLine]) -> None:
        """The ledger has these now; a run that began meanwhile is still to be noted."""
        for line in lines:
            same = {"_id": line.row.erasure.id, "run": line.row.erasure.run}
            await self._rows.update_one(same, {"$set": {"noted": True}})


def _theirs(guest: str, stay: str, scope: Scope, guest_id: str, stay_ids: Sequence[str]) -> Document:
    return {"chain": scope.chain, "$or": [{guest: guest_id}, {guest: None, stay: {"$in": list(stay_ids)}}]}


def _document(row: ErasureRow) -> Document:
    erasure = row.erasure
    return {
        "_id": erasure.id,
        "chain": row.chain,
        "guest": erasure.guest_id,
        "state": erasure.state.value,
        **({"open": True} if row.open else {}),
        "run": erasure.run,
        "version": erasure.version,
        "body": row.model_dump(mode="json"),
    }


def _row(document: Document) -> ErasureRow:
    return ErasureRow.model_validate(document["body"])
