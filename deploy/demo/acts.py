"""What a member of the staff does about a record: its next action, now and then something else, now and then wrong."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
FORGETS, BLOCKS, ERRS, NOTES, PROPOSES, DECLINES, WAITS = 0.02, 0.04, 0.05, 0.06, 0.04, 0.04, 0.9

NOTED = (
    "Spoke to the guest at the desk.",
    "Done with the early round.",
    "The guest asked to be called after six.",
    "Checked with housekeeping, the room is ready.",
)
UNUSUAL = ("The reserved room type was not free.", "This is not on our list.", "It was asked for outside our hours.")
IMPACT = ("The guest has to wait in the lobby.", "The guest got another room than promised.", "None so far.")
COMMENT = ("Agreed, and offered a drink.", "Agreed. Keep an eye on it tomorrow.", "Fine, but not again this week.")
VALUES: dict[str, Any] = {
    "promised_time": "15:30",
    "channel": "email",
    "result": None,
    "template": "welcome",
    "valid_for": "this_stay",
    "compensation": "amenity",
    "guest_answer": None,
    "points": 250,
    "price": {"amount": 2500, "currency": "EUR"},
    "discount_percent": 10,
    "topic": "room",
    "score": 8,
    "investigation": "Looked at it with the guest.",
    "cost": {"amount": 900, "currency": "EUR"},
}
OUTSIDE: dict[str, Any] = {"promised_time": "03:15", "points": 9000, "price": {"amount": 1, "currency": "EUR"}}
"""Values outside the hotel's rules: the API must refuse them and say which rule."""


@dataclass(frozen=True)
class Act:
    """One call: its name for the tally, the path under the record, and the body."""

    name: str
    path: str
    body: dict[str, Any] = field(default_factory=dict)


def _why(code: str, text: str) -> dict[str, Any]:
    return {"reason": {"code": code, "text": text}}


def _accept(_: Record, __: random.Random) -> Act:
    return Act("accept", "accept")


def _check(record: Record, lot: random.Random) -> Act:
    name = record["checked_field"]
    if name in OUTSIDE and lot.random() < ERRS:
        return Act("check outside the rules", "check-value", {"value": OUTSIDE[name]})
    given = record["fields"].get(name)
    return Act("check value", "check-value", {"value": VALUES.get(name)} if given is None else {})


def _fill(record: Record, lot: random.Random) -> Act | None:
    missing = record["missing_fields"]
    if "guest_answer" in missing and record["guest_informed"] and lot.random() < WAITS:
        return None  # the guest was asked and will answer
    values = {name: _value(record, name, lot) for name in missing if name != record["checked_field"]}
    return Act("fill fields", "edit", {"fields": values} | _why("completed", "Asked the guest."))


def _value(record: Record, name: str, lot: random.Random) -> Any:
    choices = next((each.get("choices") for each in record["field_specs"] if each["name"] == name), None)
    return VALUES[name] if VALUES.get(name) is not None else lot.choice(choices or ["other"])


def _approve(_: Record, __: random.Random) -> Act:
    return Act("approve", "approve")


def _tell(record: Record, lot: random.Random) -> Act:
    template = "offer" if record["workflow"] == "upsell" else "pre_arrival"
    template = "recovery" if record["kind"] == "service_recovery" else template
    send = lot.random() > ERRS
    return Act("tell the guest", "messages", {"send": send, "topic_code": record["kind"], "template": template})


def _complete(record: Record, lot: random.Random) -> Act:
    if lot.random() < DECLINES:
        return Act("decline", "complete", {"outcome": "declined"} | _why("guest_declined", "No longer wanted."))
    return Act("complete", "complete", {"outcome": "fulfilled"})


def _unblock(_: Record, __: random.Random) -> Act:
    return Act("unblock", "unblock")


def _raise(record: Record, lot: random.Random) -> Act:
    body = {"cause": lot.choice(record["causes"]), "unusual": lot.choice(UNUSUAL), "guest_impact": lot.choice(IMPACT)}
    if record["cause_due"]:
        body["cause"] = record["cause_due"]
    if lot.random() < ERRS:
        body.pop("guest_impact")
        return Act("exception without a part", "exceptions", body)
    return Act("raise an exception", "exceptions", body)


def _review(record: Record, lot: random.Random) -> Act:
    waiting = next(each for each in record["reviews"] if each["what"] == "exception")
    body = {"accept": lot.random() > ERRS, "comment": lot.choice(COMMENT)}
    return Act("review an exception", f"exceptions/{waiting['id']}/review", body)


def _decide(record: Record, lot: random.Random) -> Act:
    waiting = next(each for each in record["reviews"] if each["what"] == "proposal")
    approve = lot.random() < 0.7
    reason = _why("agreed" if approve else "not_justified", "Seen it myself." if approve else "The list price holds.")
    return Act("decide a proposal", f"proposals/{waiting['id']}/decide", {"approve": approve} | reason)


NEXT: dict[str, Callable[[Record, random.Random], Act | None]] = {
    "accept": _accept,
    "check_value": _check,
    "fill_fields": _fill,
    "approve": _approve,
    "tell_guest": _tell,
    "complete": _complete,
    "unblock": _unblock,
    "raise_exception": _raise,
    "review_exception": _review,
    "decide_proposal": _decide,
}


def choose(record: Record, lot: random.Random) -> Act | None:
    """What to do about a record now; None when there is nothing."""
    code = record["next_action"]["code"]
    if code in ("accept", "none") or record["reviews"]:
        return NEXT[code](record, lot) if code in NEXT else None
    aside = lot.random()
    if aside < BLOCKS and record["status"] in ("pending", "approved"):
        why = _why("waiting_for_guest", "The guest is out until the evening.")
        return Act("block", "block", {"waits_for": "guest"} | why)
    if aside < BLOCKS + NOTES:
        return Act("note", "notes", {"text": lot.choice(NOTED)})
    if aside < BLOCKS + NOTES + PROPOSES and record["status"] == "approved" and record["checked_field"] in OUTSIDE:
        return _propose(record)
    return NEXT[code](record, lot) if code in NEXT else None


def _propose(record: Record) -> Act:
    """Change a confirmed value: it becomes a proposal for another person (K3)."""
    name = record["checked_field"]
    other = {"price": {"amount": 1900, "currency": "EUR"}, "points": 400, "promised_time": "16:45"}[name]
    change: dict[str, Any] = {"fields": {name: other}}
    return Act("propose a change", "edit", change | _why("guest_asked", "The guest asked for another one."))
