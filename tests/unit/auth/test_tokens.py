"""Access tokens as the chassis verifies them: the real one passes, every forged or odd one is refused (S1–S6)."""

import base64
import datetime as dt
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from services.auth.adapters.keyring import FileKeyRing
from services.auth.domain.keys import SigningKey, encode
from services.auth.domain.sessions import access_claims
from shared.chassis.auth import Verifier
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.staff import StaffMember

KEY, STRANGER = SigningKey(seed=encode(b"a" * 32)), SigningKey(seed=encode(b"b" * 32))
ANA = StaffMember(
    id="ana",
    chain="atlantic",
    display_name="Ana",
    roles=(Role.ASSOCIATE,),
    departments=(Department.FRONT_OFFICE,),
    properties=("city",),
    languages=("pt", "en"),
    epoch=2,
    version=3,
)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class _NoStore:
    def collection(self, name: str) -> Any:
        return name


def verifier(audience: str = "records", **of_ana: Any) -> Verifier:
    policy = Policy(_NoStore(), Clock())  # type: ignore[arg-type]  # verification needs no store
    policy.known.keys[KEY.id] = KEY.public
    policy.known.staff["ana"] = ANA.model_copy(update=of_ana)
    policy.known.heartbeat = dt.datetime.now(dt.UTC)
    return Verifier(policy, audience)


def claims(**changed: Any) -> dict[str, Any]:
    real = access_claims(ANA, "session-1", "token-1", dt.datetime.now(dt.UTC))
    return {name: value for name, value in (real | changed).items() if value != "absent"}


def token(key: SigningKey = KEY, header: dict[str, Any] | None = None, **changed: Any) -> str:
    headers = {"typ": "at+jwt", "kid": KEY.id} | (header or {})
    return jwt.encode(claims(**changed), key.private, algorithm="EdDSA", headers=headers)


def unsigned(header: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(part).encode() for part in (header, claims())]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


def signed_by_public_key(secret: bytes) -> str:
    """HS256 with the public key as its secret; PyJWT refuses to make one from PEM, so the key bytes stand in."""
    return jwt.encode(claims(), secret, algorithm="HS256", headers={"typ": "at+jwt", "kid": KEY.id})


RAW = KEY.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
NOW = int(dt.datetime.now(dt.UTC).timestamp())


def ask(bearer: str, verifying: Verifier | None = None) -> Principal:
    return (verifying or verifier()).principal(f"Bearer {bearer}")


@pytest.mark.parametrize("audience", ["records", "integrations", "alerts", "reporting", "auth", "console"])
def test_real_token_is_good_at_every_service(audience: str) -> None:
    caller = ask(token(), verifier(audience))
    assert (caller.staff_id, caller.chain, caller.roles) == ("ana", "atlantic", {Role.ASSOCIATE})
    assert (caller.properties, caller.departments) == ({"city"}, {Department.FRONT_OFFICE})
    assert (caller.session, caller.epoch, caller.language) == ("session-1", 2, "pt")


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(unsigned({"alg": "none", "typ": "at+jwt", "kid": KEY.id}), id="alg none"),
        pytest.param(unsigned({"alg": "None", "typ": "at+jwt", "kid": KEY.id}, b"x"), id="alg None"),
        pytest.param(signed_by_public_key(RAW), id="HS256 with the public key"),
        pytest.param(token(STRANGER), id="another key under our kid"),
        pytest.param(token(STRANGER, {"kid": STRANGER.id}), id="an unknown kid"),
        pytest.param(token(STRANGER, {"kid": STRANGER.id, "jwk": STRANGER.public}), id="a key brought along"),
        pytest.param(token(header={"kid": "../../etc/passwd"}), id="a path as kid"),
        pytest.param(token(header={"kid": "k" * 10_000}), id="a huge kid"),
        pytest.param(token(header={"typ": "JWT"}), id="an ID token"),
        pytest.param(token(header={"typ": None}), id="no typ"),
        pytest.param(token(aud=["partners"]), id="another audience"),
        pytest.param(token(iss="https://evil.example"), id="another issuer"),
        pytest.param(token(exp=NOW - 60), id="expired"),
        pytest.param(token(nbf=NOW + 1800), id="not yet valid"),
        *(
            pytest.param(token(**{name: "absent"}), id=f"no {name}")
            for name in ("iss", "sub", "aud", "iat", "nbf", "exp", "jti", "sid", "chain", "roles", "epoch")
        ),
        pytest.param(token(roles=["emperor"]), id="an unknown role"),
        pytest.param(token(epoch=1), id="an ended epoch"),
        pytest.param(token(sub="nobody"), id="an unknown person"),
        pytest.param(token(chain="pacific"), id="another chain"),
        pytest.param("x", id="no token"),
        pytest.param("a" * 9000, id="a huge token"),
    ],
)
def test_forged_or_odd_token_is_refused(forged: str) -> None:
    with pytest.raises(AppError) as refused:
        ask(forged)
    assert refused.value.kind is ErrorKind.UNAUTHENTICATED


