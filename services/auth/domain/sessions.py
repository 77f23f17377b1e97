"""Sessions: one family of refresh tokens each, of which only the newest is good."""

import datetime as dt
import enum
import hashlib
import hmac
from typing import Any

from services.auth.domain.keys import decode, encode
from shared.contracts.identity import Department, Role
from shared.contracts.staff import StaffMember
from shared.contracts.values import EntityId, Frozen, Slug

ACCESS_TTL = dt.timedelta(minutes=60)
IDLE_TTL = dt.timedelta(hours=14)
LONGEST = dt.timedelta(days=7)
GRACE = dt.timedelta(seconds=10)
AUDIENCE = ("records", "integrations", "alerts", "reporting", "auth", "console")
ISSUER = "bellboard-auth"


class Session(Frozen):
    """One sign-in. `generation` counts the refresh tokens given out; all times are real time."""

    id: EntityId
    chain: Slug
    staff_id: EntityId
    generation: int = 1
    created_at: dt.datetime
    rotated_at: dt.datetime
    ended: bool = False
    second_factor: bool = False


class Refresh(enum.StrEnum):
    """What a refresh token is worth."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REUSED = "reused"
    ENDED = "ended"


def judge(session: Session, generation: int, now: dt.datetime) -> Refresh:
    """What to do with a genuine token of this generation.

    The one before the newest is repeated for 10 s, because the answer that carried the newest may have been lost;
    any other old one has been copied, and ends the family.
    """
    if session.ended or now - session.rotated_at > IDLE_TTL or now - session.created_at > LONGEST:
        return Refresh.ENDED
    if generation == session.generation:
        return Refresh.ROTATE
    if generation == session.generation - 1 and now - session.rotated_at <= GRACE:
        return Refresh.REPEAT
    return Refresh.REUSED


class Ticket(Frozen):
    """What a genuine refresh token says."""

    chain: Slug
    session_id: EntityId
    generation: int


def refresh_token(secret: bytes, ticket: Ticket) -> str:
    """A refresh token, `chain.session.generation.mac`. Derived from a secret, so that no store can leak it."""
    said = f"{ticket.chain}.{ticket.session_id}.{ticket.generation}"
    return f"{said}.{encode(_mac(secret, said))}"


def read_refresh_token(secret: bytes, token: str) -> Ticket | None:
    """What a genuine token says, None for any other text."""
    said, _, mac = token.rpartition(".")
    try:
        given = decode(mac)
    except ValueError:
        return None
    if not hmac.compare_digest(given, _mac(secret, said)):
        return None
    chain, session_id, generation = said.split(".")
    return Ticket(chain=chain, session_id=session_id, generation=int(generation))


def _mac(secret: bytes, said: str) -> bytes:
    return hmac.digest(secret, f"bellboard-refresh/1|{said}".encode("utf-8", "replace"), hashlib.sha256)


def access_claims(
    member: StaffMember, session_id: str, token_id: str, now: dt.datetime, *, second_factor: bool = False
) -> dict[str, Any]:
    """The claims of an access token; `properties` is null for every property of the chain.

    `amr` says how the person showed who they are (RFC 8176).
    """
    issued = int(now.timestamp())
    return {
        "iss": ISSUER,
        "sub": member.id,
        "aud": list(AUDIENCE),
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(ACCESS_TTL.total_seconds()),
        "jti": token_id,
        "sid": session_id,
        "chain": member.chain,
        "roles": _values(member.roles),
        "properties": None if member.properties is None else sorted(member.properties),
        "departments": _values(member.departments),
        "epoch": member.epoch,
        "amr": ["pwd", "otp"] if second_factor else ["pwd"],
        "lang": member.languages[0] if member.languages else "en",
    }


def _values(items: tuple[Role, ...] | tuple[Department, ...]) -> list[str]:
    return sorted(item.value for item in items)
