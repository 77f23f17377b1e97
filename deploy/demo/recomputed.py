"""Promises that need a service's own definitions: the audit chain, the stays' last word, the reports' numbers."""

import datetime as dt
from typing import Any

from deploy.demo.evidence import Evidence, Row
from deploy.demo.hotels import CHAIN
from deploy.demo.promises import Check, Context, Finding
from services.auth.domain.entries import Entry, Header, Sealed
from services.auth.domain.verification import Verification
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.schedule import Timed
from services.reporting.domain import facts_hash, recompute
from services.reporting.store import fact_of
from shared.contracts import topics
from shared.contracts.audit import Checkpoint
from shared.contracts.values import SYSTEM_CHAIN, stay_id


def audit_verifies(evidence: Evidence, _: Context) -> Finding:
    """C6: the log's hashes, signatures and completeness hold, for the chain and for the system's own events."""
    found = Finding()
    for chain in (CHAIN, SYSTEM_CHAIN):
        entries = evidence.rows("auth", "audit", {"chain": chain}, sort=[("index", 1)])
        signed = evidence.rows("auth", "audit_checkpoints", {"chain": chain}, sort=[("version", 1)])
        keys = {row["jwk"]["kid"]: row["jwk"] for row in evidence.rows("auth", "audit_keys", {"chain": chain})}
        check = Verification(chain, keys, [Checkpoint.model_validate(row) for row in signed])
        for row in entries:
            check.entry(_entry(row))
        report = check.finish(len(entries))
        found.checked += report.entries
        found.faults += [f"{chain}: {one.fault} at {one.index}: {one.message}" for one in report.findings]
        if entries and not signed:
            found.faults.append(f"{chain}: no checkpoint was signed")
    return found


def _entry(row: Row) -> Entry:
    headers = tuple(Header(str(name), bytes(value)) for name, value in row["headers"])
    sealed = Sealed(topic=row["topic"], key=row["key"], headers=headers, value=bytes(row["value"]))
    return Entry(
        chain=row["chain"], index=row["index"], sealed=sealed, leaf=bytes(row["leaf"]), root=bytes(row["root"])
    )


def reports_match(evidence: Evidence, _: Context) -> Finding:
    """M5: the facts that the reports are made of are those that the topics alone give."""
    heard = [event for topic in (topics.RECORDS, topics.MONEY, topics.ALERTS) for event in evidence.events(topic)]
    facts = recompute(heard)
    stored = [fact_of(row) for row in evidence.rows("reporting", "facts")]
    found = Finding(checked=len(stored))
    if facts_hash(facts.values()) != facts_hash(stored):
        there = {fact.id: fact for fact in stored}
        differ = [one for one, fact in facts.items() if there.get(one) != fact] + sorted(there.keys() - facts.keys())
        found.faults += [f"the fact of record {one} differs from its events" for one in differ] or ["the hashes differ"]
    return found


SAID = ("status", "arrival", "departure", "room", "room_type_reserved", "room_type_assigned")
"""What the PMS decides alone; the balance is not here, as our own postings move it."""


def stays_are_the_last_word(pushed: list[Timed]) -> Check:
    """L1: shuffled and doubled, each stay ended as the newest payload that was delivered says."""

    def check(evidence: Evidence, _: Context) -> Finding:
        mirrored: dict[str, dict[str, Any]] = {}
        for event in evidence.events(topics.STAYS):
            stay = event.value_object().get("stay")
            if stay and stay["version"] >= mirrored.get(stay["id"], stay)["version"]:
                mirrored[stay["id"]] = stay
        found = Finding()
        for place, payload in newest(pushed).items():
            found.checked += 1
            stay = mirrored.get(stay_id(place[0], NAME, place[1]))
            said = payload["reservation"]
            if stay is None:
                found.faults.append(f"{place[1]} was pushed and is no stay")
            elif differs := [name for name in SAID if stay.get(name) != said.get(name)]:
                found.faults.append(f"stay {stay['id']} differs from its PMS in {', '.join(differs)}")
        return found

    return check


def newest(pushed: list[Timed]) -> dict[tuple[str, str], dict[str, Any]]:
    """The payload with the latest vendor time of each (property, reservation)."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for one in pushed:
        place = (one.property_id, one.payload["reservation"]["number"])
        if place not in last or _time(one.payload) >= _time(last[place]):
            last[place] = one.payload
    return last


def _time(payload: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(payload["occurred_at"])
