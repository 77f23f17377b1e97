"""Whatever is done to a log, both verifiers find it and name the entry (F51, S48, S49)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.auth.domain import entries, merkle
from services.auth.domain.entries import Entry
from services.auth.domain.evidence import EVERYTHING, Proven, head_line
from services.auth.domain.evidence import line_of as evidence_line
from services.auth.domain.merkle import frontier_of
from services.auth.domain.verification import Fault
from shared.contracts.audit import Checkpoint
from shared.contracts.identity import DataClass
from tests.factories.verified import check_sound, judged
from tests.unit.auth.test_verification import KEY, OTHER, chain_of, head_of, log_of, replaced

SIZE, PLACE = 40, 17
PINNED = {KEY.id: KEY.public}
Lines = list[dict[str, Any]]


def exported(log: list[Entry], heads: list[Checkpoint], key: dict[str, Any] = KEY.public) -> Lines:
    """An export as the service writes it."""
    head = {"kind": "head", "format": "bellboard-audit/1", "chain": "atlantic", "size": len(log)}
    signed = [{"kind": "checkpoint", **one.model_dump(mode="json")} for one in heads]
    end = {"kind": "end", "size": len(log), "root": log[-1].root.hex()}
    return [head, {"kind": "key", "jwk": key}, *signed, *map(entries.line_of, log), end]


LOG = log_of(SIZE)
HEADS = [head_of(LOG, 10), head_of(LOG, 30, 2), head_of(LOG, SIZE, 3)]
WITNESS = HEADS


def text_of(lines: Lines) -> str:
    return "\n".join(json.dumps(line) for line in lines) + "\n"


def at(lines: Lines, index: int) -> int:
    """Where in the file an entry stands."""
    return next(n for n, line in enumerate(lines) if line["kind"] == "entry" and line["index"] == index)


def resealed(log: list[Entry], heads: Callable[[list[Entry]], list[Checkpoint]] = lambda _: HEADS) -> Lines:
    """A log whose every leaf and root were made again, as an insider with the database can."""
    forged = chain_of([one.sealed for one in log])
    return exported(forged, heads(forged))


def backdated(entry: Entry) -> Entry:
    """The same event, a month earlier."""
    old = tuple(one._replace(value=one.value.replace(b"2026-08", b"2026-07")) for one in entry.sealed.headers)
    return entry.model_copy(update={"sealed": entry.sealed.model_copy(update={"headers": old})})


def _alter(lines: Lines) -> Lines:
    lines[at(lines, PLACE)]["value"] = "eyJuIjoyfQ=="
    return lines


def _alter_and_hash(lines: Lines) -> Lines:
    forged = replaced(LOG[PLACE], b'{"n":2}')
    lines[at(lines, PLACE)] |= entries.line_of(forged) | {"leaf": merkle.leaf_hash(forged.sealed.leaf_data).hex()}
    return lines


def _delete(lines: Lines) -> Lines:
    del lines[at(lines, PLACE)]
    return lines


def _swap(lines: Lines) -> Lines:
    one, two = at(lines, PLACE), at(lines, PLACE + 1)
    lines[one], lines[two] = lines[two] | {"index": PLACE}, lines[one] | {"index": PLACE + 1}
    return lines


def _backdate(lines: Lines) -> Lines:
    lines[at(lines, PLACE)] |= {"headers": entries.line_of(backdated(LOG[PLACE]))["headers"]}
    return lines


def _truncate(lines: Lines) -> Lines:
    return [one for one in lines if one["kind"] != "entry" or one["index"] < PLACE]


def _truncate_honestly(_: Lines) -> Lines:
    return exported(LOG[:PLACE], HEADS[:1])


def _rewrite(_: Lines) -> Lines:
    return resealed([backdated(one) if one.index == PLACE else one for one in LOG])


def _delete_and_reseal(_: Lines) -> Lines:
    return resealed([*LOG[:PLACE], *LOG[PLACE + 1 :], *log_of(SIZE + 1)[SIZE:]])


def _fork(lines: Lines) -> Lines:
    other = chain_of([replaced(one, b"{}").sealed for one in LOG])
    lines.insert(2, {"kind": "checkpoint", **head_of(other, 30, 4).model_dump(mode="json")})
    return lines


def _other_key(_: Lines) -> Lines:
    forged = chain_of([(backdated(one) if one.index == PLACE else one).sealed for one in LOG])
    heads = [head_of(forged, size, number, key=OTHER) for number, size in enumerate((10, 30, SIZE), start=1)]
    return exported(forged, heads, OTHER.public)


def _older_backup(_: Lines) -> Lines:
    return exported(LOG[:12], HEADS[:1])


def _break_off(lines: Lines) -> Lines:
    return lines[:-1]


Forge = Callable[[Lines], Lines]
FORGERIES: dict[str, tuple[Forge, Fault, int | None, tuple[str, int | None]]] = {
    "altered": (_alter, Fault.ALTERED, PLACE, ("altered", PLACE)),
    "altered with its hash": (_alter_and_hash, Fault.REORDERED, PLACE, ("reordered", PLACE)),
    "deleted": (_delete, Fault.DELETED, PLACE, ("deleted", PLACE)),
    "reordered": (_swap, Fault.REORDERED, PLACE, ("reordered", PLACE)),
    "backdated": (_backdate, Fault.ALTERED, PLACE, ("altered", PLACE)),
    "tail cut off": (_truncate, Fault.TRUNCATED, PLACE, ("truncated", PLACE)),
    "tail cut off, sizes and checkpoints too": (_truncate_honestly, Fault.TRUNCATED, PLACE, ("truncated", PLACE)),
    "backdated and sealed anew": (_rewrite, Fault.REWRITTEN, 10, ("rewritten", 29)),
    "deleted and sealed anew": (_delete_and_reseal, Fault.REWRITTEN, 10, ("rewritten", 29)),
    "forked": (_fork, Fault.FORKED, 29, ("forked", 29)),
    "signed by another key": (_other_key, Fault.UNSIGNED, None, ("unsigned", None)),
    "an older backup restored": (_older_backup, Fault.TRUNCATED, 12, ("truncated", 12)),
    "broken off": (_break_off, Fault.TRUNCATED, SIZE, ("truncated", SIZE)),
}


def test_sound_export_passes_both() -> None:
    assert check_sound(text_of(exported(LOG, HEADS)), PINNED, WITNESS).entries == SIZE


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_forgery_is_found_and_named_by_both(name: str) -> None:
    forge, fault, index, second = FORGERIES[name]
    report, faults = judged(text_of(forge(exported(LOG, HEADS))), PINNED, WITNESS)
    assert (fault, index) in [(one.fault, one.index) for one in report.findings]
    assert second in faults


def proven(log: list[Entry], indexes: list[int], size: int = SIZE) -> list[Proven]:
    """Entries with their proofs against the newest checkpoint."""
    leaves = [one.leaf for one in log[:size]]

    def way(index: int) -> tuple[bytes, ...]:
        spans = merkle.inclusion_spans(index, size)
        return tuple(frontier_of(leaves[span.start : span.end]).root() for span in spans)

    return [
        Proven(entry=log[n], facts=entries.facts_of(log[n].sealed), path=way(n), checkpoint=head_of(log, size, 3))
        for n in indexes
    ]


def evidence(classes: frozenset[DataClass] = EVERYTHING, indexes: list[int] | None = None) -> Lines:
    """A file of evidence about one record."""
    found = proven(LOG, indexes or [n for n in range(SIZE) if n % 3 == 2])
    head = head_line("atlantic", {"record": "r2"}, "ines", "2026-08-01T00:00:00.000Z", masked=classes != EVERYTHING)
    signed = {"kind": "checkpoint", **HEADS[2].model_dump(mode="json")}
    lines = [evidence_line(one, classes) for one in found]
    return [head, {"kind": "key", "jwk": KEY.public}, signed, *lines, {"kind": "end", "entries": len(lines)}]


def test_sound_evidence_passes_both_and_says_what_happened() -> None:
    lines = evidence()
    report = check_sound(text_of(lines), PINNED, WITNESS)
    assert (report.entries, report.withheld, report.checkpoints) == (13, 0, 1)
    assert "record.edited.v1 r2 v1" in lines[3]["text"]


def test_masked_evidence_proves_the_place_without_the_content() -> None:
    lines = evidence(frozenset({DataClass.ORDINARY}))
    report = check_sound(text_of(lines), PINNED, WITNESS)
    assert (report.withheld, [line for line in lines if "value" in line]) == (13, [])


@pytest.mark.parametrize("change", [{"value": "e30="}, {"leaf": "00" * 32}, {"proof": []}, {"index": 6}, {"key": "r1"}])
def test_forged_evidence_is_named_by_both(change: dict[str, Any]) -> None:
    lines = evidence()
    lines[5] |= change
    report, faults = judged(text_of(lines), PINNED, WITNESS)
    where = change.get("index", 8)
    assert where in [one.index for one in report.findings]
    assert where in [index for _, index in faults]


def test_entry_left_out_of_evidence_is_found_by_the_count() -> None:
    lines = evidence()
    report, faults = judged(text_of([*lines[:5], *lines[6:]]), PINNED, WITNESS)
    assert Fault.DELETED in [one.fault for one in report.findings]
    assert ("deleted", None) in faults


def test_evidence_signed_by_another_key_is_found() -> None:
    lines = evidence()
    forged = head_of(LOG, SIZE, 3, key=OTHER)
    lines[1:3] = [{"kind": "key", "jwk": OTHER.public}, {"kind": "checkpoint", **forged.model_dump(mode="json")}]
    report, faults = judged(text_of(lines), PINNED, WITNESS)
    assert Fault.UNSIGNED in [one.fault for one in report.findings]
    assert ("unsigned", None) in faults
