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
from shared.contracts.partner_versions import (
    CURRENT,
    SELECTABLE,
    PartnerContract,
    class_of,
    granted,
    major_of,
    noun_of,
)
from shared.contracts.partners import ALWAYS, MODELS
from shared.contracts.records import RecordEvent, RecordSnapshot
from shared.contracts.stays import Stay, StayEvent
from shared.contracts.values import card_numbers

_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")
_NAME = re.compile(r"[a-z0-9_.]{1,64}")


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


def shown_fields(
    event_type: str,
    classes: Collection[DataClass],
    chosen: Collection[str] | None,
    contract: PartnerContract = CURRENT,
) -> set[str]:
    """The fields of a type's noun that a grant and a selection leave; what identifies it always stays."""
    noun = noun_of(event_type)
    open_ones = granted(contract.model(event_type), classes)
    if chosen is None or noun not in SELECTABLE:
        return open_ones
    return open_ones & ({one.partition(".")[2] for one in chosen if noun_of(one) == noun} | set(ALWAYS))


def redacted(
    body: EventBody,
    event_type: str,
    classes: Collection[DataClass],
    chosen: Collection[str] | None,
    *,
    whole_chain: bool = True,
    contract: PartnerContract = CURRENT,
) -> dict[str, Any] | None:
    """The `data` of an event as one type, for one grant and selection; None for what is not published."""
    found = _source(body, classes)
    if found is None:
        return None
    noun, source = found
    shown = shown_fields(event_type, classes, chosen, contract)
    whole = contract.rendered(noun, major_of(event_type), source, classes)
    kept = {name: whole[name] for name in sorted(shown & set(whole))}
    if isinstance(body, GuestErased) and not whole_chain:
        kept.pop("stay_ids", None)  # they may be of hotels that this partner does not work with
    data: dict[str, Any] = {noun: kept}
    names = {each.field for each in body.changes if _NAME.fullmatch(each.field)}
    data["changed"] = sorted(names - (set(contract.model(event_type).model_fields) - shown))
    data["actor"] = body.actor.kind.value
    if body.reason_code and _NAME.fullmatch(body.reason_code):
        data["reason_code"] = body.reason_code
    return data


def listed(
    body: EventBody,
    event_type: str,
    classes: Collection[DataClass],
    chosen: Collection[str] | None,
    contract: PartnerContract = CURRENT,
) -> dict[str, Any] | None:
    """The state an event left, without what changed and by whom."""
    data = redacted(body, event_type, classes, chosen, contract=contract)
    return None if data is None else {noun: value for noun, value in data.items() if noun in MODELS}


def check(
    event_type: str, data: Mapping[str, Any], classes: Collection[DataClass], contract: PartnerContract = CURRENT
) -> None:
    """Hold one record against the contract, whoever built it; raises NotContract.

    It looks at the finished JSON: only declared fields, only granted classes, no amount but where payments are granted,
    no card number anywhere, the noun that the type promises.
    """
    if event_type not in contract.types:
        raise NotContract("type")
    noun = noun_of(event_type)
    try:
        contract.data_model(event_type).model_validate(dict(data))
    except ValidationError as failure:
        raise NotContract(".".join(str(part) for part in failure.errors()[0]["loc"])) from None
    if noun not in data or [name for name in data if name in MODELS and name != noun]:
        raise NotContract("noun")
    for name in data[noun]:
        if class_of(contract.model(event_type), name) not in {DataClass.ORDINARY, *classes}:
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
