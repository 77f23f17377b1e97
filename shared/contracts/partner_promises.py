"""What each running major promises, field by field, and what of it a change would break: kept beside the code."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts.partner_versions import CURRENT, PartnerContract

SAID_ONLY = frozenset({"title", "description", "default"})
"""What a schema says for people; changing it breaks nobody."""
Schema = Mapping[str, Any]


def promises(contract: PartnerContract = CURRENT) -> dict[str, Any]:
    """The schema of each noun in each major that runs, as `record.v1`."""
    return {f"{one.noun}.v{one.major}": _bare(one.model.model_json_schema()) for one in contract.renderings}


def _bare(schema: Any, *, named: bool = False) -> Any:
    """A schema without words; `named`: its keys are names of fields or models, not of JSON Schema."""
    if isinstance(schema, dict):
        return {
            name: _bare(each, named=name in ("properties", "$defs") and not named)
            for name, each in schema.items()
            if named or name not in SAID_ONLY
        }
    return [_bare(each) for each in schema] if isinstance(schema, list) else schema


def broken(before: Mapping[str, Schema], contract: PartnerContract = CURRENT) -> list[str]:
    """What was promised and is not kept; a major that has ended after its time promises nothing any more."""
    after = promises(contract)
    ended = {f"{one.noun}.v{one.major}" for one in contract.retired if one.removed is not None}
    return [fault for name in sorted(set(before) - ended) for fault in _broken(name, before[name], after.get(name))]


def _broken(name: str, before: Schema, after: Schema | None) -> Iterator[str]:
    if after is None:
        yield f"{name} is not there any more."
        return
    yield from _fields(name, before, after)
    for model, said in before.get("$defs", {}).items():
        now = after.get("$defs", {}).get(model)
        if now is None:
            yield f"{name}: {model} is not there any more."
        elif "properties" in said:
            yield from _fields(f"{name}: {model}", said, now)
        elif said != now:
            yield f"{name}: {model} is another."


def _fields(name: str, before: Schema, after: Schema) -> Iterator[str]:
    now = after.get("properties", {})
    for field, said in before.get("properties", {}).items():
        if field not in now:
            yield f"{name}.{field} is not there any more."
        elif now[field] != said:
            yield f"{name}.{field} is another."
    for field in sorted(set(before.get("required", ())) - set(after.get("required", ()))):
        yield f"{name}.{field} is not always there any more."
