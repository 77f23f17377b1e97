"""The policy that every chain starts with, told to two other engines: pycasbin and Cedar."""

import json
from collections.abc import Callable
from itertools import product

import casbin
import cedarpy

from shared.contracts.identity import Department, Principal
from shared.contracts.policy import ANY, RESOURCES, Grant

Question = tuple[Principal, str, str, str, Department | None]
"""Who, what, on which kind, in which property, in which department."""
Engine = Callable[[Question], bool]
_MODEL = """
[request_definition]
r = sub, dom, act, obj, every, own
[policy_definition]
p = sub, act, obj, own
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub, r.dom) && r.act == p.act && (r.obj == p.obj || r.every == p.obj) && p.own in (r.own, "any")
"""


def _own(asked: Question) -> bool:
    who, _, _, _, department = asked
    return department is None or department in who.departments


def _every(kind: str) -> str:
    return "" if kind in RESOURCES else ANY


def of_casbin(grants: tuple[Grant, ...], people: tuple[Principal, ...], properties: tuple[str, ...]) -> Engine:
    """pycasbin: one line for each role, action and kind; roles are held in each property of a person's."""
    model = casbin.Model()
    model.load_model_from_text(_MODEL)
    enforcer = casbin.Enforcer(model)
    rules = [
        [role.value, action, kind, "own" if grant.own_department else "any"]
        for grant in grants
        for role, action, kind in product(grant.roles, grant.actions, grant.kinds)
    ]
    enforcer.add_policies([list(each) for each in dict.fromkeys(map(tuple, rules))])
    for who, where in product(people, properties):
        if who.properties is None or where in who.properties:
            enforcer.add_grouping_policies([[f"staff:{who.staff_id}", role.value, where] for role in who.roles])

    def decide(asked: Question) -> bool:
        who, action, kind, where, _ = asked
        own = "own" if _own(asked) else "other"
        return bool(enforcer.enforce(f"staff:{who.staff_id}", where, action, kind, _every(kind), own))

    return decide


def _permit(grant: Grant, role: str) -> str:
    actions = ", ".join(f'Action::"{action}"' for action in grant.actions)
    kinds = ", ".join(f'"{kind}"' for kind in grant.kinds)
    own = " && context.own" if grant.own_department else ""
    return (
        f'permit(principal in Role::"{role}", action in [{actions}], resource) when '
        f"{{ context.covering.containsAny([{kinds}]) && principal.properties.contains(context.property){own} }};"
    )


def of_cedar(grants: tuple[Grant, ...], people: tuple[Principal, ...], properties: tuple[str, ...]) -> Engine:
    """Cedar (Rust): one permit for each grant and role, parsed once, as are the people."""
    policies = cedarpy.PolicySet.from_str(
        "\n".join(_permit(grant, role.value) for grant in grants for role in grant.roles)
    )
    roles = sorted({role.value for who in people for role in who.roles})
    entities = cedarpy.Entities.from_json_str(_entities(people, properties, roles))

    def decide(asked: Question) -> bool:
        who, action, kind, where, _ = asked
        request = {
            "principal": {"type": "Staff", "id": who.staff_id},
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Thing", "id": kind},
            "context": {"covering": [kind, _every(kind)], "property": where, "own": _own(asked)},
        }
        return bool(cedarpy.is_authorized(request, policies, entities).allowed)

    return decide


def _entities(people: tuple[Principal, ...], properties: tuple[str, ...], roles: list[str]) -> str:
    made: list[dict[str, object]] = [
        {"uid": {"type": "Role", "id": role}, "attrs": {}, "parents": []} for role in roles
    ]
    made += [
        {
            "uid": {"type": "Staff", "id": who.staff_id},
            "attrs": {"properties": list(properties if who.properties is None else who.properties)},
            "parents": [{"type": "Role", "id": role.value} for role in who.roles],
        }
        for who in people
    ]
    return json.dumps(made)
