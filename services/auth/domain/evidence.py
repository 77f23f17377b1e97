"""Evidence: some entries of the log with the proof of each, readable by people and checked without the log."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from services.auth.domain.checkpoints import holds
from services.auth.domain.entries import Entry, Facts, entry_of, value_of
from services.auth.domain.merkle import leaf_hash, verify_inclusion
from services.auth.domain.verification import Fault, Finding, Report, Versions
from shared.contracts.audit import Checkpoint
from shared.contracts.errors import AppError
from shared.contracts.identity import DataClass
from shared.contracts.values import Frozen, iso

FORMAT = "bellboard-evidence/1"
EVERYTHING = frozenset(DataClass)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    *("index", "time", "type", "topic", "subject", "version", "property", "actor", "role", "session", "reason_code"),
    *("changes", "text", "leaf", "proof", "checkpoint_version", "checkpoint_size", "checkpoint_root"),
    "checkpoint_signature",
)


class SeenChange(Frozen):
    """One field's change; what the reader may not see is `masked`, without its values."""

    field: str
    data_class: str
    before: Any = None
    after: Any = None
    masked: bool = False


class Proven(Frozen):
    """An entry, what it says, and the way from it to a signed root; without `checkpoint` none covers it yet."""

    entry: Entry
    facts: Facts
    path: tuple[bytes, ...] = ()
    checkpoint: Checkpoint | None = None


def changes_of(entry: Entry, classes: frozenset[DataClass]) -> tuple[SeenChange, ...]:
    """What an entry changed, masked for its reader."""
    changes = value_of(entry.sealed).get("changes", [])
    listed = changes if isinstance(changes, list) else []
    return tuple(_masked(change, classes) for change in listed if isinstance(change, dict))


def _masked(change: dict[str, Any], classes: frozenset[DataClass]) -> SeenChange:
    # The log holds whatever was on the topic, also what is no event: what cannot be understood is masked.
    name, held = str(change.get("field")), str(change.get("data_class", DataClass.ORDINARY))
    if held not in classes:
        return SeenChange(field=name, data_class=held, masked=True)
    return SeenChange(field=name, data_class=held, before=change.get("before"), after=change.get("after"))


def told(facts: Facts, changes: Sequence[SeenChange]) -> str:
    """One line for people: when, who, what, and what changed."""
    who = f"{facts.actor or 'nobody'}{f' ({facts.role})' if facts.role else ''}"
    moved = "; ".join(_moved(change) for change in changes)
    why = f"; because {facts.reason_code}" if facts.reason_code else ""
    return f"{iso(facts.time)} {who}: {facts.type} {facts.subject} v{facts.version}{': ' if moved else ''}{moved}{why}"


def _moved(change: SeenChange) -> str:
    if change.masked:
        return f"{change.field} changed ({change.data_class}, masked)"
    return f"{change.field} {_short(change.before)} → {_short(change.after)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


def head_line(chain: str, asked: Mapping[str, str], reader: str, at: str, *, masked: bool) -> dict[str, Any]:
    """The first line of a file: what it is, about what, for whom."""
    return {
        "kind": "head",
        "format": FORMAT,
        "chain": chain,
        "about": dict(asked),
        "for": reader,
        "at": at,
        "masked": masked,
    }


def line_of(one: Proven, classes: frozenset[DataClass]) -> dict[str, Any]:
    """An entry with its proof. Whoever may not read every class of data gets the leaf hash in place of the bytes."""
    sealed, changes = one.entry.sealed, changes_of(one.entry, classes)
    line: dict[str, Any] = {
        "kind": "entry",
        "index": one.entry.index,
        "topic": sealed.topic,
        "key": sealed.key,
        "leaf": one.entry.leaf.hex(),
        "root": one.entry.root.hex(),
        "proof": [step.hex() for step in one.path],
        "checkpoint": one.checkpoint.version if one.checkpoint else None,
        "version": one.facts.version,
        "changes": [change.model_dump(mode="json") for change in changes],
        "text": told(one.facts, changes),
    }
    if classes >= EVERYTHING:
        headers = [[name, base64.b64encode(value).decode()] for name, value in sealed.headers]
        line |= {"headers": headers, "value": base64.b64encode(sealed.value).decode()}
    return line


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula (S29)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def cells_of(one: Proven, classes: frozenset[DataClass]) -> list[str]:
    """An entry with its proof as the cells of a row, in the order of COLUMNS."""
    facts, changes, signed = one.facts, changes_of(one.entry, classes), one.checkpoint
    said = json.dumps([change.model_dump(mode="json") for change in changes], ensure_ascii=False)
    proof = " ".join(step.hex() for step in one.path)
    row = [one.entry.index, iso(facts.time), facts.type, one.entry.sealed.topic, facts.subject, facts.version]
    row += [facts.property_id, facts.actor, facts.role, facts.session, facts.reason_code, said, told(facts, changes)]
    row += [one.entry.leaf.hex(), proof, *((signed.version, signed.size, signed.root) if signed else ("", "", ""))]
    return [safe(cell) for cell in (*row, signed.signature if signed else "")]


