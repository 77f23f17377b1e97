"""Every file of the audit log that a test makes goes through both verifiers."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.auth.domain.export import reader_of
from services.auth.domain.verification import Report
from shared.contracts.audit import Checkpoint
from tests import second_verifier
from tests.second_verifier import Fault


def judged(
    text: str, pinned: Mapping[str, dict[str, Any]] | None = None, witness: Iterable[Checkpoint] = ()
) -> tuple[Report, list[Fault]]:
    """What the product's verifier says of a file, and what the tests' own says."""
    lines, heads = text.splitlines(), list(witness)
    reader = reader_of(lines[0], pinned or {}, heads)
    for line in lines:
        reader.line(line)
    said = [one.model_dump(mode="json") for one in heads]
    return reader.finish(), second_verifier.verify(lines, pinned, said)


def check_sound(
    text: str, pinned: Mapping[str, dict[str, Any]] | None = None, witness: Iterable[Checkpoint] = ()
) -> Report:
    """Both find nothing; the product's report."""
    report, faults = judged(text, pinned, witness)
    assert report.findings == ()
    assert faults == []
    return report
