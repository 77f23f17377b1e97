"""What a hotel day promises of sales: nothing beyond the places there are, each thing that was sold charged once."""

import collections
from typing import Any

from deploy.demo.evidence import Evidence
from deploy.demo.promises import Check, Context, Finding, latest

UNCHARGED = frozenset({"open", "missed", "waiting", "released"})


def sold_within_capacity(evidence: Evidence, _: Context) -> Finding:
    """No place of a day is held twice, no more are held than a day has, and the ledger of places says the same."""
    holders: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for record in latest(evidence):
        sale: dict[str, Any] = record.get("sale") or {}
        for slot in sale.get("claims", ()):
            holders[sale["offer_id"], slot].append(str(record["id"]))
    found = Finding(checked=len(holders))
    for (offer, slot), records in holders.items():
        if len(records) > 1:
            found.faults.append(f"offer {offer}: {slot} is held by {', '.join(records)}")
    per_day = collections.Counter((offer, slot.partition("#")[0]) for offer, slot in holders)
    most = {row["_id"]: row["offer"]["terms"].get("capacity") for row in evidence.rows("records", "offers")}
    for (offer, day), held in per_day.items():
        if most.get(offer) is not None and held > most[offer]:
            found.faults.append(f"offer {offer}: {held} of {most[offer]} are held on {day}")
    kept = {(row["offer_id"], f"{row['day']}#{row['slot']}") for row in evidence.rows("records", "claims")}
    found.faults += [f"offer {offer}: {slot} differs from the ledger" for offer, slot in kept ^ holders.keys()]
    return found


def charged_once(evidence: Evidence, _: Context) -> Finding:
    """What was sold has one charge, what was not has none; whoever accepted and was served has bought it."""
    found = Finding()
    for record in latest(evidence):
        sale: dict[str, Any] | None = record.get("sale")
        if sale is None:
            continue
        found.checked += 1
        charges = [line for line in record.get("money", ()) if line["kind"] == "charge"]
        accepted = record.get("fields", {}).get("guest_answer") == "accepted" and record.get("outcome") == "fulfilled"
        if sale["state"] == "sold" and len(charges) != 1:
            found.faults.append(f"record {record['id']}: sold with {len(charges)} charges")
        if sale["state"] in UNCHARGED and charges and not record.get("reopened"):
            found.faults.append(f"record {record['id']}: charged although it is {sale['state']}")
        if accepted and sale["state"] not in ("sold", "cancelling", "cancelled"):
            found.faults.append(f"record {record['id']}: accepted and fulfilled, but {sale['state']}")
    return found


SALES: list[tuple[str, Check]] = [
    ("No offer was sold beyond its places", sold_within_capacity),
    ("Every sale was charged once", charged_once),
]
