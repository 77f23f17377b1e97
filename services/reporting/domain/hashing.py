"""One hash over facts: equal for equal facts, however they came to be."""

import hashlib
from collections.abc import Iterable

from services.reporting.domain.fact import Fact


def facts_hash(facts: Iterable[Fact]) -> str:
    """SHA-256 over the facts' JSON in the order of their ids, as hex."""
    whole = hashlib.sha256()
    for fact in sorted(facts, key=lambda one: one.id):
        whole.update(line_of(fact))
    return whole.hexdigest()


def line_of(fact: Fact) -> bytes:
    """What one fact adds to the hash: its JSON behind its length, so that no two lists of facts read the same."""
    line = fact.model_dump_json().encode()
    return len(line).to_bytes(8, "big") + line
