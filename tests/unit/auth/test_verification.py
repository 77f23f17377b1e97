"""The offline verifier says nothing of a sound log and names the first wrong entry of every other."""

import datetime as dt

import pytest

from services.auth.domain import checkpoints, entries, merkle
from services.auth.domain.entries import Entry, Sealed
from services.auth.domain.keys import SigningKey, encode
from services.auth.domain.verification import Fault, Finding, Report, Verification
from shared.contracts.audit import Checkpoint
from shared.contracts.envelope import Envelope

KEY = SigningKey(seed=encode(b"k" * 32))
OTHER = SigningKey(seed=encode(b"o" * 32))
AT = dt.datetime(2026, 8, 1, 3, 10, tzinfo=dt.UTC)


def envelope(subject: str, version: int, value: bytes = b'{"n":1}') -> Envelope:
    return Envelope(
        id=f"{subject}-{version}",
        type="record.edited.v1",
        source="records",
        subject=subject,
        time=AT,
        chain="atlantic",
        property_id="city",
        sequence=version,
        topic="records.v1",
        correlation="c-1",
        value=value,
    )


def chain_of(sealed: list[Sealed]) -> list[Entry]:
    edge, result = merkle.Frontier(), []
    for index, item in enumerate(sealed):
        leaf = merkle.leaf_hash(item.leaf_data)
        edge, _ = edge.append(leaf)
        result.append(Entry(chain="atlantic", index=index, sealed=item, leaf=leaf, root=edge.root()))
    return result


