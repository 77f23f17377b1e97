"""Seals what the database must not show: keys lie in a file beside the connections' secrets, the newest first."""

import os
import secrets
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shared.contracts.errors import AppError, ErrorKind

NAME = "seal.keys"
OWNER_ONLY = 0o600


class KeysFileSeal:
    """The file holds a Fernet key a line. A new first line seals from the next start on, older ones still open."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME

    @cached_property
    def _keys(self) -> list[Fernet]:
        try:
            lines = self._file.read_text().split()
        except FileNotFoundError:
            lines = [_drawn(self._file)]
        try:
            return [Fernet(line) for line in lines]
        except ValueError as wrong:
            raise AppError(ErrorKind.BROKEN, "seal_keys", f"{NAME} must hold a Fernet key a line.") from wrong

    @cached_property
    def _seal(self) -> MultiFernet:
        if not self._keys:
            raise AppError(ErrorKind.BROKEN, "seal_keys", f"{NAME} holds no key.")
        return MultiFernet(self._keys)

    def close(self, said: str, about: str) -> str:
        """The sealed text; it opens only with what it is about."""
        return self._seal.encrypt(f"{about}\n{said}".encode()).decode()

    def open(self, sealed: str, about: str) -> str:
        """The text; one that was sealed by no key of ours, or about something else, raises AppError."""
        try:
            whose, _, said = self._seal.decrypt(sealed).decode().partition("\n")
        except (InvalidToken, ValueError) as wrong:
            raise AppError(ErrorKind.BROKEN, "seal_broken", "What was sealed cannot be opened.") from wrong
        if whose != about:
            raise AppError(ErrorKind.BROKEN, "seal_broken", "What was sealed is about something else.")
        return said

    def newest(self, sealed: str) -> bool:
        """Whether it is under the key that seals now."""
        try:
            self._seal  # noqa: B018 # that there is a key
            self._keys[0].decrypt(sealed)
        except (InvalidToken, ValueError):
            return False
        return True


def _drawn(file: Path) -> str:
    """A new key, kept; who starts at the same moment keeps the same. A folder that is not ours to write is an error."""
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f"{NAME}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as out:
        out.write(Fernet.generate_key().decode() + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return file.read_text().split()[0]
