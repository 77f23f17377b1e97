"""The partners' contract as it would be with a second major of the records they hear."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import create_model

from shared.contracts.partner_versions import CURRENT, PartnerContract, Rendering, Retired, months_after
from shared.contracts.partners import PartnerRecord
from shared.contracts.values import Code, Frozen

DEPRECATED = dt.date(2026, 12, 1)
SUNSET = months_after(DEPRECATED, 12)


class RecordStateV2(Frozen):
    """Status and next action in one."""

    code: Code
    next: Code | None = None


_KEPT: dict[str, Any] = {
    name: (field.annotation, field)
    for name, field in PartnerRecord.model_fields.items()
    if name not in ("status", "next_action")
}
PartnerRecordV2: type[Frozen] = create_model(
    "PartnerRecordV2", __base__=Frozen, state=(RecordStateV2 | None, None), **_KEPT
)


def of_event(source: Mapping[str, Any]) -> dict[str, Any]:
    """What the second major calls differently from our own event."""
    state = {"code": source.get("status"), "next": source.get("next_action")}
    return {**source, "state": state if state["code"] else None}


def down(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The second major as the first."""
    state = fields.get("state") or {}
    kept = {name: value for name, value in fields.items() if name != "state"}
    return kept | {"status": state.get("code"), "next_action": state.get("next")}


_NEW = Rendering("record", 2, PartnerRecordV2, of=of_event)
TWO_MAJORS = PartnerContract(
    (*(replace(one, down=down) if one.noun == "record" else one for one in CURRENT.renderings), _NEW),
    (Retired("record", 1, DEPRECATED, SUNSET, "`state` in place of `status` and `next_action`"),),
)
"""Two majors of every `record.*` type, the first deprecated for a year."""
