"""Where browsers' sessions are kept: found by a digest of the cookie, readable only with the cookie itself."""

import datetime as dt
import hashlib
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.console.domain.session import Session, Tokens
from shared.chassis.mongo import Index, Mongo
from shared.contracts.values import Scope

_NONCE = 12


def _digest(purpose: str, cookie: str) -> bytes:
    # The cookie holds 256 random bits, so a plain hash is as good as a slow one.
    return hashlib.sha256(f"bellboard-session/1|{purpose}|{cookie}".encode()).digest()


def seal(cookie: str, tokens: Tokens) -> bytes:
    """The tokens, encrypted under a key that only the browser's cookie yields."""
    text = json.dumps([tokens.access, tokens.refresh, tokens.expires_at.isoformat()]).encode()
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_digest("key", cookie)).encrypt(nonce, text, None)


def unseal(cookie: str, sealed: bytes) -> Tokens | None:
    """The tokens again; None when they were sealed otherwise or tampered with."""
    try:
        text = AESGCM(_digest("key", cookie)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except InvalidTag:
        return None
    access, refresh, expires = json.loads(text)
    return Tokens(access, refresh, dt.datetime.fromisoformat(expires))


async def prepare(mongo: Mongo, hours: int) -> None:
    """Create the indexes; sessions nobody used for so long disappear by themselves."""
    await mongo.collection("sessions").ensure_indexes([Index(("used_at",), expire_s=hours * 3600)])


class SessionStore:
    """The sessions collection. A stolen database yields no token, a stolen token list no cookie."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("sessions")

    async def find(self, scope: Scope, cookie: str) -> Session | None:
        """The session of a cookie."""
        row = await self._rows.find_one({"_id": _digest("id", cookie).hex(), "chain": scope.chain})
        tokens = unseal(cookie, row["sealed"]) if row else None
        return Session(cookie, tokens, row["created_at"]) if row and tokens else None

    async def save(self, scope: Scope, session: Session) -> None:
        """Keep a session, new or renewed; it lives as long again from now."""
        await self._rows.update_one(
            {"_id": _digest("id", session.cookie).hex()},
            {
                "$set": {"sealed": seal(session.cookie, session.tokens), "used_at": dt.datetime.now(dt.UTC)},
                "$setOnInsert": {"chain": scope.chain, "created_at": session.created_at},
            },
            upsert=True,
        )

    async def end(self, scope: Scope, cookie: str) -> None:
        """Forget a session."""
        await self._rows.delete_many({"_id": _digest("id", cookie).hex(), "chain": scope.chain})
