"""Keys of service accounts: what a key is for, how it is written, and the token that it is exchanged for."""

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from services.auth.domain.sessions import AUDIENCE, ISSUER
from services.auth.domain.staff import CHAIN_WIDE, Name
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind, invalid
from shared.contracts.identity import Actor, Principal, Role
from shared.contracts.staff import ApiKeyEvent, StaffMember
from shared.contracts.values import AskedInstant, Code, EntityId, Frozen, Slug

PREFIX = "bbk"
"""Begins every key, so that one that leaked into a file or a log is found by it."""
TOKEN_TTL = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(days=366)
MOST_VALID = 2
"""Two at once, so that one takes over from the other without a pause."""
TOUCHED_EVERY = dt.timedelta(seconds=60)
_KEY = re.compile(rf"{PREFIX}_([0-9a-f]{{16}})_[A-Za-z0-9_-]{{43}}")

Kind = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9_]{0,63})$")]


class AccountDraft(Frozen):
    """A service account as an administrator writes it. `properties` null means every property of the chain."""

    name: Name
    properties: tuple[Slug, ...] | None


class KeyScope(Frozen):
    """Actions on kinds; `*` is every kind of record."""

    actions: tuple[Code, ...] = Field(min_length=1, max_length=50)
    kinds: tuple[Kind, ...] = Field(default=("*",), min_length=1, max_length=50)


class KeyDraft(Frozen):
    """What a key is for, at which properties (null: all of the account's) and until when, which is compulsory."""

    scopes: tuple[KeyScope, ...] = Field(min_length=1, max_length=50)
    properties: tuple[Slug, ...] | None = None
    expires_at: AskedInstant


class ApiKey(Frozen):
    """A key as it is kept: a keyed digest of it, never the key."""

    id: EntityId
    chain: Slug
    account_id: EntityId
    digest: str = Field(repr=False)
    scopes: tuple[str, ...]
    properties: tuple[Slug, ...] | None
    created_at: dt.datetime
    created_by: EntityId
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = None
    last_used_at: dt.datetime | None = None

    def valid(self, now: dt.datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and now < self.expires_at


def written(scopes: Sequence[KeyScope]) -> tuple[str, ...]:
    """Scopes as tokens carry them: `action:kind` each."""
    return tuple(sorted({f"{action}:{kind}" for one in scopes for action in one.actions for kind in one.kinds}))


def scope_parts(scope: str) -> tuple[str, str]:
    """Action and kind of a scope as it is written."""
    action, _, kind = scope.partition(":")
    return action, kind


def narrowed(key: ApiKey, places: tuple[str, ...] | None, held: tuple[str, ...] | None) -> ApiKey:
    """The key for those of its places that its maker works at."""
    if held is None:
        return key
    left = held if places is None else tuple(one for one in places if one in held)
    return key.model_copy(update={"properties": left})


def principal_of(maker: StaffMember) -> Principal:
    """Whoever made a key, with the rights they have by themselves now; how they signed in then is not asked again."""
    return Principal(
        staff_id=maker.id,
        chain=maker.chain,
        roles=frozenset(maker.roles),
        properties=None if maker.properties is None else frozenset(maker.properties),
        departments=frozenset(maker.departments),
        session="key",
        epoch=maker.epoch,
        second_factor=True,
    )


def key_text(key_id: str, secret: str) -> str:
    """A key as it is shown once."""
    return f"{PREFIX}_{key_id}_{secret}"


def key_id_of(text: str) -> str | None:
    """Which key a text claims to be, None for a text that is none."""
    found = _KEY.fullmatch(text)
    return found.group(1) if found else None


def key_digest(secret: bytes, text: str) -> str:
    """What is kept of a key: worth nothing without the installation's own secret."""
    return hmac.digest(secret, f"bellboard-api-key/1|{text}".encode("utf-8", "replace"), hashlib.sha256).hex()


def check_expiry(expires_at: dt.datetime, now: dt.datetime) -> None:
    """Refuse a key that has run out already or lives longer than a year."""
    if not now < expires_at <= now + LONGEST:
        raise invalid("expires_at", "key_lifetime", f"A key ends within {LONGEST.days} days from now.")


def check_room(keys: Sequence[ApiKey], now: dt.datetime) -> None:
    """Refuse a third valid key."""
    if sum(key.valid(now) for key in keys) >= MOST_VALID:
        message = f"{MOST_VALID} keys of this account are good; revoke one first."
        raise AppError(ErrorKind.CONFLICT, "keys_enough", message)


def service_account(chain: str, account_id: str, draft: AccountDraft) -> StaffMember:
    """A program on the staff list."""
    return StaffMember(
        id=account_id,
        chain=chain,
        display_name=draft.name,
        roles=(Role.INTEGRATION,),
        properties=draft.properties,
        service=True,
        version=1,
    )


def key_claims(account: StaffMember, key: ApiKey, token_id: str, now: dt.datetime) -> dict[str, Any]:
    """The claims of the access token that a key is exchanged for; never longer than the key itself."""
    issued = int(now.timestamp())
    properties = account.properties if key.properties is None else key.properties
    return {
        "iss": ISSUER,
        "sub": account.id,
        "aud": list(AUDIENCE),
        "iat": issued,
        "nbf": issued,
        "exp": min(issued + int(TOKEN_TTL.total_seconds()), int(key.expires_at.timestamp())),
        "jti": token_id,
        "sid": key.id,
        "chain": account.chain,
        "roles": [role.value for role in account.roles],
        "properties": None if properties is None else sorted(properties),
        "departments": [department.value for department in account.departments],
        "epoch": account.epoch,
        "amr": ["key"],
        "scopes": list(key.scopes),
    }


def key_event(verb: str, version: int, key: ApiKey, actor: Actor, now: dt.datetime) -> NewEvent:
    """`api_key.issued` (version 1) or `api_key.revoked` (version 2)."""
    return NewEvent(
        type=f"api_key.{verb}.v1",
        chain=key.chain,
        property_id=CHAIN_WIDE,
        subject=f"api_key:{key.id}",
        sequence=version,
        time=now,
        body=ApiKeyEvent(
            actor=actor,
            account_id=key.account_id,
            key_id=key.id,
            scopes=key.scopes,
            properties=key.properties,
            expires_at=key.expires_at,
        ),
    )
