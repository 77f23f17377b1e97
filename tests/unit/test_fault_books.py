"""The audit of a run's books finds what is planted: a loss, a double and a swap, wherever they are."""

import dataclasses
from collections.abc import Callable

import pytest

from tests.faults.books import Books, Copy, Effect, Row, Told, audit

TOPIC, LATEST = "records.v1", "staff.v1"


def row(number: int, subject: str, version: int, topic: str = TOPIC) -> Row:
    """An event row that a command of its own made."""
    return Row(f"e{number}", topic, subject, version, "record.noted.v1", f"key-{number}", None)


def books() -> Books:
    """Two records with three events each, heard by one consumer; one event was sent twice; and a compacted topic."""
    rows = [row(n, "abc"[n // 3], n % 3 + 1) for n in range(6)]
    staff = [row(7, "s", 1, LATEST), row(8, "s", 2, LATEST)]
    wire = [Copy(one.id, one.subject, one.version) for one in rows]
    return Books(
        told=[Told(one.correlation, one.subject, one.version) for one in rows],
        rows=[*rows, *staff],
        wire={TOPIC: [*wire, wire[0]], LATEST: [Copy("e8", "s", 2)]},
        effects=[Effect("audit", frozenset({TOPIC}), [one.id for one in rows])],
        reached={("facts", TOPIC, "a"): 3, ("facts", TOPIC, "b"): 3},
        states={"a": 3, "b": 3},
        compacted=frozenset({LATEST}),
    )


def test_books_of_a_run_without_a_fault_are_clean() -> None:
    verdict = audit(books())
    assert verdict.clean, str(verdict)


def _without_row(one: Books) -> Books:
    return dataclasses.replace(one, rows=[each for each in one.rows if each.id != "e2"])


def _without_copy(one: Books) -> Books:
    return dataclasses.replace(one, wire={**one.wire, TOPIC: [each for each in one.wire[TOPIC] if each.id != "e3"]})


def _without_newest(one: Books) -> Books:
    return dataclasses.replace(one, wire={**one.wire, LATEST: []})


def _without_effect(one: Books) -> Books:
    effect = one.effects[0]
    return dataclasses.replace(one, effects=[dataclasses.replace(effect, events=effect.events[1:])])


def _group_behind(one: Books) -> Books:
    return dataclasses.replace(one, reached={**one.reached, ("facts", TOPIC, "a"): 2})


def _state_behind(one: Books) -> Books:
    return dataclasses.replace(one, states={**one.states, "b": 2})


@pytest.mark.parametrize(
    "plant", [_without_row, _without_copy, _without_newest, _without_effect, _group_behind, _state_behind]
)
def test_audit_finds_a_planted_loss(plant: Callable[[Books], Books]) -> None:
    assert audit(plant(books())).lost


def _command_twice(one: Books) -> Books:
    again = dataclasses.replace(row(99, "b", 4), correlation="key-5")
    return dataclasses.replace(one, rows=[*one.rows, again], wire={**one.wire, TOPIC: [*one.wire[TOPIC], _copy(again)]})


def _version_twice(one: Books) -> Books:
    return dataclasses.replace(one, rows=[*one.rows, row(98, "b", 3)])


def _effect_twice(one: Books) -> Books:
    effect = one.effects[0]
    return dataclasses.replace(one, effects=[dataclasses.replace(effect, events=[*effect.events, "e1"])])


def _from_nowhere(one: Books) -> Books:
    return dataclasses.replace(one, wire={**one.wire, TOPIC: [*one.wire[TOPIC], Copy("e97", "b", 4)]})


def _state_ahead(one: Books) -> Books:
    return dataclasses.replace(one, states={**one.states, "a": 4})


@pytest.mark.parametrize("plant", [_command_twice, _version_twice, _effect_twice, _from_nowhere, _state_ahead])
def test_audit_finds_a_planted_double(plant: Callable[[Books], Books]) -> None:
    assert audit(plant(books())).doubled


def _swapped(one: Books) -> Books:
    wire = list(one.wire[TOPIC])
    wire[1], wire[2] = wire[2], wire[1]
    return dataclasses.replace(one, wire={**one.wire, TOPIC: wire})


def _hole(one: Books) -> Books:
    return dataclasses.replace(one, rows=[each for each in one.rows if each.id != "e1"])


@pytest.mark.parametrize("plant", [_swapped, _hole])
def test_audit_finds_a_planted_swap(plant: Callable[[Books], Books]) -> None:
    assert audit(plant(books())).disordered


def test_audit_takes_a_late_duplicate_for_no_swap() -> None:
    one = books()
    again = dataclasses.replace(one, wire={**one.wire, TOPIC: [*one.wire[TOPIC], one.wire[TOPIC][1]]})
    assert audit(again).clean


def _copy(one: Row) -> Copy:
    return Copy(one.id, one.subject, one.version)
