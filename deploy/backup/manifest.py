"""What a backup holds: every store as it was at one cluster time, each file with its digest; pure."""

import datetime as dt
import hashlib
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FILE = "manifest.json"
LEFT_OUT = ("leases", "replicas", "restores")
"""Who holds what at this moment, and what was put back before: of no meaning in another moment."""


class Held(BaseModel):
    """One collection: how many documents in how many bytes (unpacked), the digest of these, options and indexes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    documents: int = Field(ge=0)
    size: int = Field(ge=0)
    sha256: str
    options: dict[str, Any] = {}
    indexes: tuple[dict[str, Any], ...] = ()


class Manifest(BaseModel):
    """The whole backup. `cluster_time` is MongoDB's: seconds since 1970 and a count within the second."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = Field(default=1, ge=1, le=1)
    cluster_time: tuple[int, int]
    taken_at: dt.datetime
    server: str
    stores: dict[str, tuple[Held, ...]]

    @property
    def digest(self) -> str:
        """The digest of the manifest, and by it of all that it names."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def documents(self) -> int:
        """How many documents there are in all."""
        return sum(held.documents for store in self.stores.values() for held in store)


def path_of(store: str, collection: str) -> str:
    """Where a collection lies in the backup's folder, as mongorestore expects it, too."""
    return f"{store}/{collection}.bson.gz"


def differences(before: Manifest, after: Manifest) -> list[str]:
    """The collections whose content is not the same in both, as `store.collection: what`."""
    found = []
    for store in sorted(before.stores.keys() | after.stores.keys()):
        was = {held.name: held for held in before.stores.get(store, ())}
        now = {held.name: held for held in after.stores.get(store, ())}
        for name in sorted(was.keys() | now.keys()):
            old, new = was.get(name, _NOTHING), now.get(name, _NOTHING)
            if old.sha256 != new.sha256:
                found.append(f"{store}.{name}: {old.documents} documents, now {new.documents}")
    return found


_NOTHING = Held(name="", documents=0, size=0, sha256=hashlib.sha256().hexdigest())
"""A collection that is not there counts as one without documents."""
