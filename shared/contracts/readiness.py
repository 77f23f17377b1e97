"""Whether a hotel can open: what each service looked at, and what is missing, in plain words."""

from collections.abc import Iterable

from pydantic import Field

from shared.contracts.staff import Mode
from shared.contracts.values import Code, Slug, Wire


class Check(Wire):
    """One thing a hotel needs. `missing` says, sentence by sentence, what it still lacks; nothing: it is ready."""

    check: Code
    missing: tuple[str, ...] = ()
    ready: bool = Field(description="Whether nothing is missing")


class Readiness(Wire):
    """What one service found of a hotel."""

    property_id: Slug
    service: Code
    mode: Mode
    ready: bool
    checks: tuple[Check, ...]


def check(name: str, missing: Iterable[str]) -> Check:
    """One check by what is missing."""
    sentences = tuple(missing)
    return Check(check=name, missing=sentences, ready=not sentences)
