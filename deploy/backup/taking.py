"""Takes a backup while people work: all stores as they were at one moment of the cluster's own clock."""

import contextlib
import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from bson import json_util
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import OperationFailure, PyMongoError

from deploy.backup.manifest import FILE, LEFT_OUT, Held, Manifest, path_of
from deploy.local.faults import StackFault

Client = MongoClient[dict[str, Any]]
Told = Callable[[str, int], None]
"""Called with the name of what is being copied and how many documents were."""
_HISTORY = "minSnapshotHistoryWindowInSeconds"
_LONGEST_S = 6 * 3600
_TOO_OLD = 239


def take(url: str, folder: Path, stores: Sequence[str], told: Told = lambda _name, _count: None) -> Manifest:
    """Copy these databases into an empty folder. Raises StackFault: no replica set, no rights, or it took too long.

    Every read is of the same cluster time, so no record is there without its event, nor an event without its effect.
    What lies outside the database is not in it: auth's keys and witness files, the ledger of erasures, the secrets.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StackFault(f"{folder} is not empty; a backup gets a folder of its own.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=20_000) as client, _long_memory(client):
            manifest = _copied(client, folder, stores, told)
    except PyMongoError as failure:
        raise StackFault(f"The backup broke off: {_why(failure)}. {folder} holds a part of it: delete it.") from failure
    # The manifest comes last: a folder without one is no backup.
    (folder / FILE).write_text(manifest.model_dump_json(indent=1))
    return manifest


def _copied(client: Client, folder: Path, stores: Sequence[str], told: Told) -> Manifest:
    found = {store: sorted(_collections(client, store)) for store in stores}
    with client.start_session(snapshot=True) as session:
        # The first read fixes the moment for all that follow.
        first = client[stores[0]].command({"find": "events", "limit": 1, "projection": {"_id": 1}}, session=session)
        moment = first["cursor"]["atClusterTime"]
        held = {
            store: tuple(_copy(client[store][name], session, folder / path_of(store, name), told) for name in names)
            for store, names in found.items()
        }
    server = str(client.server_info()["version"])
    now = dt.datetime.now(dt.UTC)
    return Manifest(cluster_time=(moment.time, moment.inc), taken_at=now, server=server, stores=held)


def _collections(client: Client, store: str) -> Iterator[str]:
    for name in client[store].list_collection_names(filter={"type": "collection"}):
        if not name.startswith("system.") and name not in LEFT_OUT:
            yield name


def _copy(rows: Collection[dict[str, Any]], session: ClientSession, target: Path, told: Told) -> Held:
    target.parent.mkdir(mode=0o700, exist_ok=True)
    digest, count, size = hashlib.sha256(), 0, 0
    with gzip.open(target, "wb", compresslevel=3) as packed:
        found = rows.find_raw_batches({}, sort=[("_id", 1)], session=session)
        for batch in cast("Iterable[bytes]", found):  # its type says documents, which they are, undecoded
            packed.write(batch)
            digest.update(batch)
            count, size = count + _documents(batch), size + len(batch)
            told(f"{rows.database.name}.{rows.name}", count)
    return Held(
        name=rows.name, documents=count, size=size, sha256=digest.hexdigest(),
        options=_plain(rows.options()), indexes=tuple(_plain(index) for index in rows.list_indexes()),
    )  # fmt: skip


def _plain(said: Any) -> dict[str, Any]:
    """Options and indexes as JSON that keeps BSON's types."""
    plain: dict[str, Any] = json.loads(json_util.dumps(said))
    return plain


def _documents(batch: bytes) -> int:
    """How many documents a batch holds: each begins with its length."""
    count = at = 0
    while at < len(batch):
        at += int.from_bytes(batch[at : at + 4], "little")
        count += 1
    return count


@contextlib.contextmanager
def _long_memory(client: Client) -> Iterator[None]:
    """Let the server remember its past for as long as copying may take; where that is not ours to say, five minutes."""
    try:
        before = client.admin.command({"getParameter": 1, _HISTORY: 1})[_HISTORY]
        client.admin.command({"setParameter": 1, _HISTORY: _LONGEST_S})
    except OperationFailure:
        yield
        return
    try:
        yield
    finally:
        client.admin.command({"setParameter": 1, _HISTORY: before})


def _why(failure: PyMongoError) -> str:
    if isinstance(failure, OperationFailure) and failure.code == _TOO_OLD:
        return "it took longer than the server remembers its past; let an administrator take it"
    return str(failure).split(", full error")[0].split(" (configured timeouts")[0]
