"""The generated documents are up to date, official parsers take them, and outsiders can read our events."""

import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from shared.chassis.clock import Clock
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts import generate
from shared.contracts.asyncapi import schema_of
from shared.contracts.catalogue import EVENTS, GRAMMAR
from shared.contracts.envelope import Envelope, encode
from shared.contracts.topics import BY_NAME
from tests.factories.events import report_event

PARSER = Path(__file__).parent / "asyncapi"
ASYNCAPI = generate.HERE / "asyncapi.yaml"


def envelope() -> Envelope:
    """An event as the outbox stamps it."""
    event = report_event("run-1", 3)
    return Envelope(
        id=Clock().new_id(),
        type=event.type,
        source="/bellboard/reporting",
        subject=event.subject,
        time=event.time,
        chain=event.chain,
        property_id=event.property_id,
        sequence=event.sequence,
        topic="reports.v1",
        correlation="corr-0001",
        causation="0197-cause",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        value=encode(event.body),
    )


def test_generated_files_are_up_to_date() -> None:
    assert [str(path) for path, text in generate.files().items() if path.read_text() != text] == []


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_event_type_keeps_the_grammar_and_names_a_listed_topic(name: str) -> None:
    assert GRAMMAR.match(name)
    assert EVENTS[name].topic in BY_NAME


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_schema_is_itself_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(EVENTS[name]))


def test_event_value_keeps_its_schema() -> None:
    event = envelope()
    jsonschema.validate(json.loads(event.value), schema_of(EVENTS[event.type]))


def test_cloudevents_sdk_reads_an_event_back_from_kafka_headers() -> None:
    event = envelope()
    read = from_binary_event(KafkaMessage(dict(event.headers()), event.subject.encode(), event.value))
    assert (read.get_id(), read.get_type(), read.get_subject()) == (event.id, event.type, event.subject)
    assert read.get_time() == event.time
    assert read.get_extension("sequence") == "3"
    assert read.get_extension("propertyid") == "city"


def test_outbox_stamps_the_source_the_topic_and_the_correlation() -> None:
    class _NoMongo:
        def collection(self, name: str) -> None:
            """The stamp needs no store."""

    outbox = Outbox(_NoMongo(), Clock(), "reporting")  # type: ignore[arg-type]  # only `stamp` is used
    [made] = outbox.stamp([report_event("run-1", 1)], Provenance("corr-0009", "cause-1"))
    assert (made.source, made.topic, made.correlation) == ("/bellboard/reporting", "reports.v1", "corr-0009")


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm for the official AsyncAPI parser")
def test_asyncapi_document_passes_the_official_parser() -> None:
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(install, cwd=PARSER, check=True, capture_output=True, timeout=170)
    parsed = subprocess.run(
        ["node", "check.cjs", str(ASYNCAPI)], cwd=PARSER, capture_output=True, text=True, check=False
    )
    assert parsed.returncode == 0, parsed.stderr
    assert parsed.stdout.strip() == f"{len(BY_NAME)} channels, {len(EVENTS)} messages"
