"""The offline verifier of the audit log: names the first entry that was altered, deleted or reordered."""

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from services.auth.domain.checkpoints import holds
from services.auth.domain.entries import Entry
from services.auth.domain.merkle import Frontier, leaf_hash
from shared.contracts.audit import Checkpoint
from shared.contracts.errors import AppError
from shared.contracts.values import Frozen


class Fault(enum.StrEnum):
    """What can be wrong with a log."""

    ALTERED = "altered"
    DELETED = "deleted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    FORKED = "forked"
    UNSIGNED = "unsigned"
    DUPLICATE = "duplicate"
    GAP = "gap"


class Finding(Frozen):
    """One fault: the first entry it concerns (None when it concerns no single entry) and what is the matter."""

    fault: Fault
    index: int | None
    subject: str | None
    message: str


class Report(Frozen):
    """The outcome: `sound` when nothing was found. `unsigned` entries are newer than the last checkpoint.

    `withheld` entries of a masked file are there by their leaf hash alone: their place is proven, not their content.
    """

    chain: str
    entries: int
    aggregates: int
    checkpoints: int
    unsigned: int
    root: str
    findings: tuple[Finding, ...]
    withheld: int = 0

    @property
    def sound(self) -> bool:
        """Whether the log is whole and unaltered."""
        return not self.findings


class Versions:
    """Whether each aggregate's versions are 1..n without a gap, in memory that grows with aggregates only."""

    def __init__(self) -> None:
        self._next: dict[tuple[str, str], int] = defaultdict(lambda: 1)
        self._ahead: dict[tuple[str, str], set[int]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._next)

    def add(self, topic: str, subject: str, version: int) -> bool:
        """Note a version; False when it was there already."""
        key = (topic, subject)
        if version < self._next[key] or version in self._ahead[key]:
            return False
        ahead = self._ahead[key] | {version}
        while self._next[key] in ahead:
            ahead.discard(self._next[key])
            self._next[key] += 1
        self._ahead[key] = ahead
        if not ahead:
            del self._ahead[key]
        return True

    def gaps(self) -> Iterable[tuple[str, str, int, int]]:
        """Topic, subject, first and last missing version of every aggregate with a hole."""
        for (topic, subject), ahead in sorted(self._ahead.items()):
            yield topic, subject, self._next[topic, subject], min(ahead) - 1


class Verification:
    """Checks one chain's log entry by entry, in the order of the log. Give it the checkpoints first."""

    def __init__(self, chain: str, keys: Mapping[str, dict[str, Any]], checkpoints: Iterable[Checkpoint]) -> None:
        self._chain = chain
        self._edge = Frontier()
        self._expected = 0
        self._versions = Versions()
        self._findings: list[Finding] = []
        self._lost = False  # The tree cannot be followed any further; leaves and versions still can.
        self._proven = 0
        self._heads: dict[int, Checkpoint] = {}
        for checkpoint in checkpoints:
            self._accept(checkpoint, keys)

    def _find(self, fault: Fault, index: int | None, subject: str | None, message: str) -> None:
        self._findings.append(Finding(fault=fault, index=index, subject=subject, message=message))

    def _accept(self, checkpoint: Checkpoint, keys: Mapping[str, dict[str, Any]]) -> None:
        key, size = keys.get(checkpoint.key_id), checkpoint.size
        if checkpoint.chain != self._chain or key is None or not holds(checkpoint, key):
            self._find(
                Fault.UNSIGNED,
                None,
                None,
                f"Checkpoint {checkpoint.version} (size {size}) is not signed by a known key.",
            )
            return
        earlier = self._heads.setdefault(size, checkpoint)
        if earlier.root != checkpoint.root:
            self._find(Fault.FORKED, size - 1, None, f"Two signed checkpoints give size {size} different roots.")

    def entry(self, entry: Entry) -> None:
        """Check the next entry of the log."""
        sealed = entry.sealed
        self._place(entry)
        leaf = leaf_hash(sealed.leaf_data)
        if leaf != entry.leaf:
            self._find(
                Fault.ALTERED, entry.index, sealed.key, "The content is not the one that was sealed: another leaf hash."
            )
        elif not self._lost:
            self._follow(entry)
        self._grow(entry)
        self._count(entry)

    def _place(self, entry: Entry) -> None:
        if entry.index > self._expected:
            last = entry.index - 1
            missing = f"entry {last} is" if last == self._expected else f"entries {self._expected} to {last} are"
            self._find(Fault.DELETED, self._expected, None, f"Before {entry.sealed.key}, {missing} missing.")
            self._lost = True
        elif entry.index < self._expected:
            self._find(Fault.REORDERED, entry.index, entry.sealed.key, "The entry stands after a later one.")
            self._lost = True
        self._expected = max(self._expected, entry.index + 1)

    def _follow(self, entry: Entry) -> None:
        edge, _ = self._edge.append(entry.leaf)
        if edge.root() != entry.root:
            message = "The entry does not follow from those before it: reordered, sealed anew, or one removed."
            self._find(Fault.REORDERED, entry.index, entry.sealed.key, message)
            self._lost = True

    def _grow(self, entry: Entry) -> None:
        """Go on from the sealed leaf hash, so that one altered entry does not hide the state of the others."""
        self._edge, _ = self._edge.append(entry.leaf)
        head = self._heads.get(self._edge.size)
        if self._lost or head is None:
            return
        if head.root == self._edge.root().hex():
            self._proven = head.size
            return
        self._find(
            Fault.REWRITTEN,
            self._proven,
            None,
            f"Entries {self._proven} to {head.size - 1} are not those that were signed.",
        )
        self._lost = True

    def _count(self, entry: Entry) -> None:
        try:
            envelope = entry.sealed.envelope
        except AppError as unreadable:
            self._find(
                Fault.ALTERED, entry.index, entry.sealed.key, f"The headers cannot be read: {unreadable.message}"
            )
            return
        if not self._versions.add(entry.sealed.topic, envelope.subject, envelope.sequence):
            message = f"Version {envelope.sequence} of this aggregate is in the log twice."
            self._find(Fault.DUPLICATE, entry.index, envelope.subject, message)

    def finish(self, size: int | None = None) -> Report:
        """The report, after the last entry. `size` is how many entries the log itself says it has."""
        newest = max(self._heads, default=0)
        if self._expected < max(newest, size or 0):
            says = f"a signed checkpoint counts {newest}" if newest > self._expected else f"the log counts {size}"
            self._find(Fault.TRUNCATED, self._expected, None, f"The log ends after {self._expected}; {says} entries.")
        for topic, subject, first, last in self._versions.gaps():
            what = f"version {first} is" if first == last else f"versions {first} to {last} are"
            self._find(Fault.GAP, None, subject, f"{topic}: {what} missing.")
        return Report(
            chain=self._chain,
            entries=self._edge.size,
            aggregates=len(self._versions),
            checkpoints=len(self._heads),
            unsigned=max(0, self._edge.size - newest),
            root=self._edge.root().hex(),
            findings=tuple(self._findings),
        )
