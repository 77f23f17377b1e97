"""The Merkle tree of the audit log: append, root, inclusion and consistency proofs (RFC 6962, RFC 9162 section 2.1)."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


class Node(NamedTuple):
    """A perfect subtree: the 2**level leaves that begin at place * 2**level."""

    level: int
    place: int


class Span(NamedTuple):
    """The leaves start ≤ i < end, seen as a tree of their own."""

    start: int
    end: int


Lookup = Callable[[Node], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier(NamedTuple):
    """The right edge of a tree: one hash for each perfect subtree, largest first, so O(log size) in all."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> tuple["Frontier", list[tuple[Node, bytes]]]:
        """Add a leaf hash; returns the new edge and the perfect subtrees (level ≥ 0) that it completed."""
        level, index, top = 0, self.size, leaf
        done = [(Node(0, index), top)]
        if not index & 1:
            return Frontier(index + 1, (*self.peaks, top)), done
        peaks = list(self.peaks)
        while index & 1:
            top = node_hash(peaks.pop(), top)
            level, index = level + 1, index >> 1
            done.append((Node(level, index), top))
        return Frontier(self.size + 1, (*peaks, top)), done

    def root(self) -> bytes:
        """The root hash of the whole tree."""
        return fold(self.peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees, largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def frontier_of(leaves: Iterable[bytes]) -> Frontier:
    """The right edge after appending these leaf hashes to an empty tree."""
    edge = Frontier()
    for leaf in leaves:
        edge, _ = edge.append(leaf)
    return edge


def split(size: int) -> int:
    """The largest power of two smaller than size (size ≥ 2): where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def perfect_nodes(span: Span) -> list[Node]:
    """The perfect subtrees that make up a span, largest first. Spans of proofs begin on a boundary of their own."""
    nodes, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def span_root(span: Span, lookup: Lookup) -> bytes:
    """The root of a span, from the hashes of its perfect subtrees."""
    return fold([lookup(node) for node in perfect_nodes(span)])


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The spans whose roots prove that leaf `index` is in a tree of `size`, leaf side first; ValueError outside it."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The spans whose roots prove that the tree of `old` leaves is a prefix of the tree of `new`; none if equal."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} is no prefix of a tree of {new}")
    spans, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start, whole = middle, False
    return [*([] if whole else [Span(start, end)]), *spans[::-1]]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from a leaf hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, top = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            top = node_hash(step, top)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            top = node_hash(top, step)
        here, last = here >> 1, last >> 1
    return last == 0 and top == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the tree of `old` leaves to be a prefix of the tree of `new` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, step)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
