"""Photos and PDFs on a record: their bytes lie elsewhere, here is what they are."""

from services.records.domain.act import Act, Step
from services.records.domain.commands import Attach, Command, Detach
from services.records.domain.parts import AttachedFile
from services.records.domain.texts import require_reason
from shared.contracts.errors import conflict, not_found
from shared.contracts.records import Attachment, RecordAttached

MOST_FILES = 30


def attach(act: Act, command: Attach) -> Act:
    """Put a stored file on the record."""
    if len(act.state.files) >= MOST_FILES:
        raise conflict("too_many_attachments", f"A record holds at most {MOST_FILES} files.")
    files = (*act.state.files, command.file)
    return act.then("attached", body=RecordAttached, extra={"attachment": _told(command.file)}, files=files)


def detach(act: Act, command: Detach) -> Act:
    """Take a file off the record, with a reason; whoever keeps the bytes deletes them."""
    require_reason(command.reason)
    file = next((each for each in act.state.files if each.id == command.file_id), None)
    if file is None:
        raise not_found("attachment")
    files = tuple(each for each in act.state.files if each.id != file.id)
    told = {"attachment": _told(file)}
    return act.then("detached", reason=command.reason, body=RecordAttached, extra=told, files=files)


def _told(file: AttachedFile) -> Attachment:
    return Attachment(id=file.id, type=file.type, size=file.size, digest=file.digest)


STEPS: dict[type[Command], Step] = {
    Attach: Step(attach, when_closed=True),
    Detach: Step(detach, when_closed=True),
}
