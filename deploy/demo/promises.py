"""The promises of a hotel day, checked against stores and topics: each names what it found broken."""

import collections
import datetime as dt
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

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


def latest(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Every record as its newest event tells it."""
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
    for record in latest(evidence):
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
    """L3: each money line that was to be posted has one posting that is done, with its amount, on one folio line."""
    asked = {
        event.value_object()["line"]["id"]: event.value_object()["line"]["amount"]
        for event in evidence.events(topics.RECORDS)
        if event.type == "record.posting_requested.v1"
    }
    done: dict[str, dict[str, Any]] = collections.defaultdict(dict)
    for event in evidence.events(topics.MONEY):
        if event.type == "posting.done.v1":
            posting = event.value_object()["posting"]
            done[posting["line_id"]][posting["id"]] = posting["amount"]
    on_folio = {row["_id"]: row["amount"] for row in evidence.rows("integrations", "folio")}
    found = Finding(checked=len(asked))
    for line, amount in asked.items():
        postings = done[line]
        if list(postings.values()) != [amount] or [on_folio.get(one) for one in postings] != [amount]:
            found.faults.append(f"money line {line} over {amount} has the postings {postings}")
    found.faults += [f"posting of a line nobody asked for: {line}" for line in done.keys() - asked.keys()]
    if len(on_folio) != sum(len(postings) for postings in done.values()):
        found.faults.append("the folio has other lines than the postings")
    return found


def nothing_left_behind(evidence: Evidence, _: Context) -> Finding:
    """No event is parked, missing, halted or unsent, and no timer keeps failing."""
    found = Finding()
    for service in SERVICES:
        found.checked += len(evidence.event_rows(service))
        left = {
            "parked": len(evidence.rows(service, "parked", {"st": "parked"})),
            "missing": len(evidence.rows(service, "gaps")),
            "halted or unsent": len(evidence.rows(service, "events", {"st": {"$ne": 1}})),
            "failing as timers": len(evidence.rows(service, "timers", {"st": "pending", "tries": {"$gt": 2}})),
        }
        found.faults += [f"{service}: {count} events are {what}" for what, count in left.items() if count]
    return found


def ordered_on_the_wire(evidence: Evidence, _: Context) -> Finding:
    """The first copies of an aggregate's versions stand on their partition in order."""
    found = Finding()
    for topic in evidence.records:
        newest: dict[str, int] = {}
        for event in evidence.events(topic):
            found.checked += 1
            if event.sequence > newest.get(event.subject, 0) + 1:
                found.faults.append(f"{topic}: version {event.sequence} of {event.subject} came too early")
            newest[event.subject] = max(newest.get(event.subject, 0), event.sequence)
    return found


def stays_opened_their_work(evidence: Evidence, _: Context) -> Finding:
    """M1: each special request of a guest in the house, and each check-out, has its record."""
    keys = {str(record["trigger"]["key"]) for record in latest(evidence)}
    found = Finding()
    for event in evidence.events(topics.STAYS):
        stay, backfill = event.value_object().get("stay"), event.value_object().get("backfill")
        if not stay or backfill or event.type not in ("stay.checked_in.v1", "stay.checked_out.v1"):
            continue
        wanted = [one["id"] for one in stay["requests"]] if event.type == "stay.checked_in.v1" else ["post_stay"]
        for what in wanted:
            found.checked += 1
            if not any(what in key and stay["id"] in key for key in keys):
                found.faults.append(f"stay {stay['id']}: nothing was opened for {what}")
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
    """The text itself, and every run of one to four words in it: a name may stand inside a sentence."""
    yield text
    words = [word.strip(b".,;:!?()<>\"'") for word in text.split()]
    for length in (1, 2, 3, 4):
        yield from (b" ".join(words[at : at + length]) for at in range(len(words) - length + 1))


PROMISES: list[tuple[str, Check]] = [
    ("Every record had an owner at every moment", owner_named),
    ("Statuses moved only as they may", moves_allowed),
    ("Event rows = topic = audit log", same_on_both_sides),
    ("One trigger, one record", opened_once),
    ("What happened to a stay opened its work", stays_opened_their_work),
    ("Versions stand in order on every topic", ordered_on_the_wire),
    ("Nothing is parked, missing or unsent", nothing_left_behind),
    ("Every late record rang", late_had_alert),
    ("Every money line was posted once", posted_once),
    ("No guest's name on any topic", names_stay_home),
]
"""What is checked and printed; those that need a service's own definitions are in `recomputed.py`."""
