"""Made-up events for partners who try their receiver: every published type, doubled and out of order on request."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from services.integrations.domain.deliveries import Delivery
from services.integrations.domain.partners import Subscription
from services.integrations.domain.redaction import shown_fields
from shared.contracts.partner_versions import CURRENT, PartnerContract, major_of, noun_of
from shared.contracts.values import derived_id, iso

PING = "subscription.pinged.v1"
_AMOUNT = {"amount": 4500, "currency": "EUR"}


def _record(moment: str) -> dict[str, Any]:
    return {
        "workflow": "guest_experience",
        "kind": "guest_request",
        "department": "housekeeping",
        "status": "pending",
        "guest_id": "sandbox-guest-1",
        "room": "412",
        "fields": {"topic": "baby_cot", "promised_time": "18:00"},
        "checked": {"field": "promised_time", "value": "18:00", "at": moment},
        "next_action": "approve",
        "missing_fields": [],
        "opened_at": moment,
        "accept_by": moment,
        "due_at": moment,
        "guest_must_know": False,
        "guest_informed": False,
        "money": [{"id": "sandbox-line-1", "kind": "charge", "amount": _AMOUNT, "state": "requested"}],
    }


def _stay(at: dt.datetime, moment: str) -> dict[str, Any]:
    later = (at.date() + dt.timedelta(days=2)).isoformat()
    return {
        "pms": "sandbox",
        "reservation": "SANDBOX-1",
        "status": "booked",
        "guest_id": "sandbox-guest-1",
        "arrival": at.date().isoformat(),
        "departure": later,
        "booked_at": moment,
        "room_type_reserved": "A",
        "adults": 2,
        "children": 0,
        "babies": 0,
        "language": "en",
        "requests": ["baby_cot"],
        "rate": _AMOUNT,
        "balance": _AMOUNT,
    }


def _aggregate(noun: str, at: dt.datetime) -> dict[str, Any]:
    """Everything that could be said of one made-up thing."""
    moment, day = iso(at), at.date().isoformat()
    named = {
        "id": f"sandbox-{noun}-1",
        "property_id": "sandbox",
        "version": 1,
        "at": moment,
        "stay_id": "sandbox-stay-1",
    }
    of: dict[str, dict[str, Any]] = {
        "record": _record(moment),
        "stay": _stay(at, moment),
        "posting": {
            "record_id": "sandbox-record-1",
            "line_id": "sandbox-line-1",
            "kind": "charge",
            "state": "done",
            "amount": _AMOUNT,
            "folio": "F-1",
            "provider_ref": "sandbox-charge-1",
        },
        "finance": {"code": "spa", "amount": _AMOUNT},
        "message": {
            "guest_id": "sandbox-guest-1",
            "direction": "inbound",
            "channel": "web",
            "language": "en",
            "topic_code": "baby_cot",
            "state": "received",
        },
        "inventory": {"day": day, "rooms": 80, "occupied": 61, "arrivals": 12, "departures": 9, "free": {"A": 19}},
        "consent": {"guest_id": "sandbox-guest-1", "channel": "email", "purpose": "marketing", "given": False},
        "guest": {"guest_id": "sandbox-guest-1", "stay_ids": ["sandbox-stay-1"]},
        "subscription": {"subscription_id": "", "count": 0},
    }
    return named | of[noun]


def sample(one: Subscription, event_type: str, at: dt.datetime, contract: PartnerContract = CURRENT) -> dict[str, Any]:
    """The `data` of a made-up event, redacted as a real one is."""
    noun = noun_of(event_type)
    whole = _aggregate(noun, at) | ({"subscription_id": one.id} if noun == "subscription" else {})
    fields = contract.rendered(noun, major_of(event_type), whole, one.classes)
    shown = shown_fields(event_type, one.classes, one.fields, contract)
    data: dict[str, Any] = {noun: {name: value for name, value in fields.items() if name in shown}}
    return data | ({} if event_type.split(".")[1] in {"listed", "started", "pinged"} else {"actor": "system"})


def samples(
    one: Subscription,
    types: Sequence[str] | None,
    run: str,
    now: dt.datetime,
    *,
    doubled: bool = False,
    shuffled: bool = False,
    contract: PartnerContract = CURRENT,
) -> list[Delivery]:
    """The events of one run: of every type (None), of some, or a ping alone (none); `doubled` sends each twice."""
    wanted = [PING] if types == () else list(types if types is not None else contract.types)
    made = [
        _delivery(one, event_type, run, now, copy, contract) for event_type in wanted for copy in range(1 + doubled)
    ]
    return sorted(made, key=lambda each: hashlib.sha256(each.row.encode()).digest()) if shuffled else made


def _delivery(
    one: Subscription, event_type: str, run: str, now: dt.datetime, copy: int, contract: PartnerContract
) -> Delivery:
    event_id = derived_id("sandbox", run, event_type)
    noun = noun_of(event_type)
    return Delivery(
        row=f"{one.id}|{event_id}|{copy}",
        id=event_id,
        chain=one.chain,
        subscription=one.id,
        type=event_type,
        subject=one.id if noun == "subscription" else f"sandbox-{noun}-1",
        property_id="sandbox",
        version=1,
        time=now,
        data=sample(one, event_type, now, contract),
        sandbox=event_type != PING or one.sandbox,
        due_at=now,
    )
