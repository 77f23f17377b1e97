"""The secrets of connections, as files that only this service may read: one JSON object of texts each."""

import asyncio
import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from services.integrations.domain.connections import Connection
from services.integrations.ports.vendors import PmsBusy
from shared.contracts.errors import AppError, ErrorKind

LATER = dt.timedelta(minutes=1)
OWNER_ONLY = 0o600


class FolderSecrets:
    """A folder as clusters mount it. A connection names its file; its contents are in no database, log or answer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, connection: Connection) -> Path:
        # The name is a slug by its contract, so it leads nowhere else.
        return self._folder / f"{connection.credentials or connection.property_id}.json"

    async def of(self, connection: Connection) -> Mapping[str, str]:
        """All of one connection's secrets."""
        found = await asyncio.to_thread(_read, self._file(connection))
        if found is None:
            raise PmsBusy("no_credentials", LATER)
        return found

    async def keep(self, connection: Connection, values: Mapping[str, str]) -> None:
        """Keep values beside what is there, whole or not at all."""
        await asyncio.to_thread(_add, self._file(connection), values)


def kept_secret(folder: Path, file: str, name: str, given: SecretStr | None) -> SecretStr:
    """A secret of a channel: the one that was given, else that of a file. Raises AppError where there is neither."""
    if given is not None:
        return given
    found = (_read(folder / f"{file}.json") or {}).get(name)
    if not found:
        raise AppError(
            ErrorKind.BROKEN, "secret_missing", f"{file}.json with a {name} is missing in the secrets' folder."
        )
    return SecretStr(found)


def _read(file: Path) -> dict[str, str] | None:
    try:
        said = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else None


def _add(file: Path, values: Mapping[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "w") as out:
        json.dump((_read(file) or {}) | dict(values), out)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
