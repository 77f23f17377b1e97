"""Batches extend a log the same however they are cut, and the kept nodes are enough for any proof."""

import datetime as dt
from pathlib import Path

import pytest

from services.auth.adapters.witness import FileWitness
from services.auth.domain import merkle
from services.auth.domain.checkpoints import signed
from services.auth.domain.entries import Sealed
from services.auth.domain.export import ExportReader, NoExport
from services.auth.domain.keys import SigningKey, encode
from services.auth.domain.merkle import Node
from services.auth.domain.sequencing import KEPT_LEVEL, Extension, Head, extend, wanted

SIZE = 1000
KEY = SigningKey(seed=encode(b"k" * 32))


def arrived(size: int) -> list[bytes]:
    sealed = [Sealed(topic="t", key=str(i), headers=(), value=b"") for i in range(size)]
    return [merkle.leaf_hash(one.leaf_data) for one in sealed]


def whole() -> Extension:
    return extend(Head(chain="atlantic"), arrived(SIZE))


@pytest.mark.parametrize("cut", [1, 255, 256, 257, 999])
def test_two_batches_make_the_log_that_one_makes(cut: int) -> None:
    first = extend(Head(chain="atlantic"), arrived(SIZE)[:cut])
    second = extend(first.head, arrived(SIZE)[cut:])
    assert [*first.placed, *second.placed] == whole().placed
    assert second.head == whole().head


@pytest.mark.parametrize("index", [0, 255, 256, 700, 999])
def test_kept_nodes_and_few_leaves_make_the_proof_of_any_entry(index: int) -> None:
    log = whole()
    spans = merkle.inclusion_spans(index, SIZE)
    fetch = wanted(spans)
    known = dict(log.nodes)
    leaves = [entry.leaf for entry in log.placed]
    for span in fetch.leaves:
        level = (span.end - span.start).bit_length() - 1
        known[Node(level, span.start >> level)] = merkle.frontier_of(leaves[span.start : span.end]).root()
    path = [merkle.span_root(span, known.__getitem__) for span in spans]
    assert merkle.verify_inclusion(leaves[index], index, SIZE, path, log.head.edge.root())
    assert sum(span.end - span.start for span in fetch.leaves) < 2 << KEPT_LEVEL


async def test_witness_takes_up_after_a_torn_line(tmp_path: Path) -> None:
    witness = FileWitness(tmp_path)
    assert await witness.last_version("atlantic") == 0
    at = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    one, two = (
        signed(KEY, chain="atlantic", version=version, size=version, root=b"r" * 32, at=at) for version in (1, 2)
    )
    await witness.write("atlantic", [one], KEY.public)
    file = tmp_path / "atlantic.checkpoints.jsonl"
    file.write_text(file.read_text() + '{"chain":"atl')
    assert await witness.last_version("atlantic") == 1
    await witness.write("atlantic", [two], KEY.public)
    assert await witness.last_version("atlantic") == 2
    assert [len(line) > 20 for line in file.read_text().splitlines()] == [True, False, True]
    assert (tmp_path / f"key-{KEY.id}.json").exists()


@pytest.mark.parametrize("first", ["", "hello", "{}", '{"kind":"entry"}', '{"kind":"head","format":"other"}'])
def test_file_that_is_no_export_is_refused(first: str) -> None:
    with pytest.raises(NoExport):
        ExportReader({}, []).line(first)


def test_export_that_breaks_off_is_truncated_and_a_garbled_line_named() -> None:
    reader = ExportReader({}, [])
    reader.line('{"kind":"head","format":"bellboard-audit/1","chain":"atlantic","size":0}')
    reader.line('{"kind":"entry","index":0')
    assert [finding.fault.value for finding in reader.finish().findings] == ["altered", "truncated"]
    assert "Line 2" in reader.finish().findings[0].message
