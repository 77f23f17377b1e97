"""The second factor: codes by time (RFC 6238), each good once, and recovery codes for a lost telephone."""

import datetime as dt
import hashlib
import hmac

import pyotp

from shared.contracts.values import EntityId, Frozen, Slug

ISSUER_NAME = "Bellboard"
STEP_S = 30
DRIFT = (0, -1, 1)
"""Steps that a telephone's clock may be off, the likeliest first."""
RECOVERY_CODES = 8
BEGUN_TTL = dt.timedelta(minutes=10)
"""How long a secret that was begun is told again to who asks again: the answer may have been lost."""


class SecondFactor(Frozen):
    """One person's second factor. `sealed` is the secret, encrypted; `last_step` the newest step that was used."""

    staff_id: EntityId
    chain: Slug
    sealed: str
    begun_at: dt.datetime
    confirmed: bool = False
    last_step: int = 0
    recovery: tuple[str, ...] = ()


def is_begun(held: SecondFactor | None, now: dt.datetime) -> bool:
    """Whether a secret was begun lately and waits for its first code."""
    return held is not None and not held.confirmed and now - held.begun_at < BEGUN_TTL


def uri(secret: str, chain: str, login: str) -> str:
    """What an authenticator app reads from a picture of it."""
    return pyotp.TOTP(secret).provisioning_uri(name=f"{login} ({chain})", issuer_name=ISSUER_NAME)


def matched_step(secret: str, code: str, now: dt.datetime, last_step: int) -> int | None:
    """The step whose code this is, None for a wrong code or one of a step that was used before."""
    current = int(now.timestamp()) // STEP_S
    right = [step for drift in DRIFT if _is_code(secret, step := current + drift, code)]
    return next((step for step in right if step > last_step), None)


def _is_code(secret: str, step: int, code: str) -> bool:
    return hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP_S).encode(), code.encode("utf-8", "replace"))


def recovery_digest(chain: str, code: str) -> str:
    """What is kept of a recovery code. It holds 80 random bits, so a plain hash hides it."""
    return hashlib.sha256(f"{chain}|{code.strip().lower()}".encode("utf-8", "replace")).hexdigest()


def without_recovery(held: SecondFactor, code: str) -> SecondFactor | None:
    """The factor with this recovery code used up, None if it is none of them."""
    digest = recovery_digest(held.chain, code)
    if not any(hmac.compare_digest(digest, kept) for kept in held.recovery):
        return None
    return held.model_copy(update={"recovery": tuple(kept for kept in held.recovery if kept != digest)})
