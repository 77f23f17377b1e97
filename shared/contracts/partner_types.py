"""The documents that describe what partners may subscribe to: schemas and AsyncAPI, deprecated majors marked."""

from typing import Any

from shared.contracts.catalogue import EVENTS
from shared.contracts.partner_hearing import SENT_TYPES
from shared.contracts.partner_versions import CURRENT, PartnerContract, Retired, noun_of
from shared.contracts.partners import ALWAYS, MODELS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLISHED: tuple[str, ...] = CURRENT.types
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
    "ce_deprecation": "Of a deprecated major: since when it is, RFC 3339 UTC",
    "ce_sunset": "Of a deprecated major: until when it is sent, RFC 3339 UTC",
    "content-type": "application/json",
}


def schema_of(event_type: str, contract: PartnerContract = CURRENT) -> dict[str, Any]:
    """The JSON Schema of the `data` of one published type."""
    whole = contract.data_model(event_type).model_json_schema()
    noun = noun_of(event_type)
    shown = {noun, "changed", "reason_code", "actor"} | ({"guest"} if noun in MODELS else set())
    kept = {name: schema for name, schema in whole["properties"].items() if name in shown}
    ends = contract.ending(event_type)
    return {
        "$schema": DIALECT,
        "$id": f"urn:bellboard:partner:{event_type}",
        "title": event_type,
        **({"deprecated": True, **_dates(ends)} if ends else {}),
        "type": "object",
        "additionalProperties": False,
        "required": [noun],
        "properties": kept,
        "$defs": whole["$defs"],
    }


def _dates(ends: Retired) -> dict[str, str]:
    return {"x-deprecation": ends.deprecated.isoformat(), "x-sunset": ends.sunset.isoformat()}


def asyncapi(partner: str, contract: PartnerContract = CURRENT) -> dict[str, Any]:
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
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in contract.types},
            }
        },
        "operations": {"receive": {"action": "receive", "channel": {"$ref": "#/channels/events"}}},
        "components": {
            "messages": {name: _message(name, contract) for name in contract.types},
            "schemas": {
                "Headers": {
                    "type": "object",
                    "properties": {name: {"type": "string", "description": said} for name, said in HEADERS.items()},
                }
            },
        },
    }


def _message(event_type: str, contract: PartnerContract) -> dict[str, Any]:
    ends = contract.ending(event_type)
    said = {"description": f"Deprecated since {ends.deprecated}, sent until {ends.sunset}."} if ends else {}
    return {
        "name": event_type,
        "title": event_type,
        **said,
        **({"tags": [{"name": "deprecated"}], **_dates(ends)} if ends else {}),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"$ref": f"/v1/partner-contract/schemas/{event_type}"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": "ce_subject"}}},
    }


def known_fields(contract: PartnerContract = CURRENT) -> list[str]:
    """What a subscription may name."""
    return sorted(set(contract.selectable) - {f"{noun}.{name}" for noun in MODELS for name in ALWAYS})


assert set(EVENTS) >= SENT_TYPES, SENT_TYPES - set(EVENTS)
