"""Argon2id in a bounded pool, so that sign-ins cost the same and cannot exhaust the memory."""

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from shared.contracts.errors import AppError, ErrorKind

MEMORY_KIB = 46 * 1024
ARGON2ID = "$argon2id$"


class Argon2Passwords:
    """46 MiB, one pass, one lane (OWASP's first choice); `threads` at a time and `queue` waiting."""

    def __init__(self, threads: int = 2, queue: int = 64, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = threads + queue
        # For accounts that do not exist: the same work, and no password that matches.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))

    async def hashed(self, password: str) -> str:
        """The argon2id hash of a password."""
        return await self._run(password, None)

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; without a hash the same work is done and the answer is no."""
        # Who came over SCIM or signs in elsewhere has no hash of ours: what is none must cost the same, too (S11).
        held = password_hash if password_hash and password_hash.startswith(ARGON2ID) else None
        right = await self._run(password, held or self._nobody) == "right"
        return right and held is not None

    async def _run(self, password: str, password_hash: str | None) -> str:
        if self._room <= 0:
            raise AppError(ErrorKind.UNAVAILABLE, "sign_in_busy", "Too many people sign in right now; try again.")
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._work, password, password_hash)
        finally:
            self._room += 1

    def _work(self, password: str, password_hash: str | None) -> str:
        raw = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
        if password_hash is None:
            return self._hasher.hash(raw)
        try:
            self._hasher.verify(password_hash, raw)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return "wrong"
        return "right"

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)
