"""Keeps how people want to hear of alerts, their addresses and devices: in this store alone, for themselves alone."""

import logging
from collections.abc import Sequence
from typing import TypeVar

from pydantic import ValidationError

from services.alerts.domain.preferences import MOST_DEVICES, Device, Person, Preferences
from shared.chassis.mongo import Document, Mongo, Tx
from shared.contracts.values import Instant, Scope, derived_id

log = logging.getLogger(__name__)
Kept = TypeVar("Kept", Preferences, Device)


class MongoPreferences:
    """The `preferences` collection, a row a person, and `devices`, a row each."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows, self._devices = mongo.collection("preferences"), mongo.collection("devices")

    async def people(self, scope: Scope, staff_ids: Sequence[str], tx: Tx | None = None) -> dict[str, Person]:
        """Those of these people who said anything."""
        if not staff_ids:
            return {}
        rows = await self._rows.find({"_id": {"$in": list(staff_ids)}, "chain": scope.chain}, tx=tx)
        devices = await self._devices.find({"chain": scope.chain, "staff_id": {"$in": list(staff_ids)}}, tx=tx)
        held = {row["_id"]: _read(Preferences, row["wishes"]) or Preferences() for row in rows}
        kept = [(row["staff_id"], device) for row in devices if (device := _read(Device, row["device"]))]
        return {
            each: Person(
                staff_id=each,
                wishes=held.get(each, Preferences()),
                devices=tuple(device for whose, device in kept if whose == each),
            )
            for each in {*held, *(whose for whose, _ in kept)}
        }

    async def version(self, scope: Scope, staff_id: str, tx: Tx | None = None) -> int:
        """How often a person has changed theirs; 0: never."""
        row = await self._rows.find_one({"_id": staff_id, "chain": scope.chain}, projection={"ver": 1}, tx=tx)
        return int(row["ver"]) if row else 0

    async def save(self, scope: Scope, staff_id: str, wishes: Preferences, version: int, tx: Tx) -> None:
        """Keep a person's wishes as the next version."""
        row = {"chain": scope.chain, "wishes": wishes.model_dump(mode="json"), "ver": version}
        await self._rows.update_one({"_id": staff_id}, {"$set": row}, upsert=True, tx=tx)

    async def add_device(self, scope: Scope, staff_id: str, device: Device, at: Instant, tx: Tx) -> None:
        """Keep a device; of more than a few the oldest goes. A browser that somebody else signs in on is theirs now."""
        row = {"chain": scope.chain, "staff_id": staff_id, "device": device.model_dump(), "at": at}
        await self._devices.update_one({"_id": _id(device.endpoint)}, {"$set": row}, upsert=True, tx=tx)
        mine: Document = {"chain": scope.chain, "staff_id": staff_id}
        kept = await self._devices.find(mine, projection={"_id": 1}, sort=[("at", -1)], tx=tx)
        for old in kept[MOST_DEVICES:]:
            await self._devices.delete_one({"_id": old["_id"]}, tx=tx)

    async def drop_device(self, scope: Scope, endpoint: str, staff_id: str | None = None, tx: Tx | None = None) -> bool:
        """Forget a device, somebody's own where they are named; whether it was there."""
        mine = {"_id": _id(endpoint), "chain": scope.chain} | ({"staff_id": staff_id} if staff_id else {})
        return bool(await self._devices.delete_one(mine, tx=tx))

    async def forget(self, scope: Scope, staff_id: str, tx: Tx) -> None:
        """Somebody has left: nothing of theirs stays."""
        await self._rows.delete_one({"_id": staff_id, "chain": scope.chain}, tx=tx)
        await self._devices.delete_many({"staff_id": staff_id, "chain": scope.chain}, tx=tx)


def _read(model: type[Kept], row: Document) -> Kept | None:
    """What is kept, or None when it cannot be read: a wish that is broken never keeps an alert from ringing."""
    try:
        return model.model_validate(row)
    except ValidationError as failure:
        log.warning("a row of preferences cannot be read (%d faults)", failure.error_count())
        return None


def _id(endpoint: str) -> str:
    return derived_id("device", endpoint)
