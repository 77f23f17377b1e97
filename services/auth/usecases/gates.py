"""The gates that count wrong tries, before a try is looked at."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from services.auth.domain.throttle import Gate, faded, wait_s
from services.auth.ports.directory import Time
from services.auth.ports.sessions import SessionStore
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.values import Scope

_RACES = 8


class Gates:
    """Each try is counted as a failure first: tries in parallel cannot slip through. The right one is forgiven."""

    def __init__(self, store: SessionStore, time: Time) -> None:
        self._store, self._time = store, time

    @asynccontextmanager
    async def passing(self, scope: Scope, gates: Mapping[Gate, str]) -> AsyncIterator[None]:
        """Pass all gates (429 when one is closed); what is raised inside leaves the failure counted."""
        passed: list[Gate] = []
        for gate, who in gates.items():
            wait = await self._reserve(scope, gate, who)
            if wait > 0:
                for other in passed:
                    await self._store.release(scope, other, gates[other], forget=False)
                seconds = int(wait) + 1
                raise AppError(
                    ErrorKind.THROTTLED, "sign_in_throttled", f"Too many wrong tries; try again in {seconds} s."
                )
            passed.append(gate)
        yield
        for gate, who in gates.items():
            # An address is forgiven one try only: else one good account would wash off all wrong ones.
            await self._store.release(scope, gate, who, forget=gate is not Gate.SOURCE)

    async def count(self, scope: Scope, gate: Gate, who: str) -> None:
        """Count something that is limited by itself, right or wrong; 429 when there was too much of it."""
        wait = await self._reserve(scope, gate, who)
        if wait > 0:
            raise AppError(ErrorKind.THROTTLED, "too_often", f"Too often from here; try again in {int(wait) + 1} s.")

    async def _reserve(self, scope: Scope, gate: Gate, who: str) -> float:
        for _ in range(_RACES):
            seen, now = await self._store.tries(scope, gate, who), self._time.real_now()
            left = faded(gate, seen, now)
            wait = wait_s(gate, left, now)
            if wait > 0 or await self._store.reserve(scope, gate, who, seen, left.failures + 1, now):
                return wait
        return 1.0
