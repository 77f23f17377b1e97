"""Lines added to files outside the database, so that they outlive a crash and a torn line before them."""

import os
from pathlib import Path


def append_durably(file: Path, lines: str) -> None:
    """Add whole lines; they are on disk when this returns. A line that a crash tore is left alone on its own."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab+") as out:
        if out.seek(0, os.SEEK_END) > 0:
            out.seek(-1, os.SEEK_END)
            lines = lines if out.read(1) == b"\n" else "\n" + lines
        out.write(lines.encode())
        out.flush()
        os.fsync(out.fileno())
