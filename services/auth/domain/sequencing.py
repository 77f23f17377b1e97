"""Putting arrived events into a chain's log: the head, the entries and the tree nodes worth keeping."""

import datetime as dt
from collections.abc import Sequence

from services.auth.domain.entries import Entry, Sealed
from services.auth.domain.merkle import Frontier, Node, Span, leaf_hash, perfect_nodes
from shared.contracts.values import Frozen

KEPT_LEVEL = 8
"""Subtrees of at least 2**8 leaves are stored, smaller ones are made again from the entries' leaf hashes."""


class Head(Frozen):
    """The end of one chain's log and what of it is signed. `signed_at` is real time."""

    chain: str
    edge: Frontier = Frontier()
    signed_size: int = 0
    signed_version: int = 0
    signed_at: dt.datetime | None = None

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self.edge.size


class Extension(Frozen):
    """What one batch adds to a log."""

    head: Head
    entries: tuple[Entry, ...]
    nodes: tuple[tuple[Node, bytes], ...]


def extend(head: Head, arrived: Sequence[Sealed]) -> Extension:
    """The log with these events at its end, in this order."""
    edge, entries, nodes = head.edge, [], []
    for sealed in arrived:
        leaf = leaf_hash(sealed.leaf_data)
        index = edge.size
        edge, done = edge.append(leaf)
        entries.append(Entry(chain=head.chain, index=index, sealed=sealed, leaf=leaf, root=edge.root()))
        nodes += [(node, digest) for node, digest in done if node.level >= KEPT_LEVEL]
    return Extension(head=head.model_copy(update={"edge": edge}), entries=tuple(entries), nodes=tuple(nodes))


class Wanted(Frozen):
    """What a store must fetch to make the roots of some spans: kept nodes, and runs of leaf hashes."""

    nodes: tuple[Node, ...]
    leaves: tuple[Span, ...]


def wanted(spans: Sequence[Span]) -> Wanted:
    """The kept nodes and leaves under these spans."""
    nodes = [node for span in spans for node in perfect_nodes(span)]
    return Wanted(
        nodes=tuple(node for node in nodes if node.level >= KEPT_LEVEL),
        leaves=tuple(
            Span(node.place << node.level, (node.place + 1) << node.level) for node in nodes if node.level < KEPT_LEVEL
        ),
    )