def test_token_of_a_person_who_left_is_refused() -> None:
    with pytest.raises(AppError, match="ended"):
        ask(token(), verifier(active=False))


def _refusal(asked: Verifier, header: str) -> str:
    with pytest.raises(AppError) as refused:
        asked.principal(header)
    return refused.value.message


def test_token_that_was_good_before_is_refused_once_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, header = verifier(), f"Bearer {token()}"
    assert asked.principal(header) == asked.principal(header)
    known = asked._policy.known
    known.staff["ana"] = ANA.model_copy(update={"epoch": 3})
    assert "ended" in _refusal(asked, header)
    known.staff["ana"] = ANA
    assert asked.principal(header).staff_id == "ana"
    key = known.keys.pop(KEY.id)
    assert "not issued here" in _refusal(asked, header)
    known.keys[KEY.id] = key
    now = time.time()
    monkeypatch.setattr("shared.chassis.auth.time.time", lambda: now + 2 * 3600)
    assert "run out" in _refusal(asked, header)
    known.heartbeat = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=6)
    assert asked.principal(header).staff_id == "ana"
    monkeypatch.setattr("shared.chassis.auth.time.time", lambda: now + 14 * 3600)
    assert "run out" in _refusal(asked, header)


def test_key_that_was_published_anew_under_an_old_name_checks_tokens_again() -> None:
    asked, header = verifier(), f"Bearer {token()}"
    assert asked.principal(header).staff_id == "ana"
    asked._policy.known.keys[KEY.id] = STRANGER.public
    assert "not valid here" in _refusal(asked, header)


def test_tampered_claims_are_refused() -> None:
    head, _, signature = token().split(".")
    forged = base64.urlsafe_b64encode(json.dumps(claims(roles=["chain_admin"])).encode()).rstrip(b"=").decode()
    with pytest.raises(AppError):
        ask(f"{head}.{forged}.{signature}")


def test_key_ring_signs_what_the_chassis_verifies_and_is_the_same_at_the_next_start(tmp_path: Any) -> None:
    file = tmp_path / "keys" / "auth.json"
    ring, again = FileKeyRing(file, _now), FileKeyRing(file, _now)
    assert (ring.access, ring.audit, ring.refresh_secret) == (again.access, again.audit, again.refresh_secret)
    assert file.stat().st_mode & 0o077 == 0
    assert ring.access != ring.audit
    verifying = verifier()
    verifying._policy.known.keys[ring.access.id] = again.access.public
    assert ask(ring.token(claims()), verifying).staff_id == "ana"


def test_private_key_is_not_shown() -> None:
    assert KEY.seed not in repr(KEY)


def test_key_id_is_the_thumbprint_of_rfc_8037() -> None:
    # RFC 8037, appendix A: key and thumbprint.
    seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    assert SigningKey(seed=seed).id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
