"""One hash over facts: equal for equal facts, however they came to be."""

import hashlib
from collections.abc import Iterable

from services.reporting.domain.fact import Fact


def facts_hash(facts: Iterable[Fact]) -> str:
    """SHA-256 over the facts' JSON in the order of their ids, as hex."""
    whole = hashlib.sha256()
    for fact in sorted(facts, key=lambda one: one.id):
        line = fact.model_dump_json().encode()
        whole.update(len(line).to_bytes(8, "big") + line)
    return whole.hexdigest()
