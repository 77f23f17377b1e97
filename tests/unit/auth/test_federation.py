"""What an id_token must say, what groups are worth, and which addresses are called."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.federation import (
    GroupRule,
    Provider,
    answers,
    challenge_of,
    check_provider,
    issuer_fault,
    with_rights,
    without_rights,
    worth,
)
from services.auth.domain.id_tokens import asserted, check_id_token, half_hash
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Shift
from tests.factories.staff import ANA

NOW = dt.datetime(2026, 11, 22, 3, 10, tzinfo=dt.UTC).timestamp()
ISSUER = "https://login.atlantic.example"
PROVIDER = Provider(name="A", issuer=ISSUER, client_id="bellboard", chain="atlantic", version=1, sealed="x")
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "1",
    "aud": "bellboard",
    "iat": NOW - 1,
    "exp": NOW + 60,
    "nonce": "once",
    "groups": ["desk", 7],
    "amr": ["pwd", "mfa"],
}


def check(claims: dict[str, Any]) -> None:
    """Check as a sign-in with the nonce `once` does."""
    check_id_token(claims, PROVIDER, "once", NOW, access_token="at", algorithm="RS256")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"aud": ["bellboard"]},
        {"aud": ["other", "bellboard"], "azp": "bellboard"},
        {"azp": "bellboard"},
        {"exp": NOW - 59},
        {"iat": NOW + 59},
        {"at_hash": half_hash("at", "RS256")},
    ],
)
def test_good_id_token_is_taken(more: dict[str, Any]) -> None:
    check(GOOD | more)
    assert asserted(GOOD | more, PROVIDER).groups == {"desk"}


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"iss": f"{ISSUER}/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "other"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": {"bellboard": 1}}, "aud"),
        ({"aud": ["bellboard", "other"]}, "azp"),
        ({"aud": ["bellboard", "other"], "azp": "other"}, "azp"),
        ({"azp": "other"}, "azp"),
        ({"exp": NOW - 61}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": str(NOW + 60)}, "exp"),
        ({"iat": NOW + 61}, "iat"),
        ({"iat": None}, "iat"),
        ({"nonce": "twice"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ["once"]}, "nonce"),
        ({"at_hash": half_hash("another", "RS256")}, "at_hash"),
        ({"at_hash": 5}, "at_hash"),
        ({"sub": ""}, "sub"),
        ({"sub": 1}, "sub"),
        ({"sub": "x" * 256}, "sub"),
    ],
)
def test_id_token_that_is_not_for_this_sign_in_is_refused_by_name(more: dict[str, Any], named: str) -> None:
    with pytest.raises(AppError, match=f": {named}") as refused:
        check(GOOD | more)
    assert refused.value.code == "id_token_refused"


def test_half_hash_is_the_one_of_the_specification() -> None:
    # OpenID Connect Core 1.0, A.3
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


def test_challenge_is_the_one_of_the_specification() -> None:
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert challenge_of(verifier) == challenge
    assert not answers(challenge, verifier[:-1] + "l")


RULES = (
    GroupRule(group="desk", roles=(Role.ASSOCIATE,), departments=(Department.FRONT_OFFICE,), properties=("city",)),
    GroupRule(group="keys", roles=(Role.SUPERVISOR,), departments=(Department.HOUSEKEEPING,), properties=("resort",)),
    GroupRule(group="chiefs", roles=(Role.GENERAL_MANAGER,), properties=None),
)


@given(st.sets(st.sampled_from(["desk", "keys", "chiefs", "golf"])))
def test_groups_together_are_worth_what_each_gives_and_no_more(groups: set[str]) -> None:
    rights = worth(RULES, groups)
    given_by = [rule for rule in RULES if rule.group in groups]
    assert (rights is None) == (not given_by)
    found = rights or worth(RULES, {"desk"})
    assert found is not None
    mine = given_by or [RULES[0]]
    assert set(found.roles) == {role for rule in mine for role in rule.roles}
    assert (found.properties is None) == any(rule.properties is None for rule in mine)


def test_new_rights_raise_the_epoch_once_and_take_foreign_shifts_away() -> None:
    shift = Shift(days=(0,), start=dt.time(7), end=dt.time(15), department=Department.HOUSEKEEPING)
    person = ANA.model_copy(update={"shifts": (shift,)})
    rights = worth(RULES, {"desk"})
    assert rights is not None
    after = with_rights(person, rights)
    assert (after.epoch, after.version, after.shifts) == (person.epoch + 1, person.version + 1, ())
    assert with_rights(after, rights) is after
    assert without_rights(after).roles == ()


@pytest.mark.parametrize("issuer", ["https://a.example", "https://a.example:8443/realms/x", "http://127.0.0.1:9/x"])
def test_issuer_is_a_plain_https_address_or_this_machine(issuer: str) -> None:
    assert issuer_fault(issuer, loopback=True) is None


@pytest.mark.parametrize(
    "issuer",
    [
        "http://a.example",
        "http://127.0.0.1.example",
        "https://u:p@a.example",
        "https://a.example?x=1",
        "https://a.example#x",
        "https://",
        "file:///etc/passwd",
        "https://a.example:0",
        "https://a.example:99999",
        "https://a .example",
        "https://ä.example",
        "https://[::1",
    ],
)
def test_other_issuer_is_refused(issuer: str) -> None:
    assert issuer_fault(issuer, loopback=False) is not None


def test_all_faults_of_a_provider_are_told_at_once() -> None:
    terms = PROVIDER.model_copy(
        update={
            "issuer": "http://a.example",
            "scopes": (),
            "group_rules": (GroupRule(group="x", roles=(Role.INTEGRATION,), properties=("mars",)),),
        }
    )
    with pytest.raises(AppError) as refused:
        check_provider(terms, {"city"}, loopback=False)
    fields = [breach.field for breach in refused.value.breaches]
    assert fields == ["issuer", "scopes", "group_rules.0.roles", "group_rules.0.properties"]
