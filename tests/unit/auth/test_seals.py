"""Only what auth sealed about this very thing counts; nothing else passes for it."""

import datetime as dt
from pathlib import Path
from typing import Any

import jwt
import pytest

from services.auth.adapters.keyring import FileKeyRing
from services.auth.domain.policy import default_grants, snapshot
from services.auth.usecases.policy_telling import published_told
from shared.chassis.seals import Forged, opened, root_of
from shared.contracts.envelope import Envelope, encode
from shared.contracts.identity import system
from shared.contracts.policy import PolicyEvent
from shared.contracts.values import derived_id
from tests.factories.records import CHAIN, NOON

POLICY = snapshot(CHAIN, 4, default_grants())


def real_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def keys(tmp_path: Path) -> FileKeyRing:
    return FileKeyRing(tmp_path / "keys.json", real_now)


@pytest.fixture
def others(tmp_path: Path) -> FileKeyRing:
    return FileKeyRing(tmp_path / "other.json", real_now)


def told(keys: FileKeyRing, **changed: Any) -> tuple[Envelope, PolicyEvent]:
    event = published_told(POLICY, system("auth"), NOON, keys)
    assert isinstance(event.body, PolicyEvent)
    body = event.body.model_copy(update=changed)
    return (
        Envelope(
            id=derived_id("policy"),
            type=event.type,
            source="/bellboard/auth",
            subject=event.subject,
            time=NOON,
            chain=CHAIN,
            property_id="*",
            sequence=event.sequence,
            topic="policy.v1",
            correlation="test",
            value=encode(body),
        ),
        body,
    )


def test_what_is_sealed_is_what_counts(keys: FileKeyRing) -> None:
    event, body = told(keys, policy=POLICY.model_copy(update={"grants": ()}))
    said = opened(keys.audit.public, event, body)
    assert said == {"policy": POLICY.model_dump(mode="json")}


def test_first_seal_is_trusted_where_no_root_is_known(keys: FileKeyRing) -> None:
    assert opened(None, *told(keys)) is not None


def test_unsealed_counts_only_while_no_root_is_known(keys: FileKeyRing) -> None:
    event, body = told(keys, seal=None, root=None)
    assert opened(None, event, body) is None
    with pytest.raises(Forged, match="not sealed"):
        opened(keys.audit.public, event, body)


def test_seal_of_another_key_is_refused_whatever_root_it_brings(keys: FileKeyRing, others: FileKeyRing) -> None:
    with pytest.raises(Forged):
        opened(keys.audit.public, *told(others))


def test_seal_is_refused_where_configuration_names_another_root(keys: FileKeyRing, others: FileKeyRing) -> None:
    with pytest.raises(Forged):
        opened(root_of(others.audit.public["x"]), *told(keys))
    assert opened(root_of(keys.audit.public["x"]), *told(keys)) is not None


@pytest.mark.parametrize("moved", [{"sequence": 5}, {"subject": "policy:elsewhere"}])
def test_seal_of_something_else_is_refused(keys: FileKeyRing, moved: dict[str, Any]) -> None:
    event, body = told(keys)
    with pytest.raises(Forged, match="something else"):
        opened(keys.audit.public, event.model_copy(update=moved), body)


def test_token_is_no_seal_and_a_seal_is_no_token(keys: FileKeyRing) -> None:
    event, body = told(keys)
    token = keys.token({"subject": event.subject, "version": event.sequence, "says": "{}"})
    with pytest.raises(Forged):
        opened(keys.access.public, event, body.model_copy(update={"seal": token}))
    assert body.seal is not None
    assert jwt.get_unverified_header(body.seal)["typ"] != "at+jwt"


@pytest.mark.parametrize("seal", ["", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."])
def test_nonsense_is_no_seal(keys: FileKeyRing, seal: str) -> None:
    event, body = told(keys, seal=seal)
    with pytest.raises(Forged):
        opened(keys.audit.public, event, body)
