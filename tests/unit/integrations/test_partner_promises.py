"""Within a major things are only added: whatever else a change does to it is found before it is written down."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import Field, create_model

from shared.contracts.generate import PROMISED, unkept
from shared.contracts.partner_promises import broken, promises
from shared.contracts.partner_versions import CURRENT, PartnerContract
from shared.contracts.partners import PartnerRecord
from tests.factories.partner_majors import SUNSET, TWO_MAJORS

NOW = promises()


def changed(**fields: Any) -> PartnerContract:
    """The contract with other fields of a record in its first major."""
    model = create_model("PartnerRecord", __base__=PartnerRecord, **fields)
    return PartnerContract(
        tuple(replace(one, model=model) if one.noun == "record" else one for one in CURRENT.renderings)
    )


def test_what_was_promised_last_is_kept_today() -> None:
    assert json.loads(PROMISED.read_text()) == NOW
    assert unkept(SUNSET) == []


def test_field_that_is_added_or_only_said_better_breaks_nothing() -> None:
    said = (str | None, Field(default=None, description="Said better", pattern=r"^[a-z][a-z0-9_]{0,63}$"))
    assert broken(NOW, changed(wing=(str | None, None), status=said)) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"status": (int | None, None)}, "record.v1.status is another."),
        ({"id": (str, Field(pattern="^x$"))}, "record.v1.id is another."),
        ({"version": (int | None, None)}, "record.v1.version is not always there any more."),
    ],
)
def test_field_that_is_another_breaks_the_promise(fields: dict[str, Any], fault: str) -> None:
    assert fault in broken(NOW, changed(**fields))


def test_field_model_and_major_that_are_gone_break_the_promise() -> None:
    before = copy.deepcopy(NOW)
    before["stay.v1"]["properties"]["wing"] = {"type": "string"}
    before["record.v1"]["$defs"]["PartnerLine"]["properties"]["tax"] = {"type": "string"}
    before["record.v1"]["$defs"]["PartnerWing"] = {"properties": {}}
    before["spa.v1"] = {"properties": {}}
    assert broken(before) == [
        "record.v1: PartnerLine.tax is not there any more.",
        "record.v1: PartnerWing is not there any more.",
        "spa.v1 is not there any more.",
        "stay.v1.wing is not there any more.",
    ]


def test_second_major_breaks_nothing_while_the_first_runs_and_after_its_end() -> None:
    assert broken(NOW, TWO_MAJORS) == []
    [row] = TWO_MAJORS.retired
    newest = tuple(one for one in TWO_MAJORS.renderings if (one.noun, one.major) != ("record", 1))
    assert broken(NOW, PartnerContract(newest, (replace(row, removed=SUNSET),))) == []
