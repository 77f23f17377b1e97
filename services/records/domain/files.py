"""What may be attached to a record, told by its first bytes and never by its name."""

from dataclasses import dataclass

MAX_BYTES = 10 * 1024 * 1024
HEAD = 16
JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
ACCEPTED = (JPEG, PNG, WEBP, PDF)
SUFFIX = {JPEG: "jpg", PNG: "png", PDF: "pdf"}


@dataclass(frozen=True)
class HeldFile:
    """What is kept beside the bytes of a file. `salt` makes the digest in events say nothing about them."""

    id: str
    chain: str
    property_id: str
    record_id: str
    type: str
    size: int
    salt: str


def type_of(head: bytes) -> str | None:
    """The media type that a file's first bytes tell; None for whatever is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return PDF if head.startswith(b"%PDF-") else None
