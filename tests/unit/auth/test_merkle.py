"""The audit tree agrees with the recursive definition of RFC 6962 and its proofs hold, and only they."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.auth.domain import merkle
from services.auth.domain.merkle import Node, Span


def reference_root(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    n = len(entries)
    match n:
        case 0:
            return hashlib.sha256(b"").digest()
        case 1:
            return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = max(2**i for i in range(20) if 2**i < n)
    return hashlib.sha256(b"\x01" + reference_root(entries[:k]) + reference_root(entries[k:])).digest()


def lookup_in(entries: list[bytes]) -> merkle.Lookup:
    def lookup(node: Node) -> bytes:
        width = 1 << node.level
        return reference_root(entries[node.place * width : (node.place + 1) * width])

    return lookup


def entries_of(size: int) -> list[bytes]:
    return [f"entry {i}".encode() for i in range(size)]


# The test vectors every Certificate Transparency implementation shares (eight inputs, roots for sizes 1 to 8).
CT_INPUTS = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]


def test_empty_root_is_the_hash_of_nothing() -> None:
    assert merkle.Frontier().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_root_is_the_published_vector_when_a_single_leaf_is_empty() -> None:
    edge = merkle.frontier_of([merkle.leaf_hash(CT_INPUTS[0])])
    assert edge.root().hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", range(1, 9))
def test_root_equals_the_recursive_definition_for_sizes_one_to_eight(size: int) -> None:
    assert merkle.frontier_of(map(merkle.leaf_hash, CT_INPUTS[:size])).root() == reference_root(CT_INPUTS[:size])


def test_root_of_all_eight_inputs_is_the_published_vector() -> None:
    edge = merkle.frontier_of(map(merkle.leaf_hash, CT_INPUTS))
    assert edge.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.lists(st.binary(max_size=40), max_size=70))
@settings(deadline=None)
def test_incremental_root_equals_the_recursive_one(entries: list[bytes]) -> None:
    assert merkle.frontier_of(map(merkle.leaf_hash, entries)).root() == reference_root(entries)


@given(st.integers(1, 200))
def test_edge_keeps_no_more_hashes_than_bits_of_its_size(size: int) -> None:
    edge = merkle.frontier_of([b"x" * 32] * size)
    assert len(edge.peaks) == size.bit_count()


def test_append_reports_every_perfect_subtree_once() -> None:
    entries, edge, seen = entries_of(16), merkle.Frontier(), {}
    expected = [Node(level, i) for level in range(5) for i in range(16 >> level)]
    for entry in entries:
        edge, done = edge.append(merkle.leaf_hash(entry))
        seen.update(done)
    assert seen == {node: lookup_in(entries)(node) for node in expected}


@given(st.integers(1, 70).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
@settings(deadline=None)
def test_inclusion_proof_verifies_and_fails_for_any_other_leaf(place: tuple[int, int]) -> None:
    index, size = place
    entries = entries_of(size)
    proof = [merkle.span_root(span, lookup_in(entries)) for span in merkle.inclusion_spans(index, size)]
    root = reference_root(entries)
    assert merkle.verify_inclusion(merkle.leaf_hash(entries[index]), index, size, proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"forged"), index, size, proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(entries[index]), index + 1, size, proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(entries[index]), index, size, [*proof, root], root)


@given(st.integers(1, 70).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
@settings(deadline=None)
def test_consistency_proof_verifies_and_fails_for_another_past(sizes: tuple[int, int]) -> None:
    old, new = sizes
    entries = entries_of(new)
    proof = [merkle.span_root(span, lookup_in(entries)) for span in merkle.consistency_spans(old, new)]
    old_root, new_root = reference_root(entries[:old]), reference_root(entries)
    forged = reference_root([b"forged", *entries[1:old]])
    assert merkle.verify_consistency(old, new, old_root, new_root, proof)
    assert not merkle.verify_consistency(old, new, forged, new_root, proof)
    assert not merkle.verify_consistency(old, new, old_root, hashlib.sha256(new_root).digest(), proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_inclusion_spans_refuse_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        merkle.inclusion_spans(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_consistency_spans_refuse_sizes_that_are_no_prefix(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no prefix"):
        merkle.consistency_spans(old, new)


def test_consistency_proof_of_a_size_beyond_the_tree_is_refused() -> None:
    assert not merkle.verify_consistency(5, 3, b"a" * 32, b"b" * 32, [b"c" * 32])
    assert not merkle.verify_consistency(2, 4, b"a" * 32, b"b" * 32, [])


def test_perfect_nodes_cover_a_ragged_span_largest_first() -> None:
    assert merkle.perfect_nodes(Span(8, 15)) == [Node(2, 2), Node(1, 6), Node(0, 14)]
