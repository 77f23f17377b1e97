"""The event types that partners may subscribe to, and the documents that describe them."""

from typing import Any

from shared.contracts.catalogue import EVENTS
from shared.contracts.messages import MESSAGE_VERBS
from shared.contracts.money import FINANCE_VERBS, POSTING_VERBS
from shared.contracts.partners import ALWAYS, MODELS, WITH_STATE, PartnerData, selectable
from shared.contracts.records import RECORD_VERBS
from shared.contracts.stays import STAY_VERBS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OF: dict[str, tuple[str, ...]] = {
    "record": tuple(verb for verb in RECORD_VERBS if verb != "erased"),
    "stay": STAY_VERBS,
    "posting": POSTING_VERBS,
    "finance": FINANCE_VERBS,
    "message": MESSAGE_VERBS,
    "inventory": ("changed",),
    "consent": ("changed",),
    "guest": ("erased",),
}
FROM_TOPICS: frozenset[str] = frozenset(f"{noun}.{verb}.v1" for noun, verbs in _OF.items() for verb in verbs)
"""Types that begin as an event of ours."""
LISTED: frozenset[str] = frozenset(f"{noun}.listed.v1" for noun in WITH_STATE)
"""What stood when the subscription began."""
PUBLISHED: tuple[str, ...] = tuple(sorted(FROM_TOPICS | LISTED | {"subscription.started.v1", "subscription.pinged.v1"}))
HEADERS: dict[str, str] = {
    "ce_specversion": "CloudEvents version, always 1.0",
    "ce_id": "Id of the event; the same when it is sent again. Keep the ids you have seen",
    "ce_type": "<noun>.<past verb>.v<n>",
    "ce_source": "/bellboard",
    "ce_subject": "Id of what it is about; the Kafka key too",
    "ce_time": "When it happened, RFC 3339 UTC",
    "ce_chainid": "The hotel chain",
    "ce_propertyid": "The hotel, or chain",
    "ce_sequence": "Version of the subject; an older one than you have seen is history",
    "ce_partnersequence": "Your own count, from 1 without a gap: a gap means that one is missing",
    "ce_subscriptionid": "The subscription it was sent for",
    "ce_sandbox": "true for what was made up on request",
    "content-type": "application/json",
}


def noun_of(event_type: str) -> str:
    """`record` of `record.opened.v1`."""
    return event_type.partition(".")[0]


def schema_of(event_type: str) -> dict[str, Any]:
    """The JSON Schema of the `data` of one published type."""
    whole = PartnerData.model_json_schema()
    noun = noun_of(event_type)
    shown = {noun, "changed", "reason_code", "actor"} | ({"guest"} if noun in MODELS else set())
    kept = {name: schema for name, schema in whole["properties"].items() if name in shown}
    return {
        "$schema": DIALECT,
        "$id": f"urn:bellboard:partner:{event_type}",
        "title": event_type,
        "type": "object",
        "additionalProperties": False,
        "required": [noun],
        "properties": kept,
        "$defs": whole["$defs"],
    }


def asyncapi(partner: str) -> dict[str, Any]:
    """The AsyncAPI 3 document of a partner's topic."""
    address = f"ext.{partner}.v1"
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Bellboard for partners",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka binary mode, redacted to what you were granted. At least once.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": address,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in PUBLISHED},
            }
        },
        "operations": {"receive": {"action": "receive", "channel": {"$ref": "#/channels/events"}}},
        "components": {
            "messages": {name: _message(name) for name in PUBLISHED},
            "schemas": {
                "Headers": {
                    "type": "object",
                    "properties": {name: {"type": "string", "description": said} for name, said in HEADERS.items()},
                }
            },
        },
    }


def _message(event_type: str) -> dict[str, Any]:
    return {
        "name": event_type,
        "title": event_type,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"$ref": f"/v1/partner-contract/schemas/{event_type}"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": "ce_subject"}}},
    }


def known_fields() -> list[str]:
    """What a subscription may name."""
    return sorted(set(selectable()) - {f"{noun}.{name}" for noun in MODELS for name in ALWAYS})


assert set(EVENTS) >= FROM_TOPICS, FROM_TOPICS - set(EVENTS)
