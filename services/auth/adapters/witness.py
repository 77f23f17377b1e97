"""Checkpoints as files outside the database: a log cut short or restored from a backup is found by them."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.chassis.appending import append_durably
from shared.contracts.audit import Checkpoint


class FileWitness:
    """One append-only file of JSON lines per chain, and the public keys that verify them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, chain: str) -> Path:
        return self._folder / f"{chain}.checkpoints.jsonl"

    async def last_version(self, chain: str) -> int:
        """The newest version written, 0 for none."""
        return await asyncio.to_thread(_last_version, self._file(chain))

    async def write(self, chain: str, checkpoints: Sequence[Checkpoint], key: dict[str, Any]) -> None:
        """Append checkpoints durably, and keep the public key beside them."""
        lines = "".join(checkpoint.model_dump_json() + "\n" for checkpoint in checkpoints)
        await asyncio.to_thread(append_durably, self._file(chain), lines)
        await asyncio.to_thread(_keep_key, self._folder / f"key-{key['kid']}.json", key)


def _last_version(file: Path) -> int:
    if not file.exists():
        return 0
    versions = [0]
    for line in file.read_text().splitlines():
        try:
            versions.append(int(json.loads(line)["version"]))
        except (ValueError, KeyError, TypeError):
            continue  # a line torn by a crash; the checkpoint is written again below it
    return max(versions)


def _keep_key(file: Path, key: dict[str, Any]) -> None:
    if not file.exists():
        file.write_text(json.dumps(key) + "\n")
