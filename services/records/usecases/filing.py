"""Photos and PDFs of a record: taken in, shown to those who may see them, let go of (P2)."""

import hashlib
import secrets
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from services.records.domain.commands import Attach
from services.records.domain.commands.command import Command
from services.records.domain.files import ACCEPTED, HEAD, MAX_BYTES, PDF, HeldFile, type_of
from services.records.domain.parts import AttachedFile
from services.records.domain.state import RecordState
from services.records.usecases.commanding import Asked, Commanding, Done
from services.records.usecases.house import House
from services.records.usecases.masks import WORDS
from services.records.usecases.permissions import may, note_access
from services.records.usecases.reading import scope_of
from shared.chassis.commands import CommandContext, request_digest
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, forbidden, invalid, not_found
from shared.contracts.identity import Principal

IN_MEMORY = 256 * 1024


@dataclass(frozen=True)
class _Filed:
    """The order that names a stored file on its record, in the transaction that makes it kept."""

    file: HeldFile
    digest: str
    action: str = "attach"

    async def command(self, asked: Asked) -> Command:
        """The command."""
        await asked.desk.house.files.keep(asked.desk.scope, self.file.id, asked.desk.tx)
        held, by = self.file, asked.doer.id
        kept = AttachedFile(
            id=held.id, type=held.type, size=held.size, digest=self.digest, added_by=by, added_at=asked.now()
        )
        return Attach(kept)


class Filing:
    """The use cases behind `/v1/records/{id}/attachments`."""

    def __init__(self, house: House) -> None:
        self._house, self._commanding = house, Commanding(house)

    async def attach(self, ctx: CommandContext, record_id: str, path: str, body: AsyncIterator[bytes]) -> Done:
        """Take a file in, once. The bytes are stored first, as pending: a crash leaves nothing that is not swept."""
        state = await self._house.records.find(ctx.scope, record_id)
        if state is None:
            raise not_found("record")
        await self._require(ctx, state)  # before anything is read of what may be large
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool, tempfile.SpooledTemporaryFile(IN_MEMORY) as drawn:
            raw, target = cast("BinaryIO", spool), cast("BinaryIO", drawn)
            content = await _spooled(body, raw)
            own = replace(ctx, digest=request_digest("POST", path, content.encode()))
            kept = await self._house.once.seen(own)
            if kept is not None:
                return Done(state, replayed=True, status=kept.status, then=kept.version)
            media_type, clean = _type(raw), raw
            if media_type != PDF:
                media_type, clean = await self._house.pictures.cleaned(raw, media_type, target), target
            filed = await self._stored(ctx, state, media_type, clean)
        return await self._commanding.execute(own, record_id, filed)

    async def _require(self, ctx: CommandContext, state: RecordState) -> None:
        """Refuse who may not attach; the refusal is written down."""
        try:
            may(self._house, ctx.principal, "attach", state)
        except AppError:
            await note_access(self._house, ctx.principal, "attach", state, ctx.provenance, refused=True)
            raise

    async def _stored(self, ctx: CommandContext, state: RecordState, media_type: str, clean: BinaryIO) -> _Filed:
        salt = secrets.token_hex(16)
        size, digest = _measured(clean, salt)
        file_id = self._house.clock.new_id()
        file = HeldFile(file_id, state.chain, state.property_id, state.id, media_type, size, salt)
        await self._house.files.put(ctx.scope, file, clean)
        return _Filed(file, digest)

    async def read(self, principal: Principal, record_id: str, file_id: str) -> tuple[HeldFile, AsyncIterator[bytes]]:
        """A file's bytes for who may read what is private about a stay; the read is written down first."""
        scope = scope_of(principal)
        state = await self._house.records.find(scope, record_id)
        if state is None:
            raise not_found("record")
        provenance = Provenance.fresh(self._house.clock.new_id())
        verdict = may(self._house, principal, "read", state)
        if WORDS not in verdict.read:
            await note_access(self._house, principal, "read", state, provenance, refused=True)
            raise forbidden("field_not_granted", "You may not see the files of this record.")
        named = any(each.id == file_id for each in state.files)
        file = await self._house.files.find(scope, file_id) if named else None
        if file is None:
            raise not_found("attachment")
        await note_access(self._house, principal, "read", state, provenance, classes=frozenset({WORDS}))
        return file, self._house.files.read(scope, file_id)


async def _spooled(body: AsyncIterator[bytes], spool: BinaryIO) -> str:
    """Everything that came, on disk beyond a little; its SHA-256. Too much is refused as soon as it is."""
    seen, size = hashlib.sha256(), 0
    async for piece in body:
        size += len(piece)
        if size > MAX_BYTES:
            raise AppError(ErrorKind.TOO_LARGE, "body_too_large", f"A file holds at most {MAX_BYTES} bytes.")
        seen.update(piece)
        spool.write(piece)
    if not size:
        raise invalid("body", "required", "There is no file in this request.")
    return seen.hexdigest()


def _type(raw: BinaryIO) -> str:
    raw.seek(0)
    found = type_of(raw.read(HEAD))
    if found is None:
        raise AppError(ErrorKind.UNSUPPORTED, "file_type", f"Only {', '.join(ACCEPTED)} are taken, by their content.")
    return found


def _measured(clean: BinaryIO, salt: str) -> tuple[int, str]:
    """How many bytes, and SHA-256 of salt and bytes."""
    digest, size = hashlib.sha256(salt.encode()), 0
    clean.seek(0)
    while piece := clean.read(IN_MEMORY):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()
