"""The promises of a hotel day, checked against stores and topics: each names what it found broken."""

import collections
import datetime as dt
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from deploy.demo.evidence import SERVICES, Evidence
from shared.contracts import topics
from shared.contracts.envelope import Envelope
from shared.contracts.records import Outcome, Status
from shared.contracts.topics import AUDITED

_JSON_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')
S = Status
MOVES: frozenset[tuple[Status, Status]] = frozenset(
    {
        *((S.NEW, to) for to in (S.PENDING, S.BLOCKED, S.COMPLETE)),
        *((S.PENDING, to) for to in (S.APPROVED, S.BLOCKED, S.COMPLETE)),
        *((S.APPROVED, to) for to in (S.PENDING, S.BLOCKED, S.COMPLETE)),
        *((S.BLOCKED, to) for to in (S.NEW, S.PENDING, S.APPROVED, S.COMPLETE)),
        (S.COMPLETE, S.PENDING),
    }
)
"""The only moves of a record (C3), written down a second time on purpose: the checker must not share the engine's."""


@dataclass
class Finding:
    """What one promise came to: how many things were looked at, and what was wrong with any of them."""

    checked: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Context:
    """What a check needs beside the evidence: the business time at which it was gathered, and its grace."""

    now: dt.datetime
    grace: dt.timedelta


Check = Callable[[Evidence, Context], Finding]


def _histories(events: list[Envelope]) -> dict[str, list[Envelope]]:
    """The distinct events of each record, by version."""
    by_record: dict[str, dict[int, Envelope]] = collections.defaultdict(dict)
    for event in events:
        if event.noun == "record":
            by_record[event.subject].setdefault(event.sequence, event)
    return {record: [found[n] for n in sorted(found)] for record, found in by_record.items()}


def _latest(evidence: Evidence) -> Iterator[dict[str, object]]:
    for history in _histories(evidence.events(topics.RECORDS)).values():
        yield history[-1].value_object()["record"]


def owner_named(evidence: Evidence, _: Context) -> Finding:
    """C1: in every state that any record ever had, somebody who exists owned it."""
    staff = {row["subject"] for row in evidence.rows("records", "policy", {"what": "staff"})}
    found = Finding()
    for event in evidence.events(topics.RECORDS):
        if event.noun == "record":
            found.checked += 1
            owner = event.value_object()["record"].get("owner")
            if owner not in staff:
                found.faults.append(f"record {event.subject} at version {event.sequence} is owned by {owner!r}")
    return found


def moves_allowed(evidence: Evidence, _: Context) -> Finding:
    """C3: versions 1..n without a gap, every status follows from the one before by a listed move."""
    found = Finding()
    for record, history in _histories(evidence.events(topics.RECORDS)).items():
        found.checked += 1
        if [event.sequence for event in history] != list(range(1, len(history) + 1)):
            found.faults.append(f"record {record}: its versions have a gap")
        states = [event.value_object()["record"] for event in history]
        for before, after in itertools.pairwise(states):
            was, now = Status(before["status"]), Status(after["status"])
            if was is not now and (was, now) not in MOVES:
                found.faults.append(f"record {record}: {was} → {now} is not a move")
            if now is Status.COMPLETE and was is not now and not after.get("outcome"):
                found.faults.append(f"record {record}: complete without an outcome")
            if now is Status.COMPLETE and after.get("outcome") == Outcome.FULFILLED and was is not Status.APPROVED:
                found.faults += [f"record {record}: fulfilled from {was}"] if was is not now else []
    return found


def same_on_both_sides(evidence: Evidence, _: Context) -> Finding:
    """Nothing lost, nothing invented: event rows = distinct events on the topic = audit entries, topic by topic."""
    stored: dict[str, set[str]] = collections.defaultdict(set)
    for service in SERVICES:
        for row in evidence.event_rows(service):
            stored[row["topic"]].add(row["_id"])
    audited: dict[str, list[str]] = collections.defaultdict(list)
    for row in evidence.rows("auth", "audit", projection={"topic": 1, "headers": 1}):
        headers = {str(name): bytes(value).decode() for name, value in row["headers"]}
        audited[row["topic"]].append(headers["ce_id"])
    found = Finding()
    for topic in AUDITED:
        on_topic = {event.id for event in evidence.events(topic)}
        found.checked += len(stored[topic])
        sides = {"event rows": stored[topic], "topic": on_topic, "audit": set(audited[topic])}
        for one, other in (("event rows", "topic"), ("topic", "event rows"), ("topic", "audit"), ("audit", "topic")):
            missing = sides[one] - sides[other]
            if missing:
                found.faults.append(f"{topic}: {len(missing)} of the {one} are not in {other}, e.g. {min(missing)}")
        if len(audited[topic]) != len(set(audited[topic])):
            found.faults.append(f"{topic}: an event is in the audit log twice")
    return found


