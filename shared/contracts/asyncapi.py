"""The AsyncAPI 3 document of all topics, made from the catalogue: FastStream's own knows no headers."""

from typing import Any

from shared.contracts.catalogue import EVENTS, EventType
from shared.contracts.topics import TOPICS, Topic

Document = dict[str, Any]
VERSION = "3.0.0"

_HEADERS: dict[str, tuple[str, bool]] = {
    "ce_specversion": ("CloudEvents version, always 1.0", True),
    "ce_id": ("Id of the event, UUID version 7", True),
    "ce_type": ("<noun>.<past verb>.v<n>", True),
    "ce_source": ("The service that wrote it", True),
    "ce_subject": ("Id of the aggregate; the Kafka key too", True),
    "ce_time": ("Business time, RFC 3339 UTC", True),
    "ce_chainid": ("The hotel chain", True),
    "ce_propertyid": ("The hotel", True),
    "ce_sequence": ("Version of the aggregate after this event, from 1 without a gap", True),
    "ce_correlationid": ("Shared by everything that one command or PMS event led to", True),
    "ce_causationid": ("Id of the event that this one follows from", False),
    "traceparent": ("W3C trace context", False),
    "content-type": ("application/json", True),
}


def schema_of(event: EventType) -> Document:
    """The JSON Schema (2020-12) of one event's value."""
    schema = event.model.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:bellboard:{event.name}"} | schema


def schemas() -> dict[str, Document]:
    """All schemas by model name; event types of one noun share a model."""
    return {
        event.model.__name__: schema_of(event) | {"$id": f"urn:bellboard:{event.model.__name__}"}
        for event in EVENTS.values()
    }


def _message(event: EventType) -> Document:
    return {
        "name": event.name,
        "title": event.name,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"$ref": f"schemas/{event.model.__name__}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": "ce_subject"}}},
    }


def _channel(topic: Topic) -> Document:
    events = [event for event in EVENTS.values() if event.topic == topic.name]
    return {
        "address": topic.name,
        "description": topic.said,
        "messages": {event.name: {"$ref": f"#/components/messages/{event.name}"} for event in events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": ["compact" if topic.compacted else "delete"]},
            }
        },
    }


def _operations(topic: Topic) -> Document:
    channel = {"$ref": f"#/channels/{_key(topic)}"}
    return {
        f"{_key(topic)}_send": {"action": "send", "channel": channel, "summary": f"Written by {topic.owner} only."},
        f"{_key(topic)}_receive": {"action": "receive", "channel": channel, "summary": "Read by the other services."},
    }


def _key(topic: Topic) -> str:
    return topic.name.replace(".", "_")


def _headers() -> Document:
    return {
        "type": "object",
        "required": [name for name, (_, needed) in _HEADERS.items() if needed],
        "properties": {name: {"type": "string", "description": said} for name, (said, _) in _HEADERS.items()},
    }


def document() -> Document:
    """The whole document; event values are in `schemas/`."""
    operations: Document = {}
    for topic in TOPICS:
        operations |= _operations(topic)
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Bellboard topics",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka binary mode. Internal topics: partners read their own ext.* only.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": "kafka:9092", "protocol": "kafka"}},
        "channels": {_key(topic): _channel(topic) for topic in TOPICS},
        "operations": operations,
        "components": {
            "messages": {event.name: _message(event) for event in EVENTS.values()},
            "schemas": {"CloudEventHeaders": _headers()},
        },
    }
