"""What of an internal event a partner hears: built from declared fields alone, then held against the contract (S42)."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from shared.contracts.envelope import EventBody
from shared.contracts.guests import GuestErased
from shared.contracts.identity import DataClass
from shared.contracts.inventory import InventoryEvent
from shared.contracts.messages import ConsentEvent, MessageEvent
from shared.contracts.money import FinanceEvent, PostingEvent
from shared.contracts.partner_types import PUBLISHED, noun_of
from shared.contracts.partners import ALWAYS, MODELS, PartnerData, class_of
from shared.contracts.records import RecordEvent, RecordSnapshot
from shared.contracts.stays import Stay, StayEvent
from shared.contracts.values import card_numbers

_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")
_NAME = re.compile(r"[a-z0-9_.]{1,64}")
NOUNS_WITH_CLASSES = ("record", "stay", "posting", "finance", "message", "inventory")


class NotContract(Exception):
    """What was built is not what the contract says; it is not sent. `where` names the place, never the value."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


def _value(value: object, classes: Collection[DataClass]) -> object:
    """A field's value as far as it may travel: codes, numbers and times; amounts for who may see payments."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and not card_numbers(value) else None
    if isinstance(value, Mapping) and set(value) == {"amount", "currency"} and DataClass.PAYMENT in classes:
        return dict(value)
    return None


def _record(record: RecordSnapshot, classes: Collection[DataClass]) -> dict[str, Any]:
    whole = record.model_dump(mode="json")
    values = {name: _value(value, classes) for name, value in whole["fields"].items()}
    checked = whole["checked"]
    shown: dict[str, Any] = whole | {
        "fields": {name: value for name, value in values.items() if value is not None},
        "next_action": whole["next_action"]["code"],
        "checked": checked
        and {"field": checked["field"], "value": _value(checked["value"], classes), "at": checked["at"]},
        "money": [
            {name: line[name] for name in ("id", "kind", "amount", "state", "adjusts")} for line in whole["money"]
        ],
    }
    return shown


def _stay(stay: Stay) -> dict[str, Any]:
    whole = stay.model_dump(mode="json")
    shown: dict[str, Any] = whole | whole["party"] | {"requests": [one["code"] for one in whole["requests"]]}
    return shown


def _source(body: EventBody, classes: Collection[DataClass]) -> tuple[str, dict[str, Any]] | None:
    """The noun of an event and everything that could be said of it; None for what is not published."""
    if isinstance(body, RecordEvent):
        return "record", _record(body.record, classes)
    if isinstance(body, StayEvent):
        return "stay", _stay(body.stay)
    if isinstance(body, GuestErased):
        return "guest", {"guest_id": body.guest_id, "stay_ids": list(body.stay_ids)}
    if isinstance(body, PostingEvent | FinanceEvent | MessageEvent | InventoryEvent | ConsentEvent):
        [noun] = set(type(body).model_fields) - set(EventBody.model_fields)
        return noun, getattr(body, noun).model_dump(mode="json")
    return None


def shown_fields(noun: str, classes: Collection[DataClass], chosen: Collection[str] | None) -> set[str]:
    """The fields of a noun that a grant and a selection leave; what identifies it always stays."""
    declared = MODELS[noun].model_fields
    granted = {name for name in declared if class_of(noun, name) in {DataClass.ORDINARY, *classes}}
    if chosen is None or noun not in NOUNS_WITH_CLASSES:
        return granted
    return granted & ({one.partition(".")[2] for one in chosen if noun_of(one) == noun} | set(ALWAYS))


def redacted(
    body: EventBody, classes: Collection[DataClass], chosen: Collection[str] | None, *, whole_chain: bool = True
) -> dict[str, Any] | None:
    """The `data` of an event for one grant and selection; None for what is not published."""
    found = _source(body, classes)
    if found is None:
        return None
    noun, source = found
    kept = {name: source[name] for name in sorted(shown_fields(noun, classes, chosen)) if source.get(name) is not None}
    if isinstance(body, GuestErased) and not whole_chain:
        kept.pop("stay_ids", None)  # they may be of hotels that this partner does not work with
    data: dict[str, Any] = {noun: kept}
    shown = shown_fields(noun, classes, chosen)
    names = {each.field for each in body.changes if _NAME.fullmatch(each.field)}
    hidden = {name for name in MODELS[noun].model_fields if name not in shown}
    data["changed"] = sorted(names - hidden)
    data["actor"] = body.actor.kind.value
    if body.reason_code and _NAME.fullmatch(body.reason_code):
        data["reason_code"] = body.reason_code
    return data


def listed(body: EventBody, classes: Collection[DataClass], chosen: Collection[str] | None) -> dict[str, Any] | None:
    """The state an event left, without what changed and by whom."""
    data = redacted(body, classes, chosen)
    return None if data is None else {noun: value for noun, value in data.items() if noun in MODELS}


def check(event_type: str, data: Mapping[str, Any], classes: Collection[DataClass]) -> None:
    """Hold one record against the contract, whoever built it; raises NotContract.

    It looks at the finished JSON: only declared fields, only granted classes, no amount but where payments are granted,
    no card number anywhere, the noun that the type promises.
    """
    if event_type not in PUBLISHED:
        raise NotContract("type")
    noun = noun_of(event_type)
    try:
        PartnerData.model_validate(dict(data))
    except ValidationError as failure:
        raise NotContract(".".join(str(part) for part in failure.errors()[0]["loc"])) from None
    if noun not in data or [name for name in data if name in MODELS and name != noun]:
        raise NotContract("noun")
    for name in data[noun]:
        if class_of(noun, name) not in {DataClass.ORDINARY, *classes}:
            raise NotContract(f"{noun}.{name}")
    _check_leaves(data, "data", DataClass.PAYMENT in classes)


def _check_leaves(value: object, where: str, paid: bool) -> None:
    if isinstance(value, Mapping):
        if not paid and set(value) >= {"amount", "currency"}:
            raise NotContract(where)
        for name, each in value.items():
            _check_leaves(each, f"{where}.{name}", paid)
    elif isinstance(value, list | tuple):
        for each in value:
            _check_leaves(each, where, paid)
    elif isinstance(value, str) and card_numbers(value) and not where.endswith(("id", "_ref", "folio", "reservation")):
        raise NotContract(where)
