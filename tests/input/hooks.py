"""What schemathesis cannot guess: bodies as the examples have them, and things in the right state."""

import itertools
import json
import os
import zlib
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode, HookContext
from schemathesis.generation.meta import TestPhase
from schemathesis.transport.serialization import Binary

RIPE: dict[str, list[dict[str, Any]]] = json.loads(Path(os.environ["BELLBOARD_RIPE"]).read_text())
"""By operation, requests whose time has come (see `House.ripe`); each is sent once."""
NUMBERS = itertools.count(1)
KEY = "Idempotency-Key"
MEANT_TO_BE_RIGHT = (TestPhase.EXAMPLES, TestPhase.FUZZING)
LINKED = frozenset({"refresh_token", "stay_id", "question_id"})
"""What links put into bodies: the example has these only for its reader."""


@schemathesis.hook
def map_case(_: HookContext, case: Case) -> Case:
    """Put the example in place of half of the bodies that were made up; leave alone what is meant to be wrong."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return case
    body = case.operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples: list[Any] = [one["value"] for one in body.get("examples", {}).values()]
    if examples and zlib.crc32(repr(case.body).encode()) % 2 and isinstance(case.body, dict):
        case.body = examples[0] | {name: case.body[name] for name in LINKED & case.body.keys()}
    return case


@schemathesis.hook
def before_call(_: HookContext, case: Case, _kwargs: dict[str, Any]) -> None:
    """Give what was meant to be right a key of its own; let the first of an operation be what is ripe."""
    meta = case.meta
    if meta is None or meta.generation.mode is not GenerationMode.POSITIVE or meta.phase.name is TestPhase.COVERAGE:
        return
    number = next(NUMBERS)
    ripe = RIPE.get(f"{case.method.upper()} {case.path}") if meta.phase.name in MEANT_TO_BE_RIGHT else None
    # Keys that are made up are few and simple: nearly every command would be refused as another one's key.
    if KEY in case.headers and (ripe or number % 5):
        case.headers[KEY] = f"of-its-own-{number}"
    if not ripe:
        return
    one = ripe.pop(0)
    case.path_parameters = case.path_parameters | one.get("path", {})
    case.query = one.get("query", case.query)
    case.headers.update(one.get("headers", {}))
    case.body = one.get("body", case.body)
    if "file" in one:
        case.body, case.media_type = Binary(one["file"].encode()), "application/pdf"


@schemathesis.serializer("application/pdf", "image/jpeg", "image/png")
def file_bytes(_: Any, value: Any) -> bytes:
    """The body that is a file, as its bytes; what was made up in its place goes as it is."""
    return value.data if isinstance(value, Binary) else str(value).encode()