class EvidenceReader:
    """Checks a file of evidence. `pinned` keys, if any, are the only ones trusted; `witness` were kept elsewhere."""

    def __init__(self, pinned: Mapping[str, dict[str, Any]], witness: Iterable[Checkpoint]) -> None:
        self._pinned, self._witness = dict(pinned), list(witness)
        self._chain, self._number, self._ended = "", 0, False
        self._keys: dict[str, dict[str, Any]] = {}
        self._heads: dict[int, Checkpoint] = {}
        self._findings: list[Finding] = []
        self._versions = Versions()
        self._last, self._entries, self._unsigned, self._withheld = -1, 0, 0, 0

    def _find(self, fault: Fault, index: int | None, subject: str | None, message: str) -> None:
        self._findings.append(Finding(fault=fault, index=index, subject=subject, message=message))

    def line(self, text: str | bytes) -> None:
        """Take the next line; whatever is wrong with it is a finding."""
        self._number += 1
        try:
            line = json.loads(text)
            self._take(line["kind"], line)
        except (ValueError, KeyError, TypeError, ValidationError) as garbled:
            self._find(Fault.ALTERED, None, None, f"Line {self._number} cannot be read: {garbled}"[:300])

    def _take(self, kind: str, line: dict[str, Any]) -> None:
        if kind == "head":
            self._chain = str(line["chain"])
        elif kind == "key":
            self._keys[str(line["jwk"]["kid"])] = line["jwk"]
        elif kind == "checkpoint":
            self._accept(Checkpoint.model_validate(line))
        elif kind == "entry":
            self._entry(line)
        elif kind == "end":
            self._ended = True
            if line["entries"] != self._entries:
                self._find(Fault.DELETED, None, None, f"The file says {line['entries']}, it holds {self._entries}.")

    def _accept(self, head: Checkpoint) -> None:
        key = (self._pinned or self._keys).get(head.key_id)
        if head.chain != self._chain or key is None or not holds(head, key):
            self._find(Fault.UNSIGNED, None, None, f"Checkpoint {head.version} is not signed by a known key.")
            return
        self._heads[head.version] = head
        for kept in self._witness:
            if kept.chain == head.chain and kept.size == head.size and kept.root != head.root:
                self._find(Fault.FORKED, head.size - 1, None, f"The witness knows another root of size {head.size}.")

    def _entry(self, line: dict[str, Any]) -> None:
        index, key, leaf = int(line["index"]), str(line["key"]), bytes.fromhex(line["leaf"])
        self._entries += 1
        if index <= self._last:
            self._find(Fault.REORDERED, index, key, "The entry stands after a later one, or twice.")
        self._last = max(self._last, index)
        if "value" in line:
            self._content(entry_of(self._chain, line), leaf)
        else:
            self._withheld += 1
        self._prove(line, index, key, leaf)

    def _content(self, entry: Entry, leaf: bytes) -> None:
        if leaf_hash(entry.sealed.leaf_data) != leaf:
            message = "The content is not the one that was sealed: another leaf hash."
            self._find(Fault.ALTERED, entry.index, entry.sealed.key, message)
        try:
            envelope = entry.sealed.envelope
        except AppError:
            return
        if not self._versions.add(entry.sealed.topic, envelope.subject, envelope.sequence):
            self._find(Fault.DUPLICATE, entry.index, envelope.subject, f"Version {envelope.sequence} is there twice.")

    def _prove(self, line: dict[str, Any], index: int, key: str, leaf: bytes) -> None:
        if line["checkpoint"] is None:
            self._unsigned += 1
            return
        head = self._heads.get(int(line["checkpoint"]))
        path = [bytes.fromhex(step) for step in line["proof"]]
        if head is None or not verify_inclusion(leaf, index, head.size, path, bytes.fromhex(head.root)):
            self._find(Fault.REWRITTEN, index, key, "Nothing signed leads to this entry.")

    def finish(self) -> Report:
        """The report; a file that breaks off is truncated, whatever it holds."""
        if not self._ended:
            self._find(Fault.TRUNCATED, None, None, "The file breaks off before its last line.")
        newest = max(self._heads.values(), key=lambda head: head.size, default=None)
        return Report(
            chain=self._chain,
            entries=self._entries,
            aggregates=len(self._versions),
            checkpoints=len(self._heads),
            unsigned=self._unsigned,
            root=newest.root if newest else "",
            findings=tuple(self._findings),
            withheld=self._withheld,
        )