def opened_once(evidence: Evidence, _: Context) -> Finding:
    """M1: one trigger opens one record, however often its source came."""
    found = Finding()
    keys: dict[str, str] = {}
    for event in evidence.events(topics.RECORDS):
        if event.type == "record.opened.v1":
            key = event.value_object()["record"]["trigger"]["key"]
            found.checked += 1
            if keys.setdefault(key, event.subject) != event.subject:
                found.faults.append(f"trigger {key} opened both {keys[key]} and {event.subject}")
    return found


def late_had_alert(evidence: Evidence, context: Context) -> Finding:
    """C5: every record that passed its deadline while open had an alert that said so."""
    alerted = collections.defaultdict(set)
    for event in evidence.events(topics.ALERTS):
        alert = event.value_object().get("alert", {})
        alerted[alert.get("record_id")].add(alert.get("rule"))
    found = Finding()
    for record in _latest(evidence):
        due = dt.datetime.fromisoformat(str(record["due_at"]))
        closed = record.get("closed_at")
        ended = dt.datetime.fromisoformat(str(closed)) if closed else context.now - context.grace
        if record.get("paused_at") or due >= ended:
            continue
        found.checked += 1
        if "overdue" not in alerted[record["id"]]:
            found.faults.append(f"record {record['id']} ({record['kind']}) was due {due} and nobody was told")
    return found


def posted_once(evidence: Evidence, _: Context) -> Finding:
    """L3: each money line has one posting, each posting that is done one line on a folio."""
    done: dict[str, set[str]] = collections.defaultdict(set)
    for event in evidence.events(topics.MONEY):
        if event.noun == "posting":
            posting = event.value_object()["posting"]
            done[posting["line_id"]].add(posting["id"])
    found = Finding(checked=len(done))
    found.faults += [f"money line {line} has postings {sorted(ids)}" for line, ids in done.items() if len(ids) > 1]
    posted = {event.subject for event in evidence.events(topics.MONEY) if event.type == "posting.done.v1"}
    on_folio = {row["_id"]: row for row in evidence.rows("integrations", "folio")}
    told = {
        event.subject: event.value_object()["posting"]
        for event in evidence.events(topics.MONEY)
        if event.type == "posting.done.v1"
    }
    for key in posted - on_folio.keys():
        found.faults.append(f"posting {key} says done and is on no folio")
    for key, posting in told.items():
        if key in on_folio and on_folio[key]["amount"] != posting["amount"]:
            found.faults.append(f"posting {key} is on the folio with another amount")
    return found


def names_stay_home(evidence: Evidence, _: Context) -> Finding:
    """P1: no guest's name, mail or telephone is on any topic: in no key, header or value."""
    private = set(_private_texts(evidence))
    found = Finding()
    for topic, records in evidence.records.items():
        texts: set[bytes] = set()
        for record in records:
            found.checked += 1
            texts.update(value for _, value in record.headers)
            texts.update(_JSON_STRING.findall(record.value or b""))
            texts.add(record.key or b"")
        told = {part for text in texts for part in _parts(text)} & private
        found.faults += [f"{topic}: {len(told)} private values of guests are on the topic"] if told else []
    return found


def _private_texts(evidence: Evidence) -> Iterator[bytes]:
    for row in evidence.rows("integrations", "profiles"):
        body = row.get("body", row)
        name = f"{body.get('first_name', '')} {body.get('last_name', '')}".strip()
        for value in (name, body.get("email"), body.get("phone")):
            if value and len(value) > 6:
                # Also as a writer that escapes what is not ASCII puts it.
                yield from (value.encode(), json.dumps(value)[1:-1].encode())


def _parts(text: bytes) -> Iterator[bytes]:
    """The text itself, and every run of two to four words in it: a name may stand inside a sentence."""
    yield text
    words = text.split()
    for length in (2, 3, 4):
        yield from (b" ".join(words[at : at + length]) for at in range(len(words) - length + 1))


PROMISES: list[tuple[str, Check]] = [
    ("Every record had an owner at every moment", owner_named),
    ("Statuses moved only as they may", moves_allowed),
    ("Event rows = topic = audit log", same_on_both_sides),
    ("One trigger, one record", opened_once),
    ("Every late record rang", late_had_alert),
    ("Every money line was posted once", posted_once),
    ("No guest's name on any topic", names_stay_home),
]
"""What is checked and printed; those that need a service's own definitions are in `recomputed.py`."""
