"""Putting arrived events into a chain's log: the head, the entries and the tree nodes worth keeping."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from services.auth.domain.merkle import Frontier, Node, Span, perfect_nodes
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


class Placed(NamedTuple):
    """One event in the log: its place, its leaf hash, and the root of the tree that ends with it."""

    place: int
    leaf: bytes
    root: bytes


class Extension(NamedTuple):
    """What one batch adds to a log."""

    head: Head
    placed: list[Placed]
    nodes: list[tuple[Node, bytes]]


def extend(head: Head, leaves: Sequence[bytes]) -> Extension:
    """The log with the events of these leaf hashes at its end, in this order."""
    edge, placed, nodes = head.edge, list[Placed](), list[tuple[Node, bytes]]()
    for leaf in leaves:
        index = edge.size
        edge, done = edge.append(leaf)
        placed.append(Placed(index, leaf, edge.root()))
        if len(done) > KEPT_LEVEL:
            nodes += [(node, digest) for node, digest in done if node.level >= KEPT_LEVEL]
    return Extension(head.model_copy(update={"edge": edge}), placed, nodes)


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
