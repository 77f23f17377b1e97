"""SCIM 2.0 (RFC 7643, 7644): what a person and a group look like there, filters, and patches with their oddities."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field

from services.auth.domain.federation import GroupRule, with_rights, without_rights, worth
from shared.contracts.staff import StaffMember
from shared.contracts.values import EntityId, Frozen, Slug

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST_OPERATIONS = 100
MOST_MEMBERS = 2000
_FILTER = re.compile(r'^\s*(\w+)\s+eq\s+"((?:[^"\\]|\\["\\])*)"\s*$', re.IGNORECASE)
_MEMBER = re.compile(r'^members\[\s*value\s+eq\s+"([^"]*)"\s*\]$', re.IGNORECASE)


class ScimRefusal(Exception):
    """A request that cannot be done: HTTP status, SCIM's own name for it, and a sentence."""

    def __init__(self, status: int, kind: str | None, detail: str) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail


class UserFacts(Frozen):
    """What a provider says of a person that is of use here; everything else it sends is not kept."""

    user_name: str = Field(min_length=1, max_length=100, pattern=r"^[a-z0-9][a-z0-9._@-]*$")
    display_name: str = Field(min_length=1, max_length=120)
    external_id: str | None = Field(default=None, max_length=255)
    active: bool = True


class ScimGroup(Frozen):
    """A group of the provider, with the staff in it."""

    id: EntityId
    chain: Slug
    name: str = Field(min_length=1, max_length=200)
    external_id: str | None = Field(default=None, max_length=255)
    members: tuple[EntityId, ...] = Field(default=(), max_length=MOST_MEMBERS)
    version: int = 1


def asked(filter_text: str | None, allowed: Iterable[str]) -> tuple[str, str] | None:
    """The attribute (lower case) and value of a filter; one that is not `attribute eq "value"` is refused."""
    if not filter_text:
        return None
    found = _FILTER.match(filter_text)
    name = found.group(1).lower() if found else ""
    if found is None or name not in {each.lower() for each in allowed}:
        raise ScimRefusal(400, "invalidFilter", f'Filter by one of {", ".join(allowed)} with `eq "…"`.')
    return name, re.sub(r"\\(.)", r"\1", found.group(2))


def truth(value: Any) -> bool:
    """A boolean, also as Azure writes it: `"False"`."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise ScimRefusal(400, "invalidValue", "active is true or false.")
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ScimRefusal(400, "invalidValue", f"{name} is a text.")
    return value.strip()


def _name_of(said: Mapping[str, Any], user_name: str) -> str:
    name = said.get("name")
    parts = name if isinstance(name, Mapping) else {}
    both = " ".join(str(parts[each]) for each in ("givenName", "familyName") if parts.get(each))
    return str(said.get("displayName") or parts.get("formatted") or both or user_name).strip()[:120]


def user_facts(said: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a whole User resource as a provider sends it."""
    low = _canonical(said)
    user_name = _text(low.get("userName"), "userName").lower()
    given = low.get("externalId")
    return {
        "user_name": user_name,
        "display_name": _name_of(low, user_name),
        "external_id": None if given is None else _text(given, "externalId"),
        "active": truth(low.get("active", True)),
    }


_KNOWN = {each.lower(): each for each in ("userName", "displayName", "externalId", "active", "name", "members")}


def _canonical(said: Mapping[str, Any]) -> dict[str, Any]:
    """Attribute names are compared without case (RFC 7643, 2.1)."""
    return {_KNOWN.get(str(key).lower(), str(key)): value for key, value in said.items()}


