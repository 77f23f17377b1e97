"""Where the bytes of photos and PDFs lie, and what makes a photo safe to keep."""

from collections.abc import AsyncIterator, Collection
from typing import BinaryIO, Protocol

from services.records.domain.files import HeldFile
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class FileStore(Protocol):
    """Keeps files. One that no record came to name is swept away; one that is dropped cannot be read from then on."""

    async def put(self, scope: Scope, file: HeldFile, source: BinaryIO) -> None:
        """Store the bytes as pending: nobody sees them before `keep`."""
        ...

    async def keep(self, scope: Scope, file_id: str, tx: Tx) -> None:
        """Make a pending file the record's own, in the transaction that names it; a swept one is a conflict."""
        ...

    async def find(self, scope: Scope, file_id: str) -> HeldFile | None:
        """A kept file."""
        ...

    def read(self, scope: Scope, file_id: str) -> AsyncIterator[bytes]:
        """Its bytes, piece by piece."""
        ...

    async def drop(self, scope: Scope, file_id: str, tx: Tx) -> None:
        """Let go of one file."""
        ...

    async def forget(self, scope: Scope, record_ids: Collection[str], tx: Tx) -> int:
        """Let go of all files of these records; how many."""
        ...

    async def left(self, scope: Scope, record_ids: Collection[str]) -> int:
        """How many files of these records still have a row, whatever its state."""
        ...

    async def sweep(self, scope: Scope | None) -> int:
        """Delete what was let go, and what was pending for an hour; how many."""
        ...


class Pictures(Protocol):
    """Makes photos safe."""

    async def cleaned(self, source: BinaryIO, media_type: str, target: BinaryIO) -> str:
        """Draw the picture anew into `target`, without what its file said beside it (place, device, time); its type.

        What is no picture, or too large a one, is a 422.
        """
        ...
