"""Stays and guest profiles, saved with their events in one transaction."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence

from services.integrations.domain.following import Followed, Kept, Loaded
from services.integrations.domain.guests import Profile, contacts_of, search_keys
from services.integrations.domain.stays import Mark
from services.integrations.store.scoping import within
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.paging import mark_of, read_mark
from shared.chassis.provenance import Provenance
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Scope

LIVE = (StayStatus.BOOKED.value, StayStatus.CHECKED_IN.value, StayStatus.CHECKED_OUT.value)
EXPECTED = (StayStatus.BOOKED.value, StayStatus.CHECKED_IN.value)


def stay_row(kept: Kept) -> Document:
    """A stay as a document: what it is found by at the top, the whole of it in `body`."""
    body = kept.stay.model_dump(mode="json")
    return {
        "_id": kept.stay.id,
        "chain": kept.stay.chain,
        "prop": kept.stay.property_id,
        "status": body["status"],
        "arrival": body["arrival"],
        "departure": body["departure"],
        "guest": kept.stay.guest_id,
        "numbers": [one for one in (kept.stay.reservation, kept.stay.confirmation) if one],
        "backfill": kept.backfill,
        "posted": kept.posted,
        "mark": {"at": kept.mark.at, "rank": kept.mark.rank, "tie": kept.mark.tie},
        "body": body,
    }


def kept_of(row: Document) -> Kept:
    """A document as the stay it holds."""
    mark = Mark(row["mark"]["at"], row["mark"]["rank"], row["mark"]["tie"])
    return Kept(Stay.model_validate(row["body"]), mark, row["posted"], row["backfill"])


def profile_row(profile: Profile) -> Document:
    """A profile as a document, with what it is searched by."""
    body = profile.model_dump(mode="json", exclude={"id", "chain", "properties"})
    return {
        "_id": profile.id,
        "chain": profile.chain,
        "prop": sorted(profile.properties),
        "search": search_keys(profile),
        "contacts": contacts_of(profile),
        "body": body,
    }


def profile_of_row(row: Document) -> Profile:
    """A document as the profile it holds."""
    return Profile.model_validate(
        row["body"] | {"id": row["_id"], "chain": row["chain"], "properties": frozenset(row["prop"])}
    )


class StayStore:
    """The `stays` and `profiles` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox = mongo, outbox
        self._stays, self._profiles = mongo.collection("stays"), mongo.collection("profiles")

    async def follow(
        self,
        scope: Scope,
        stay_ids: Sequence[str],
        guest_ids: Sequence[str],
        decide: Callable[[Loaded], Followed],
        provenance: Provenance,
        first: Callable[[Tx], Awaitable[None]] | None = None,
    ) -> Followed:
        """Load, decide and save in one transaction; a clash with another delivery does it again.

        `first` is done in the same transaction, before anything is loaded.
        """

        async def work(tx: Tx) -> Followed:
            if first:
                await first(tx)
            followed = decide(await self._load(tx, scope, stay_ids, guest_ids))
            await self._save(tx, followed, provenance)
            return followed

        return await self._mongo.run(work)

    async def _load(self, tx: Tx, scope: Scope, stay_ids: Sequence[str], guest_ids: Sequence[str]) -> Loaded:
        stays = await self._stays.find({"_id": {"$in": list(stay_ids)}, **within(scope)}, tx=tx)
        guests = await self._profiles.find({"_id": {"$in": list(guest_ids)}, "chain": scope.chain}, tx=tx)
        return Loaded(
            {row["_id"]: kept_of(row) for row in stays},
            {row["_id"]: profile_of_row(row) for row in guests if "body" in row},
            frozenset(row["_id"] for row in guests if "body" not in row),
        )

    async def _save(self, tx: Tx, followed: Followed, provenance: Provenance) -> None:
        await self._stays.bulk([_put(stay_row(kept)) for kept in followed.stays.values()], tx=tx)
        await self._profiles.bulk([_put(profile_row(one)) for one in followed.profiles.values()], tx=tx)
        await self._outbox.append(tx, followed.events, provenance)

    async def there(self, scope: Scope, stay_ids: Sequence[str]) -> dict[str, bool]:
        """Which of these stays exist, and whether each is still as it was imported."""
        wanted = {"_id": {"$in": list(stay_ids)}, **within(scope)}
        rows = await self._stays.find(wanted, projection={"backfill": 1})
        return {row["_id"]: bool(row["backfill"]) for row in rows}

    async def erased(self, scope: Scope, guest_id: str, tx: Tx) -> bool:
        """Whether this guest was forgotten: nothing that names them may come back."""
        row = await self._profiles.find_one({"_id": guest_id, "chain": scope.chain}, projection={"erased": 1}, tx=tx)
        return bool(row and row.get("erased"))

    async def source_times(self, scope: Scope, stay_ids: Sequence[str]) -> dict[str, dt.datetime]:
        """The PMS's own time of each of these stays that we have."""
        wanted = {"_id": {"$in": list(stay_ids)}, **within(scope)}
        rows = await self._stays.find(wanted, projection={"body.source_time": 1})
        return {row["_id"]: dt.datetime.fromisoformat(row["body"]["source_time"]) for row in rows}

    async def open_numbers(
        self, scope: Scope, pms: str, *, status: StayStatus | None = None, guest_id: str | None = None
    ) -> list[str]:
        """The reservation numbers of stays that have not ended."""
        wanted: Document = {**within(scope), "status": status.value if status else {"$in": list(EXPECTED)}}
        wanted |= {"guest": guest_id} if guest_id else {}
        rows = await self._stays.find(wanted, projection={"body.reservation": 1, "body.pms": 1})
        return [row["body"]["reservation"] for row in rows if row["body"]["pms"] == pms]

    async def add(self, scope: Scope, new: Followed, provenance: Provenance) -> None:
        """Insert stays that are not there, with their events; one that is raises Duplicate and none is saved.

        Profiles go first and by themselves: batches that run side by side share returning guests, and one
        transaction would make the other start over. A profile whose stay was not saved is met again by the next run.
        """
        stays = [stay_row(kept) for kept in new.stays.values()]
        await self._profiles.bulk([_meet(one) for one in new.profiles.values()], ordered=False)

        async def work(tx: Tx) -> None:
            await self._stays.insert_many(stays, ordered=False, tx=tx)
            await self._outbox.append(tx, new.events, provenance)

        await self._mongo.run(work)

    async def get(self, scope: Scope, stay_id: str) -> Kept | None:
        """One stay, or None when it is absent or another's."""
        row = await self._stays.find_one({"_id": stay_id, **within(scope)})
        return kept_of(row) if row else None

    async def page(
        self,
        scope: Scope,
        *,
        status: StayStatus | None = None,
        on: dt.date | None = None,
        guest_ids: Sequence[str] | None = None,
        number: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> tuple[list[Stay], str | None]:
        """Stays by departure; `on` keeps those that arrive, stay or leave that day. Returns the next cursor too."""
        wanted: Document = within(scope)
        wanted |= {"status": status.value} if status else {}
        wanted |= {"arrival": {"$lte": on.isoformat()}, "departure": {"$gte": on.isoformat()}} if on else {}
        wanted |= {"guest": {"$in": list(guest_ids)}} if guest_ids is not None else {}
        if number is not None:
            wanted |= {"numbers": number, "backfill": False}
        if after:
            departure, before = read_mark(after, "cursor")
            later = [{"departure": {"$gt": departure}}, {"departure": departure, "_id": {"$gt": before}}]
            wanted["$or"] = later
        rows = await self._stays.find(wanted, sort=[("departure", 1), ("_id", 1)], limit=limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        more = mark_of(last["departure"], last["_id"]) if last else None
        return [Stay.model_validate(row["body"]) for row in rows[:limit]], more

    async def around(self, scope: Scope, first: dt.date, last: dt.date) -> list[Stay]:
        """The stays that take, leave or get a room between two days, for inventory."""
        wanted = {
            **within(scope),
            "status": {"$in": list(LIVE)},
            "departure": {"$gte": first.isoformat()},
            "arrival": {"$lte": last.isoformat()},
        }
        return [Stay.model_validate(row["body"]) for row in await self._stays.find(wanted)]

    async def of_folios(
        self, scope: Scope, pms: str, first: dt.date, last: dt.date, stay_ids: Sequence[str], *, whole: bool
    ) -> dict[str, str]:
        """Stays with their reservation numbers: those named and, if `whole`, all in the house between two days."""
        named: Document = {"_id": {"$in": list(stay_ids)}}
        inside: Document = {
            "status": {"$in": [StayStatus.CHECKED_IN.value, StayStatus.CHECKED_OUT.value]},
            "departure": {"$gte": first.isoformat()},
            "arrival": {"$lte": last.isoformat()},
        }
        wanted: Document = {**within(scope), "$or": [named, inside]} if whole else {**within(scope), **named}
        rows = await self._stays.find(wanted, projection={"body.reservation": 1, "body.pms": 1})
        return {row["_id"]: row["body"]["reservation"] for row in rows if row["body"]["pms"] == pms}

    async def profiles(self, scope: Scope, guest_ids: Sequence[str]) -> list[Profile]:
        """Profiles of guests who stay or stayed within the scope."""
        known = {"_id": {"$in": list(guest_ids)}, "body": {"$exists": True}}
        rows = await self._profiles.find({**known, **within(scope)})
        return [profile_of_row(row) for row in rows]

    async def by_contact(self, scope: Scope, contact: str, limit: int = 20) -> list[str]:
        """Guest ids of whoever has this number (E.164) or address (small letters)."""
        wanted = {"contacts": contact, "body": {"$exists": True}, **within(scope)}
        rows = await self._profiles.find(wanted, projection={"_id": 1}, sort=[("_id", 1)], limit=limit)
        return [row["_id"] for row in rows]

    async def fill_contacts(self, scope: Scope) -> None:
        """Profiles from before contacts were kept get theirs."""
        old: Document = {"contacts": {"$exists": False}, "body": {"$exists": True}}
        async for row in self._profiles.stream(old):
            found = contacts_of(profile_of_row(row))
            await self._profiles.update_one(
                {"_id": row["_id"], "contacts": {"$exists": False}}, {"$set": {"contacts": found}}
            )

    async def search(self, scope: Scope, pattern: str, limit: int) -> list[str]:
        """Guest ids whose names begin so; `pattern` is an anchored, escaped expression."""
        rows = await self._profiles.find(
            {"search": {"$regex": pattern}, **within(scope)}, projection={"_id": 1}, sort=[("_id", 1)], limit=limit
        )
        return [row["_id"] for row in rows]


def _put(row: Document) -> BulkOp:
    return Put({"_id": row["_id"]}, {"$set": {name: value for name, value in row.items() if name != "_id"}})


def _meet(profile: Profile) -> BulkOp:
    """A profile met during an import: made when unknown; a known one only learns where the guest stayed."""
    row = profile_row(profile)
    fresh = {name: row[name] for name in ("chain", "search", "contacts", "body")}
    return Put({"_id": profile.id}, {"$setOnInsert": fresh, "$addToSet": {"prop": {"$each": row["prop"]}}})
