"""A record's history as sentences: who did what, and why."""

from collections.abc import Callable, Mapping

from services.console.domain.records import Happening, shown
from services.console.domain.words import DEPARTMENT, OUTCOME, STATUS, plain, said
from shared.contracts.identity import Actor, ActorKind

NameOf = Callable[[str], str]
_MOST_CHANGES = 3

_VERBS: Mapping[str, str] = {
    "opened": "opened it",
    "accepted": "took it on",
    "value_checked": "checked the value against the hotel's rules",
    "approved": "approved it",
    "blocked": "blocked it",
    "unblocked": "let it go on",
    "resumed": "took it back into work",
    "noted": "wrote a note",
    "exception_raised": "noted an exception",
    "exception_reviewed": "reviewed the exception",
    "exception_corrected": "corrected an exception note",
    "change_proposed": "proposed a change",
    "proposal_decided": "decided a proposed change",
    "proposal_expired": "let a proposed change expire",
    "wait_ended": "waited as long as was said",
    "writeback_requested": "asked the PMS for a change",
    "writeback_settled": "reported back on a change in the PMS",
    "line_added": "added a money line",
    "line_settled": "reported back on a money line",
    "message_settled": "reported back on a guest message",
    "message_requested": "asked for a message to the guest",
    "posting_requested": "asked for a posting to the folio",
    "stay_updated": "brought the stay up to date",
    "completed": "closed it",
    "reopened": "opened it again",
    "erased": "erased personal values",
    "question_asked": "asked a question",
    "question_answered": "answered a question",
}


def who(actor: Actor, name_of: NameOf) -> str:
    """An actor as people call them."""
    if actor.kind is ActorKind.STAFF:
        return name_of(actor.id)
    return {
        ActorKind.POLICY: "The hotel's rules",
        ActorKind.GUEST: "The guest",
        ActorKind.PMS: "The reservation system",
    }.get(actor.kind, "Bellboard")


def sentence(event: Happening, name_of: NameOf) -> str:
    """One event in a sentence without its time, e.g. "Ana handed it from Concierge to Housekeeping: room not ready"."""
    verb = event.type.split(".")[1] if "." in event.type else event.type
    told = f"{who(event.actor, name_of)} {_deed(verb, event, name_of)}"
    because = event.reason or (plain(event.reason_code).lower() if event.reason_code else "")
    return f"{told}, because: {because}" if because else f"{told}."


def _deed(verb: str, event: Happening, name_of: NameOf) -> str:
    if verb == "handed_off":
        return _hand_off(event, name_of)
    if verb == "edited":
        return _edit(event)
    if verb == "completed":
        outcome = next((str(c.after) for c in event.changes if c.field == "outcome"), "")
        return f"closed it as {said(OUTCOME, outcome).lower()}" if outcome else "closed it"
    if verb == "reopened" and event.status:
        return f"opened it again ({said(STATUS, event.status).lower()})"
    return _VERBS.get(verb) or plain(verb).lower()


def _hand_off(event: Happening, name_of: NameOf) -> str:
    to = said(DEPARTMENT, event.department) if event.department else "another department"
    moved = event.department_before and event.department_before != event.department
    whom = f" ({name_of(event.owner)})" if event.owner else ""
    return (
        f"handed it from {said(DEPARTMENT, event.department_before)} to {to}{whom}"
        if moved
        else (f"handed it to {name_of(event.owner) if event.owner else to}")
    )


def _edit(event: Happening) -> str:
    told = [
        f"{plain(change.field).lower()} from {shown(change.before)} to {shown(change.after)}"
        for change in event.changes[:_MOST_CHANGES]
    ]
    more = len(event.changes) - len(told)
    return f"changed {'; '.join(told)}" + (f" and {more} more" if more > 0 else "") if told else "changed it"
