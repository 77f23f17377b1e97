"""Puts a backup back: looked through first, whole or not at all, and each store knows that it happened."""

import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bson import json_util
from bson.raw_bson import RawBSONDocument
from pydantic import ValidationError
from pymongo import IndexModel, MongoClient
from pymongo.errors import PyMongoError

from deploy.backup.manifest import FILE, Held, Manifest, path_of
from deploy.local.faults import StackFault

Client = MongoClient[dict[str, Any]]
Told = Callable[[str, int], None]
MARKS = "restores"
"""Where a store keeps what was put back; a service starts on no half of it and tells the audit log of the whole."""
_AT_ONCE = 2_000
_CHUNK = 1 << 20


def opened(folder: Path) -> Manifest:
    """The manifest, once every file was found to be what it says. Raises StackFault naming the first that is not."""
    try:
        manifest = Manifest.model_validate_json((folder / FILE).read_text())
    except (OSError, ValidationError, ValueError) as wrong:
        raise StackFault(f"{folder} is no backup, or one that broke off: its {FILE} cannot be read.") from wrong
    for store, collections in manifest.stores.items():
        for held in collections:
            if _digest(folder / path_of(store, held.name)) != held.sha256:
                raise StackFault(f"{path_of(store, held.name)} is not what was written; nothing was put back.")
    return manifest


def put_back(
    url: str, folder: Path, *, reason: str, replace: bool = False, told: Told = lambda _name, _count: None
) -> Manifest:
    """Fill the stores from a backup. Raises StackFault: not a backup, damaged, or a store is in use and not `replace`.

    With `replace` what is there is deleted. Run it again when it broke off: until it is through, no service starts on
    the stores. Services must be stopped.
    """
    manifest = opened(folder)
    try:
        with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=20_000, w="majority", journal=True) as client:
            _refuse_used(client, manifest, replace)
            for store in manifest.stores:
                _empty(client, store)
                client[store][MARKS].insert_one(_mark(manifest, reason))
            for store, collections in manifest.stores.items():
                for held in collections:
                    _fill(client, store, held, folder, told)
            for store in manifest.stores:
                client[store][MARKS].update_one({"_id": manifest.digest}, {"$set": {"whole": True}})
    except PyMongoError as failure:
        said = str(failure).split(", full error")[0]
        raise StackFault(f"Putting back broke off: {said}. Run it again with --replace.") from failure
    return manifest


def _mark(manifest: Manifest, reason: str) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC)
    times = {"cluster_s": manifest.cluster_time[0], "taken_at": manifest.taken_at, "at": now}
    return {"_id": manifest.digest, **times, "reason": reason, "whole": False, "told": False}


def _refuse_used(client: Client, manifest: Manifest, replace: bool) -> None:
    if replace:
        return
    used = [store for store in manifest.stores if client[store].list_collection_names()]
    if used:
        raise StackFault(f"{', '.join(used)} hold something already; --replace deletes it.")


def _empty(client: Client, store: str) -> None:
    """Delete what is there; collections one by one, as a user that may not drop databases can."""
    for name in client[store].list_collection_names():
        client[store].drop_collection(name)


def _fill(client: Client, store: str, held: Held, folder: Path, told: Told) -> None:
    client[store].create_collection(held.name, **_typed(held.options))
    rows, count = client[store][held.name], 0
    with gzip.open(folder / path_of(store, held.name), "rb") as packed:
        for batch in _batches(packed):
            rows.insert_many(batch, ordered=False)
            count += len(batch)
            told(f"{store}.{held.name}", count)
    indexes = [_index(_typed(index)) for index in held.indexes if index["name"] != "_id_"]
    if indexes:
        rows.create_indexes(indexes)


def _batches(packed: gzip.GzipFile) -> Iterator[list[RawBSONDocument]]:
    batch: list[RawBSONDocument] = []
    while length := packed.read(4):
        batch.append(RawBSONDocument(length + packed.read(int.from_bytes(length, "little") - 4)))
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _index(said: dict[str, Any]) -> IndexModel:
    keys = list(said.pop("key").items())
    said.pop("v", None)
    return IndexModel(keys, **said)


def _typed(said: Mapping[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = json_util.loads(json.dumps(said))
    return typed


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    try:
        with gzip.open(file, "rb") as packed:
            while chunk := packed.read(_CHUNK):
                digest.update(chunk)
    except (OSError, EOFError) as damaged:
        return f"unreadable: {damaged}"
    return digest.hexdigest()
