"""An export of the audit log, read line by line into a verification."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from pydantic import ValidationError

from services.auth.domain.entries import entry_of
from services.auth.domain.evidence import FORMAT as EVIDENCE
from services.auth.domain.evidence import EvidenceReader
from services.auth.domain.verification import Fault, Finding, Report, Verification
from shared.contracts.audit import Checkpoint

FORMAT = "bellboard-audit/1"


class NoExport(ValueError):
    """The lines are not an export of an audit log."""


class LineReader(Protocol):
    """Reads a file line by line into a report."""

    def line(self, text: str | bytes) -> None:
        """Take the next line."""
        ...

    def finish(self) -> Report:
        """The report, after the last line."""
        ...


def reader_of(first: str | bytes, pinned: Mapping[str, dict[str, Any]], witness: Iterable[Checkpoint]) -> LineReader:
    """What reads a file that begins with this line: a whole log, or evidence; of anything else NoExport is raised."""
    try:
        head = json.loads(first)
        kind = head["format"] if head["kind"] == "head" else ""
    except (ValueError, KeyError, TypeError):
        kind = ""
    if kind == EVIDENCE:
        return EvidenceReader(pinned, witness)
    if kind == FORMAT:
        return ExportReader(pinned, witness)
    raise NoExport("The file is no export of an audit log and no evidence from one.")


class ExportReader:
    """Checks one export. `pinned` keys, if any, are the only ones trusted; `witness` are checkpoints kept elsewhere."""

    def __init__(self, pinned: Mapping[str, dict[str, Any]], witness: Iterable[Checkpoint]) -> None:
        self._pinned, self._witness = dict(pinned), list(witness)
        self._chain, self._size = "", 0
        self._keys: dict[str, dict[str, Any]] = {}
        self._checkpoints: list[Checkpoint] = []
        self._verification: Verification | None = None
        self._garbled: list[Finding] = []
        self._number, self._ended = 0, False

    def line(self, text: str | bytes) -> None:
        """Take the next line; the first must say what the file is (else NoExport)."""
        self._number += 1
        try:
            line = json.loads(text)
            self._take(line["kind"], line)
        except NoExport:
            raise
        except (ValueError, KeyError, TypeError, ValidationError) as garbled:
            if not self._chain:
                raise NoExport("The file is no export of an audit log.") from garbled
            message = f"Line {self._number} cannot be read: {garbled}"[:300]
            self._garbled.append(Finding(fault=Fault.ALTERED, index=None, subject=None, message=message))

    def _take(self, kind: str, line: dict[str, Any]) -> None:
        if not self._chain:
            if kind != "head" or line.get("format") != FORMAT:
                raise NoExport("The file is no export of an audit log.")
            self._chain, self._size = str(line["chain"]), int(line["size"])
        elif kind == "key":
            self._keys[str(line["jwk"]["kid"])] = line["jwk"]
        elif kind == "checkpoint":
            self._checkpoints.append(Checkpoint.model_validate(line))
        elif kind == "entry":
            self._checking().entry(entry_of(self._chain, line))
        elif kind == "end":
            self._ended = True

    def _checking(self) -> Verification:
        if self._verification is None:
            own = [one for one in self._witness if one.chain == self._chain]
            self._verification = Verification(self._chain, self._pinned or self._keys, [*own, *self._checkpoints])
        return self._verification

    def finish(self) -> Report:
        """The report; a file that breaks off is truncated, whatever it holds."""
        if not self._chain:
            raise NoExport("The file is empty.")
        report = self._checking().finish(self._size)
        found = [*report.findings, *self._garbled]
        if not self._ended:
            broken = "The file breaks off before its last line."
            found.append(Finding(fault=Fault.TRUNCATED, index=report.entries, subject=None, message=broken))
        return report.model_copy(update={"findings": tuple(found)})
