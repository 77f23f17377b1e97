"""Databases that the tests of one file hand on to each other; making their indexes anew took most of the time."""

import secrets
from pathlib import Path
from typing import Any, Self

from pymongo import MongoClient


class PreparedDatabases:
    """One name for each file of tests; emptied between tests, dropped when the next file begins.

    A database that is made and dropped for every test also keeps some 250 files open until the server's next
    checkpoint: a few hundred tests a minute brought mongod past its limit of open files, and it died.
    """

    def __init__(self) -> None:
        self._clients: dict[str, MongoClient[dict[str, Any]]] = {}
        self._at: tuple[str, Path] | None = None
        self._name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients.values():
            client.close()

    def name(self, url: str, file: Path) -> str:
        """The name for a file of tests on a server."""
        if self._at != (url, file):
            self._forget()
            self._at, self._name = (url, file), f"test_{secrets.token_hex(6)}"
        return self._name

    def empty(self, url: str, name: str) -> None:
        """Take every document out of every database whose name begins so; indexes stay."""
        client = self._client(url)
        for database in self._named(client, name):
            for collection in client[database].list_collection_names():
                client[database][collection].delete_many({})

    def _forget(self) -> None:
        if self._at is not None:
            client = self._client(self._at[0])
            for database in self._named(client, self._name):
                client.drop_database(database)

    def _client(self, url: str) -> MongoClient[dict[str, Any]]:
        return self._clients.setdefault(url, MongoClient(url))

    def _named(self, client: MongoClient[dict[str, Any]], name: str) -> list[str]:
        return [each for each in client.list_database_names() if each.startswith(name)]
