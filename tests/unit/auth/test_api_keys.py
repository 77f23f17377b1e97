"""What keys say and how long, and that a token with scopes does nothing beside them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.api_keys import (
    AccountDraft,
    ApiKey,
    KeyScope,
    check_expiry,
    key_claims,
    key_digest,
    key_id_of,
    key_text,
    service_account,
    written,
)
from services.auth.domain.policy import default_grants
from services.auth.domain.reach import within
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy, compiled
from shared.contracts.errors import AppError
from shared.contracts.identity import Principal, Role
from shared.contracts.policy import PolicySnapshot

NOW = dt.datetime(2026, 11, 22, 3, 10, tzinfo=dt.UTC)
KEY = ApiKey(
    id="0123456789abcdef",
    chain="atlantic",
    account_id="robot",
    digest="x",
    scopes=("read:*",),
    properties=("city",),
    created_at=NOW,
    created_by="gil",
    expires_at=NOW + dt.timedelta(minutes=5),
)
ACCOUNT = service_account("atlantic", "robot", AccountDraft(name="Robot", properties=None))


def test_token_of_a_key_ends_no_later_than_the_key_and_reaches_no_further() -> None:
    claims = key_claims(ACCOUNT, KEY, "jti", NOW)
    assert (claims["exp"] - claims["iat"], claims["properties"], claims["scopes"]) == (300, ["city"], ["read:*"])


def test_written_key_names_itself_and_nothing_else_does() -> None:
    text = key_text(KEY.id, "x" * 43)
    assert key_id_of(text) == KEY.id
    assert [key_id_of(odd) for odd in ("", text + "x", text[:-1], text.upper(), f" {text}")] == [None] * 5
    assert key_digest(b"one", text) != key_digest(b"other", text)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_key_without_a_near_end_is_refused(days: int) -> None:
    with pytest.raises(AppError) as refused:
        check_expiry(NOW + dt.timedelta(days=days), NOW)
    assert refused.value.breaches[0].field == "expires_at"


PLACES = st.none() | st.sets(st.sampled_from(["city", "resort"])).map(lambda found: tuple(sorted(found)))


@given(PLACES, PLACES)
def test_within_is_a_subset_where_null_is_everything(
    wanted: tuple[str, ...] | None, held: tuple[str, ...] | None
) -> None:
    whole = {"city", "resort", "any other"}
    assert within(wanted, held) == (set(whole if wanted is None else wanted) <= set(whole if held is None else held))


class _NoMongo:
    def collection(self, name: str) -> None:
        """Decisions need no store."""


ACTIONS = st.sampled_from(["read", "create", "note", "manage", "reset", "scim"])
KINDS = st.sampled_from(["*", "stay", "staff", "guest_request"])


@given(st.sets(st.tuples(ACTIONS, KINDS)), ACTIONS, KINDS)
def test_scopes_only_ever_take_away(scopes: set[tuple[str, str]], action: str, kind: str) -> None:
    policy = Policy(_NoMongo(), Clock())  # type: ignore[arg-type]  # decisions need no store
    policy.known.policies["atlantic"] = compiled(PolicySnapshot(chain="atlantic", version=1, grants=default_grants()))
    policy.known.heartbeat = dt.datetime.now(dt.UTC)
    free = Principal(
        staff_id="robot", chain="atlantic", roles=frozenset({Role.INTEGRATION}), properties=None, session="s"
    )
    kept = written([KeyScope(actions=(one,), kinds=(on,)) for one, on in scopes])
    bound = free.model_copy(update={"scopes": frozenset(kept)})
    named = (action, kind) in scopes or (kind == "guest_request" and (action, "*") in scopes)
    assert policy.decide(bound, action, kind).allow == (policy.decide(free, action, kind).allow and named)
