"""What schemathesis cannot guess: half of the well-formed bodies are the example that the document gives."""

import zlib
from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode, HookContext


@schemathesis.hook
def map_case(_: HookContext, case: Case) -> Case:
    """Put the example in place of a body that was made up; leave alone what is meant to be wrong."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return case
    body = case.operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples: list[Any] = [one["value"] for one in body.get("examples", {}).values()]
    if examples and zlib.crc32(repr(case.body).encode()) % 2 and isinstance(case.body, dict):
        case.body = examples[0] | {name: case.body[name] for name in LINKED & case.body.keys()}
    return case


LINKED = frozenset({"refresh_token", "stay_id", "question_id"})
"""What links put into bodies: the example has these only for its reader."""
