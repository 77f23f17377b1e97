"""A person sets up their second factor, and shows it when they sign in."""

from dataclasses import dataclass

import pyotp

from services.auth.domain.second_factor import (
    RECOVERY_CODES,
    SecondFactor,
    is_begun,
    matched_step,
    recovery_digest,
    uri,
    without_recovery,
)
from services.auth.ports.directory import DirectoryStore, Time
from services.auth.ports.second_factor import Seal, SecondFactorStore
from services.auth.ports.sessions import SessionStore
from shared.contracts.errors import AppError, ErrorKind, conflict, invalid
from shared.contracts.identity import Principal, Role
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope


@dataclass(frozen=True)
class Begun:
    """The secret, shown once: as text to type and as a URI for a picture."""

    secret: str
    uri: str


class SecondFactors:
    """Codes by time, each used once; a lost telephone is answered by recovery codes, or by a colleague's reset."""

    def __init__(
        self,
        store: SecondFactorStore,
        directory: DirectoryStore,
        sessions: SessionStore,
        seal: Seal,
        time: Time,
        demanded: frozenset[Role],
    ) -> None:
        self._store, self._directory, self._sessions = store, directory, sessions
        self._seal, self._time, self._demanded = seal, time, demanded

    def asked_of(self, member: StaffMember) -> bool:
        """Whether this person must have one: without it their tokens carry no roles."""
        lent = {role for each in member.delegations if each.end > self._time.now() for role in each.roles}
        return bool(self._demanded & {*member.roles, *lent})

    async def begin(self, principal: Principal) -> Begun:
        """A secret, good once a code of it was shown, the same for ten minutes; 409 while a confirmed one stands."""
        scope = Scope(chain=principal.chain)
        login = await self._directory.login_of(scope, principal.staff_id)
        held, now = await self._store.find(scope, principal.staff_id), self._time.real_now()
        if login is not None and held is not None and is_begun(held, now):
            told = self._seal.open(held.sealed, principal.staff_id)
            return Begun(told, uri(told, principal.chain, login))
        secret = pyotp.random_base32()
        sealed = self._seal.close(secret, principal.staff_id)
        factor = SecondFactor(staff_id=principal.staff_id, chain=principal.chain, sealed=sealed, begun_at=now)
        if login is None or not await self._store.begin(scope, factor):
            raise conflict("second_factor_set", "A second factor is set up; a colleague in charge can reset it.")
        return Begun(secret, uri(secret, principal.chain, login))

    async def confirm(self, principal: Principal, code: str) -> tuple[str, ...]:
        """Take the begun secret into use; the recovery codes are told this once."""
        scope = Scope(chain=principal.chain)
        begun = await self._store.find(scope, principal.staff_id)
        if begun is None or not is_begun(begun, self._time.real_now()):
            raise conflict("nothing_begun", "Begin with a new secret first.")
        step = self._step(begun, code)
        if step is None:
            raise invalid("code", "current_code", "This is not the code of now; look at the clock of the telephone.")
        codes = tuple(pyotp.random_base32()[:16].lower() for _ in range(RECOVERY_CODES))
        kept = tuple(recovery_digest(principal.chain, each) for each in codes)
        after = begun.model_copy(update={"confirmed": True, "last_step": step, "recovery": kept})
        if not await self._store.use(scope, begun, after):
            raise conflict("nothing_begun", "It was confirmed or begun anew meanwhile.")
        await self._sessions.strengthen(scope, principal.session)
        return codes

    async def held(self, scope: Scope, staff_id: str) -> SecondFactor | None:
        """A person's factor, if they have taken one into use."""
        found = await self._store.find(scope, staff_id)
        return found if found and found.confirmed else None

    async def shown(self, scope: Scope, held: SecondFactor, code: str) -> bool:
        """Whether this code or recovery code is right; used up in the same step, so that it works once."""
        step = self._step(held, code)
        after = without_recovery(held, code) if step is None else held.model_copy(update={"last_step": step})
        return after is not None and await self._store.use(scope, held, after)

    def _step(self, held: SecondFactor, code: str) -> int | None:
        secret = self._seal.open(held.sealed, held.staff_id)
        return matched_step(secret, code, self._time.real_now(), held.last_step)


def second_factor_wanted() -> AppError:
    """The refusal of a sign-in whose password was right and whose second factor was not shown."""
    message = "Send the code of the authenticator app as `code`."
    return AppError(ErrorKind.UNAUTHENTICATED, "second_factor_required", message)
