"""Reads the books of a run from its stores and topics."""

from collections.abc import Iterable, Sequence

from deploy.demo.desk import Answer
from deploy.demo.evidence import SERVICES, Evidence
from shared.contracts import topics
from shared.contracts.topics import AUDITED, TOPICS
from tests.faults.books import Books, Copy, Effect, Row, Told

COMPACTED = frozenset(topic.name for topic in TOPICS if topic.compacted)
STATES = {"records": "records"}
"""Collections whose documents are aggregates with their version, by service."""


def read(evidence: Evidence, told: Sequence[Told], beheaded: Iterable[str] = ()) -> Books:
    """The books as the evidence has them."""
    return Books(
        told=told,
        rows=[_row(row) for service in SERVICES for row in evidence.event_rows(service)],
        wire={topic.name: [Copy(e.id, e.subject, e.sequence) for e in evidence.events(topic.name)] for topic in TOPICS},
        effects=[Effect("the audit log", frozenset(AUDITED), _audited(evidence))],
        reached={
            place: row["seq"]
            for service in SERVICES
            for row in evidence.rows(service, "cursors")
            if (place := _place(row["_id"])) is not None
        },
        states={
            row["_id"]: row["version"]
            for service, collection in STATES.items()
            for row in evidence.rows(service, collection, projection={"version": 1})
        },
        compacted=COMPACTED,
        beheaded=frozenset(beheaded),
    )


def told(key: str, answer: Answer) -> Told:
    """What a caller was told of a command; the version only where the answer has one."""
    body = answer.body if isinstance(answer.body, dict) else {}
    version = int(answer.etag.strip('"')) if answer.etag else 0
    return Told(key, str(body.get("id", "")) if version else "", version)


def _row(row: dict[str, object]) -> Row:
    names = ("_id", "topic", "agg", "ver", "type", "corr", "cause")
    return Row(*(row[name] for name in names))  # type: ignore[arg-type]  # a document's values have no types


def _audited(evidence: Evidence) -> list[str]:
    entries = evidence.rows("auth", "audit", projection={"headers": 1})
    return [bytes(value).decode() for row in entries for name, value in row["headers"] if name == "ce_id"]


def _place(cursor: str) -> tuple[str, str, str] | None:
    """(group, topic, aggregate) of a cursor; None for a topic that some other run left."""
    group, topic, subject = cursor.split("|", 2)
    return (group, topic, subject) if topic in topics.BY_NAME else None
