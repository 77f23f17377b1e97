"""Whether what events are now is read by whoever knows them as released, and the other way round; `--release` keeps it.

Within a major version fields and words may be added. Nothing may go, change its type or become required: old events
are read again for years, and an older instance reads new ones while a new version is rolled out.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.contracts.asyncapi import schemas
from shared.contracts.catalogue import EVENTS

RELEASED = Path(__file__).parent / "released.json"
Schema = Mapping[str, Any]
_LIMITS = {"minimum": max, "exclusiveMinimum": max, "minLength": max, "minItems": max}
_LIMITS |= {"maximum": min, "exclusiveMaximum": min, "maxLength": min, "maxItems": min}


def breaks(before: Schema, after: Schema, where: str = "") -> Iterator[str]:
    """Everything by which one of the two could not read what the other writes, with its place."""
    if after == before:
        return
    for kind in ("type", "format", "const", "pattern"):
        if before.get(kind) != after.get(kind):
            yield f"{where}: {kind} was {before.get(kind)}, is {after.get(kind)}"
    for word in before.get("enum", ()):
        if word not in after.get("enum", ()):
            yield f"{where}: {word!r} is gone"
    for name, tighter in _LIMITS.items():
        if name in after and (name not in before or tighter(before[name], after[name]) != before[name]):
            yield f"{where}: {name} was {before.get(name)}, is {after[name]}"
    yield from _fields(before, after, where)
    yield from _parts(before, after, where)


def _fields(before: Schema, after: Schema, where: str) -> Iterator[str]:
    mine, theirs = before.get("properties", {}), after.get("properties", {})
    for name, schema in mine.items():
        if name not in theirs:
            yield f"{where}.{name} is gone"
        else:
            yield from breaks(schema, theirs[name], f"{where}.{name}")
    for name in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
        yield f"{where}.{name} is required now"


def _parts(before: Schema, after: Schema, where: str) -> Iterator[str]:
    """What a list holds, what an object holds under any name, and what stands to choose."""
    for part in ("items", "additionalProperties"):
        mine, theirs = before.get(part), after.get(part)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from breaks(mine, theirs, f"{where}[]")
        elif mine != theirs and theirs is not None:
            yield f"{where}: {part} was {mine}, is {theirs}"
    for choice in ("anyOf", "oneOf", "prefixItems"):
        mine, theirs = before.get(choice, ()), after.get(choice, ())
        for number, schema in enumerate(mine):
            if number >= len(theirs):
                yield f"{where}: a choice is gone"
            else:
                yield from breaks(schema, theirs[number], f"{where}|{number}")
    if before.get("$ref") != after.get("$ref"):
        yield f"{where}: was {before.get('$ref')}, is {after.get('$ref')}"
    for name, schema in before.get("$defs", {}).items():
        if name in after.get("$defs", {}):
            yield from breaks(schema, after["$defs"][name], f"{where}#{name}")


def now() -> dict[str, Any]:
    """What is on the wire: which type is told on which topic with which body, and the bodies' schemas."""
    types = {name: [one.topic, one.model.__name__] for name, one in sorted(EVENTS.items())}
    return {"types": types, "schemas": schemas()}


def since_release(released: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """Everything that broke since what was released."""
    found = [
        f"{name} was told on {told[0]} as {told[1]}, is {' as '.join(current['types'].get(name, ('gone',)))}"
        for name, told in released["types"].items()
        if current["types"].get(name) != told
    ]
    for name, schema in released["schemas"].items():
        found += breaks(schema, current["schemas"].get(name, {}), name)
    return found


def main() -> int:
    """With `--release`: keep what is on the wire now as released, if nothing broke; else say what broke."""
    current = json.loads(json.dumps(now()))
    found = since_release(json.loads(RELEASED.read_text()), current) if RELEASED.exists() else []
    for line in found:
        sys.stdout.write(f"{line}\n")
    if not found and "--release" in sys.argv:
        RELEASED.write_text(json.dumps(current, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