def log_of(size: int = 12) -> list[Entry]:
    """Three aggregates that take turns."""
    return chain_of([entries.seal(envelope(f"r{i % 3}", i // 3 + 1)) for i in range(size)])


def head_of(log: list[Entry], size: int, version: int = 1, key: SigningKey = KEY) -> Checkpoint:
    return checkpoints.signed(
        key, chain="atlantic", version=version, size=size, root=log[size - 1].root, at=AT + dt.timedelta(minutes=size)
    )


def verify(log: list[Entry], heads: list[Checkpoint], size: int | None = None) -> Report:
    verification = Verification("atlantic", {KEY.id: KEY.public}, heads)
    for entry in log:
        verification.entry(entry)
    return verification.finish(size)


def first(report: Report) -> Finding:
    return report.findings[0]


def replaced(entry: Entry, value: bytes) -> Entry:
    return entry.model_copy(update={"sealed": entry.sealed.model_copy(update={"value": value})})


def test_sound_log_has_no_findings_and_counts_what_is_not_yet_signed() -> None:
    log = log_of()
    report = verify(log, [head_of(log, 5), head_of(log, 10, 2)], 12)
    assert report.sound
    assert (report.entries, report.aggregates, report.checkpoints, report.unsigned) == (12, 3, 2, 2)
    assert report.root == log[-1].root.hex()


def test_empty_log_is_sound() -> None:
    assert verify([], []).sound


def test_altered_value_is_named_and_only_that_one() -> None:
    log = log_of()
    log[7] = replaced(log[7], b'{"n":2}')
    report = verify(log, [head_of(log, 12)])
    assert [(f.fault, f.index, f.subject) for f in report.findings] == [(Fault.ALTERED, 7, "r1")]


def test_altered_header_is_named() -> None:
    log = log_of()
    changed = tuple(
        header._replace(value=b"2020-01-01T00:00:00.000Z" * (header.name == "ce_time") or header.value)
        for header in log[4].sealed.headers
    )
    log[4] = log[4].model_copy(update={"sealed": log[4].sealed.model_copy(update={"headers": changed})})
    assert (first(verify(log, [])).fault, first(verify(log, [])).index) == (Fault.ALTERED, 4)


def test_altered_value_with_its_leaf_hash_is_named_by_the_root() -> None:
    log = log_of()
    forged = replaced(log[7], b'{"n":2}')
    log[7] = forged.model_copy(update={"leaf": merkle.leaf_hash(forged.sealed.leaf_data)})
    assert (first(verify(log, [])).index, first(verify(log, [])).subject) == (7, "r1")


def test_whole_log_sealed_anew_is_found_by_the_signed_root() -> None:
    log = log_of()
    heads = [head_of(log, 5), head_of(log, 10, 2)]
    forged = chain_of([(replaced(e, b"{}") if e.index == 7 else e).sealed for e in log])
    finding = first(verify(forged, heads))
    assert (finding.fault, finding.index) == (Fault.REWRITTEN, 5)


def test_deleted_entry_is_named() -> None:
    log = log_of()
    finding = first(verify([*log[:3], *log[4:]], [head_of(log, 12)]))
    assert (finding.fault, finding.index) == (Fault.DELETED, 3)


def test_deleted_entry_is_named_when_the_rest_was_numbered_anew() -> None:
    log = log_of()
    rest = [e.model_copy(update={"index": e.index - 1}) for e in log[4:]]
    report = verify([*log[:3], *rest], [head_of(log, 12)])
    assert (first(report).fault, first(report).index) == (Fault.REORDERED, 3)
    assert Fault.GAP in {f.fault for f in report.findings}


def test_swapped_entries_are_named_at_the_first() -> None:
    log = log_of()
    log[5], log[6] = log[6].model_copy(update={"index": 5}), log[5].model_copy(update={"index": 6})
    finding = first(verify(log, [head_of(log, 12)]))
    assert (finding.fault, finding.index) == (Fault.REORDERED, 5)


def test_entry_standing_twice_is_named() -> None:
    log = log_of()
    finding = first(verify([*log, log[2]], []))
    assert (finding.fault, finding.index) == (Fault.REORDERED, 2)


def test_truncated_tail_is_found_by_the_checkpoint() -> None:
    log = log_of()
    finding = first(verify(log[:9], [head_of(log, 12)]))
    assert (finding.fault, finding.index) == (Fault.TRUNCATED, 9)


def test_truncated_tail_is_found_by_the_size_the_log_gives_itself() -> None:
    assert first(verify(log_of()[:9], [], 12)).fault is Fault.TRUNCATED


def test_emptied_log_is_found_by_the_checkpoint() -> None:
    assert first(verify([], [head_of(log_of(), 12)])).fault is Fault.TRUNCATED


def test_checkpoint_of_an_unknown_key_is_named() -> None:
    log = log_of()
    assert first(verify(log, [head_of(log, 5, key=OTHER)])).fault is Fault.UNSIGNED


@pytest.mark.parametrize("change", [{"size": 6}, {"root": "00" * 32}, {"chain": "other"}, {"signature": "!"}])
def test_changed_checkpoint_does_not_hold(change: dict[str, object]) -> None:
    log = log_of()
    assert first(verify(log, [head_of(log, 5).model_copy(update=change)])).fault is Fault.UNSIGNED


def test_fork_is_found_when_two_heads_of_one_size_differ() -> None:
    log, fork = log_of(), chain_of([replaced(e, b"{}").sealed for e in log_of()])
    assert first(verify(log, [head_of(log, 5), head_of(fork, 5, 2)])).fault is Fault.FORKED


def test_missing_version_of_an_aggregate_is_a_gap() -> None:
    log = chain_of([entries.seal(envelope("r1", version)) for version in (1, 2, 5)])
    finding = first(verify(log, []))
    assert (finding.fault, finding.subject, "3 to 4" in finding.message) == (Fault.GAP, "r1", True)


def test_versions_out_of_order_are_no_gap_when_all_arrived() -> None:
    assert verify(chain_of([entries.seal(envelope("r1", version)) for version in (2, 3, 1)]), []).sound


def test_one_version_sealed_twice_is_named() -> None:
    log = chain_of([entries.seal(envelope("r1", 1)), entries.seal(envelope("r1", 1, b"{}"))])
    assert (first(verify(log, [])).fault, first(verify(log, [])).index) == (Fault.DUPLICATE, 1)


def test_export_line_reads_back_as_the_same_entry() -> None:
    entry = log_of(1)[0]
    assert entries.entry_of("atlantic", entries.line_of(entry)) == entry


@pytest.mark.parametrize("change", [{"value": "%%"}, {"leaf": "zz"}, {"headers": [["ce_id"]]}, {"index": "x"}])
def test_garbled_export_line_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        entries.entry_of("atlantic", entries.line_of(log_of(1)[0]) | change)


def test_leaf_bytes_differ_when_parts_are_shifted_between_fields() -> None:
    one, two = Sealed(topic="ab", key="c", headers=(), value=b""), Sealed(topic="a", key="bc", headers=(), value=b"")
    assert one.leaf_data != two.leaf_data


def test_facts_name_the_stay_wherever_the_event_keeps_it() -> None:
    value = b'{"actor":{"kind":"staff","id":"ana","role":"supervisor"},"record":{"stay_id":"s-9"},"reason_code":"late"}'
    facts = entries.facts_of(entries.seal(envelope("r1", 1, value)))
    assert (facts.actor, facts.role, facts.stay_id, facts.reason_code) == ("ana", "supervisor", "s-9", "late")


@pytest.mark.parametrize("value", [b"\xff", b"[]", b"", b'{"actor":7}'])
def test_facts_of_an_unreadable_value_are_those_of_its_headers(value: bytes) -> None:
    assert entries.facts_of(entries.seal(envelope("r1", 3, value))).version == 3


@pytest.mark.parametrize(
    ("size", "signed_size", "since_s", "due"),
    [(0, 0, 999, False), (5, 5, 999, False), (6, 5, 59, False), (6, 5, 60, True), (1005, 5, 0, True)],
)
def test_checkpoint_is_due_after_a_minute_or_a_thousand_entries_if_the_tree_grew(
    size: int, signed_size: int, since_s: float, due: bool
) -> None:
    assert checkpoints.is_due(size=size, signed_size=signed_size, since_s=since_s) is due
