"""Events change by addition alone: what was released is still read, and what is new is read by what was released."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts import compatibility
from shared.contracts.compatibility import breaks, now, since_release

Schema = dict[str, Any]
BEFORE: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "maxLength": 64},
        "state": {"enum": ["open", "closed"], "type": "string"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
    },
    "required": ["id"],
    "$defs": {"Line": {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}},
}


def changed(change: Callable[[Schema], Any]) -> Schema:
    after = copy.deepcopy(BEFORE)
    change(after)
    return after


def test_nothing_broke_since_the_last_release() -> None:
    assert since_release(json.loads(compatibility.RELEASED.read_text()), json.loads(json.dumps(now()))) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"].update(more={"type": "integer"}),
        lambda s: s["properties"]["state"]["enum"].append("paused"),
        lambda s: s["$defs"].update(Note={"type": "object"}),
        lambda s: s["required"].remove("id"),
        lambda s: s["properties"]["id"].update(maxLength=128, description="longer"),
    ],
    ids=["field", "word", "definition", "optional", "wider"],
)
def test_addition_breaks_nothing(change: Callable[[Schema], Any]) -> None:
    assert list(breaks(BEFORE, changed(change))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s["properties"].pop("state"), ".state is gone"),
        (lambda s: s["properties"]["state"]["enum"].remove("closed"), ".state: 'closed' is gone"),
        (lambda s: s["required"].append("state"), ".state is required now"),
        (lambda s: s["$defs"]["Line"]["properties"]["amount"].update(type="string"), "#Line.amount: type was integer"),
        (lambda s: s["properties"]["id"].update(maxLength=32), ".id: maxLength was 64, is 32"),
        (lambda s: s["properties"]["lines"]["items"].update({"$ref": "#/$defs/Row"}), ".lines[]: was #/$defs/Line"),
    ],
    ids=["field gone", "word gone", "required", "type", "narrower", "other definition"],
)
def test_what_an_older_instance_could_not_read_is_named(change: Callable[[Schema], Any], said: str) -> None:
    found = list(breaks(BEFORE, changed(change)))
    assert any(line.startswith(said) for line in found), found


def test_type_that_moves_to_another_topic_is_named() -> None:
    released = {"types": {"record.opened.v1": ["records.v1", "RecordEvent"]}, "schemas": {}}
    moved = {"types": {"record.opened.v1": ["other.v1", "RecordEvent"]}, "schemas": {}}
    gone: dict[str, Any] = {"types": {}, "schemas": {}}
    assert since_release(released, moved) == [
        "record.opened.v1 was told on records.v1 as RecordEvent, is other.v1 as RecordEvent"
    ]
    assert since_release(released, gone) == ["record.opened.v1 was told on records.v1 as RecordEvent, is gone"]