def operations(body: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """The operations of a PATCH as (op, path, value), one for each attribute; a path is empty for none."""
    given = body.get("Operations", body.get("operations"))
    if not isinstance(given, list) or not 0 < len(given) <= MOST_OPERATIONS:
        raise ScimRefusal(400, "invalidSyntax", "Operations is a list.")
    found: list[tuple[str, str, Any]] = []
    for each in given:
        op = str(each.get("op", "")).lower() if isinstance(each, Mapping) else ""
        if op not in ("add", "replace", "remove"):
            raise ScimRefusal(400, "invalidSyntax", "op is add, replace or remove.")
        path, value = each.get("path"), each.get("value")
        if path is not None and not isinstance(path, str):
            raise ScimRefusal(400, "invalidPath", "path is a text.")
        path = (path or "").removeprefix(f"{USER}:").removeprefix(f"{GROUP}:")
        if not path and isinstance(value, Mapping):
            found += [(op, _KNOWN.get(str(name).lower(), str(name)), one) for name, one in value.items()]
        elif not path:
            raise ScimRefusal(400, "noTarget", "Without a path the value names its attributes.")
        else:
            found.append((op, _KNOWN.get(path.lower(), path), value))
    return found


def patched_user(facts: UserFacts, body: Mapping[str, Any]) -> dict[str, Any]:
    """A person's facts after a PATCH; attributes that are not kept here change nothing."""
    after = facts.model_dump()
    for op, path, value in operations(body):
        if op == "remove" and path in ("userName", "active"):
            raise ScimRefusal(400, "mutability", f"{path} is not removed.")
        if op == "remove":
            after["external_id"] = None if path == "externalId" else after["external_id"]
        elif path == "active":
            after["active"] = truth(value)
        elif path == "userName":
            after["user_name"] = _text(value, path).lower()
        elif path == "externalId":
            after["external_id"] = _text(value, path)
        elif path in ("displayName", "name.formatted"):
            after["display_name"] = _text(value, path)[:120]
    return after


def members_of(value: Any) -> tuple[str, ...]:
    """The ids of `[{"value": id}, …]`."""
    if not isinstance(value, list):
        value = [value]
    found = [each.get("value") if isinstance(each, Mapping) else None for each in value]
    if any(not isinstance(each, str) or not 0 < len(each) <= 128 for each in found):
        raise ScimRefusal(400, "invalidValue", "members are objects with a value.")
    return tuple(dict.fromkeys(str(each) for each in found))


def patched_group(group: ScimGroup, body: Mapping[str, Any]) -> dict[str, Any]:
    """A group after a PATCH."""
    after = group.model_dump()
    for op, path, value in operations(body):
        one = _MEMBER.match(path)
        held: tuple[str, ...] = tuple(after["members"])
        if one and op == "remove":
            after["members"] = tuple(each for each in held if each != one.group(1))
        elif path == "members" and op == "remove":
            gone = set(members_of(value)) if value else set(held)
            after["members"] = tuple(each for each in held if each not in gone)
        elif path == "members":
            after["members"] = members_of(value) if op == "replace" else tuple(dict.fromkeys(held + members_of(value)))
        elif path == "displayName" and op != "remove":
            after["name"] = _text(value, path)
        elif path == "externalId":
            after["external_id"] = None if op == "remove" else _text(value, path)
    return after


def by_groups(member: StaffMember, rules: Sequence[GroupRule], groups: Iterable[str]) -> StaffMember:
    """The person with what their groups give; where no rules are set the groups say nothing."""
    if not rules:
        return member
    rights = worth(rules, frozenset(groups))
    return with_rights(member, rights) if rights else without_rights(member)


def shown_user(member: StaffMember, facts: UserFacts, groups: Sequence[ScimGroup], address: str) -> dict[str, Any]:
    """A person as SCIM shows them."""
    said: dict[str, Any] = {
        "schemas": [USER],
        "id": member.id,
        "userName": facts.user_name,
        "displayName": member.display_name,
        "name": {"formatted": member.display_name},
        "active": member.active,
        "groups": [{"value": each.id, "display": each.name} for each in groups],
        "meta": _meta("User", f"{address}/Users/{member.id}", member.version),
    }
    return said if facts.external_id is None else said | {"externalId": facts.external_id}


def shown_group(group: ScimGroup, address: str, *, members: bool = True) -> dict[str, Any]:
    """A group as SCIM shows it."""
    said: dict[str, Any] = {
        "schemas": [GROUP],
        "id": group.id,
        "displayName": group.name,
        "meta": _meta("Group", f"{address}/Groups/{group.id}", group.version),
    }
    if members:
        said["members"] = [{"value": each} for each in group.members]
    return said if group.external_id is None else said | {"externalId": group.external_id}


def _meta(kind: str, location: str, version: int) -> dict[str, str]:
    return {"resourceType": kind, "location": location, "version": f'W/"{version}"'}


def shown_list(resources: Sequence[Mapping[str, Any]], total: int, start: int) -> dict[str, Any]:
    """A page of resources; `start` counts from 1."""
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


def shown_error(status: int, kind: str | None, detail: str) -> dict[str, Any]:
    """A refusal as SCIM says it (RFC 7644, 3.12)."""
    said = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return said if kind is None else said | {"scimType": kind}


def provider_config(address: str) -> dict[str, Any]:
    """What is and is not done here (RFC 7643, 5)."""
    no = {"supported": False}
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": no | {"maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": 200},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "API key",
                "description": "A key of a service account",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{address}/ServiceProviderConfig"},
    }


def resource_types(address: str) -> list[dict[str, Any]]:
    """Users and groups."""
    kind = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
    return [
        {
            "schemas": [kind],
            "id": name,
            "name": name,
            "endpoint": f"/{name}s",
            "schema": schema,
            "meta": {"resourceType": "ResourceType", "location": f"{address}/ResourceTypes/{name}"},
        }
        for name, schema in (("User", USER), ("Group", GROUP))
    ]


def schemas(address: str) -> list[dict[str, Any]]:
    """The attributes that are kept."""
    plain = {"multiValued": False, "mutability": "readWrite", "returned": "default", "caseExact": False}

    def attribute(name: str, kind: str, *, required: bool = False, unique: bool = False) -> dict[str, Any]:
        said = {"name": name, "type": kind, "required": required, "uniqueness": "server" if unique else "none"}
        return plain | said

    value = [attribute("value", "string")]
    listed = {
        USER: [
            attribute("userName", "string", required=True, unique=True),
            attribute("displayName", "string"),
            attribute("externalId", "string", unique=True),
            attribute("active", "boolean"),
            attribute("groups", "complex") | {"multiValued": True, "mutability": "readOnly", "subAttributes": value},
        ],
        GROUP: [
            attribute("displayName", "string", required=True, unique=True),
            attribute("externalId", "string"),
            attribute("members", "complex") | {"multiValued": True, "subAttributes": value},
        ],
    }
    return [
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": schema,
            "name": schema.rsplit(":", maxsplit=1)[-1],
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{address}/Schemas/{schema}"},
        }
        for schema, attributes in listed.items()
    ]
