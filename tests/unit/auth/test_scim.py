"""SCIM's filters and patches, with the oddities of the providers that send them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.federation import GroupRule
from services.auth.domain.scim import (
    USER,
    ScimGroup,
    ScimRefusal,
    UserFacts,
    asked,
    by_groups,
    patched_group,
    patched_user,
    user_facts,
)
from shared.contracts.identity import Role
from tests.factories.staff import ANA

FACTS = UserFacts(user_name="ana@city.example", display_name="Ana", external_id="x-1")
GROUP = ScimGroup(id="g", chain="atlantic", name="desk", members=("a", "b"))


def patch(*operations: Any) -> dict[str, Any]:
    """A PATCH body."""
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}


def test_whole_user_is_read_with_names_in_any_case_and_extras_left_out() -> None:
    said = {"schemas": [USER], "USERNAME": "Ana@City.example", "Active": "False", "emails": [{"value": "x"}]}
    facts = user_facts(said | {"name": {"givenName": "Ana", "familyName": "Silva"}})
    assert facts == {"user_name": "ana@city.example", "display_name": "Ana Silva", "external_id": None, "active": False}


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"op": "Replace", "path": "active", "value": "False"}, {"active": False}),
        ({"op": "replace", "value": {"active": False}}, {"active": False}),
        ({"op": "replace", "path": f"{USER}:active", "value": False}, {"active": False}),
        ({"op": "Add", "path": "externalId", "value": "x-2"}, {"external_id": "x-2"}),
        ({"op": "remove", "path": "externalId"}, {"external_id": None}),
        ({"op": "replace", "path": "USERNAME", "value": "Anna"}, {"user_name": "anna"}),
        ({"op": "replace", "value": {"displayName": "Anna", "name.givenName": "A"}}, {"display_name": "Anna"}),
        ({"op": "replace", "path": "name.formatted", "value": "Anna"}, {"display_name": "Anna"}),
        ({"op": "add", "path": 'emails[type eq "work"].value', "value": "a@b.example"}, {}),
        ({"op": "remove", "path": "title"}, {}),
    ],
)
def test_patch_of_a_user_changes_what_it_names(operation: dict[str, Any], changed: dict[str, Any]) -> None:
    assert patched_user(FACTS, patch(operation)) == FACTS.model_dump() | changed


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "invalidSyntax"),
        (patch(), "invalidSyntax"),
        (patch(5), "invalidSyntax"),
        (patch({"op": "move"}), "invalidSyntax"),
        (patch({"op": "replace", "value": 5}), "noTarget"),
        (patch({"op": "replace", "path": 5, "value": 5}), "invalidPath"),
        (patch({"op": "replace", "path": "active", "value": "perhaps"}), "invalidValue"),
        (patch({"op": "replace", "path": "userName", "value": " "}), "invalidValue"),
        (patch({"op": "remove", "path": "userName"}), "mutability"),
    ],
)
def test_patch_that_makes_no_sense_is_refused_by_kind(body: dict[str, Any], kind: str) -> None:
    with pytest.raises(ScimRefusal) as refused:
        patched_user(FACTS, body)
    assert (refused.value.status, refused.value.kind) == (400, kind)


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ({"op": "Add", "path": "members", "value": [{"value": "c"}, {"value": "a"}]}, ("a", "b", "c")),
        ({"op": "add", "value": {"members": [{"value": "c"}]}}, ("a", "b", "c")),
        ({"op": "remove", "path": 'members[value eq "a"]'}, ("b",)),
        ({"op": "Remove", "path": "members", "value": [{"value": "b"}]}, ("a",)),
        ({"op": "remove", "path": "members"}, ()),
        ({"op": "replace", "path": "members", "value": [{"value": "z"}]}, ("z",)),
        ({"op": "replace", "value": {"id": "g", "displayName": "desk"}}, ("a", "b")),
    ],
)
def test_patch_of_a_group_moves_its_members(operation: dict[str, Any], members: tuple[str, ...]) -> None:
    assert tuple(patched_group(GROUP, patch(operation))["members"]) == members


def test_filter_is_one_equality() -> None:
    assert asked('userName Eq "a\\"b"', ("userName",)) == ("username", 'a"b')
    assert asked(None, ("userName",)) is None
    for odd in ('userName co "a"', 'password eq "a"', 'userName eq "a" or active eq "b"', "userName eq a", '"'):
        with pytest.raises(ScimRefusal):
            asked(odd, ("userName",))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["op", "path", "value", "x"]), inner),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
def test_any_patch_is_done_or_refused(operations: list[Any]) -> None:
    before = GROUP.model_dump()
    try:
        after = patched_group(GROUP, patch(*operations))
    except ScimRefusal:
        after = before
    assert after.keys() == before.keys()


def test_groups_say_what_people_may_do_only_where_the_chain_has_rules() -> None:
    rules = (GroupRule(group="desk", roles=(Role.SUPERVISOR,), properties=("city",)),)
    assert by_groups(ANA, (), []) is ANA
    assert by_groups(ANA, rules, ["desk"]).roles == (Role.SUPERVISOR,)
    assert by_groups(ANA, rules, ["golf"]).roles == ()
