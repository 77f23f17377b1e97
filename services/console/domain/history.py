"""A record's history as sentences: who did what, and why."""

from collections.abc import Callable, Mapping

from services.console.domain.records import Happening, shown
from services.console.domain.tongue import _, low, mark
from services.console.domain.words import DEPARTMENT, OUTCOME, STATUS, plain, said
from shared.contracts.identity import Actor, ActorKind

NameOf = Callable[[str], str]
_MOST_CHANGES = 3

_VERBS: Mapping[str, str] = {
    "opened": mark("{who} opened it"),
    "accepted": mark("{who} took it on"),
    "value_checked": mark("{who} checked the value against the hotel's rules"),
    "approved": mark("{who} approved it"),
    "blocked": mark("{who} blocked it"),
    "unblocked": mark("{who} let it go on"),
    "resumed": mark("{who} took it back into work"),
    "noted": mark("{who} wrote a note"),
    "exception_raised": mark("{who} noted an exception"),
    "exception_reviewed": mark("{who} reviewed the exception"),
    "exception_corrected": mark("{who} corrected an exception note"),
    "change_proposed": mark("{who} proposed a change"),
    "proposal_decided": mark("{who} decided a proposed change"),
    "proposal_expired": mark("{who} let a proposed change expire"),
    "wait_ended": mark("{who} waited as long as was said"),
    "writeback_requested": mark("{who} asked the PMS for a change"),
    "writeback_settled": mark("{who} reported back on a change in the PMS"),
    "line_added": mark("{who} added a money line"),
    "line_settled": mark("{who} reported back on a money line"),
    "message_settled": mark("{who} reported back on a guest message"),
    "message_requested": mark("{who} asked for a message to the guest"),
    "posting_requested": mark("{who} asked for a posting to the folio"),
    "stay_updated": mark("{who} brought the stay up to date"),
    "completed": mark("{who} closed it"),
    "reopened": mark("{who} opened it again"),
    "erased": mark("{who} erased personal values"),
    "question_asked": mark("{who} asked a question"),
    "question_answered": mark("{who} answered a question"),
}


def who(actor: Actor, name_of: NameOf) -> str:
    """An actor as people call them."""
    if actor.kind is ActorKind.STAFF:
        return name_of(actor.id)
    return {
        ActorKind.POLICY: _("The hotel's rules"),
        ActorKind.GUEST: _("The guest"),
        ActorKind.PMS: _("The reservation system"),
    }.get(actor.kind, "Bellboard")


def sentence(event: Happening, name_of: NameOf) -> str:
    """One event in a sentence without its time, e.g. "Ana handed it from Concierge to Housekeeping: room not ready"."""
    verb = event.type.split(".")[1] if "." in event.type else event.type
    told = _deed(verb, event, who(event.actor, name_of), name_of)
    because = event.reason or (low(plain(event.reason_code)) if event.reason_code else "")
    return _("{told}, because: {reason}", told=told, reason=because) if because else f"{told}."


def _deed(verb: str, event: Happening, actor: str, name_of: NameOf) -> str:
    if verb == "handed_off":
        return _hand_off(event, actor, name_of)
    if verb == "edited":
        return _edit(event, actor)
    if verb == "completed":
        outcome = next((str(c.after) for c in event.changes if c.field == "outcome"), "")
        if outcome:
            return _("{who} closed it: {outcome}", who=actor, outcome=low(said(OUTCOME, outcome)))
    if verb == "reopened" and event.status:
        return _("{who} opened it again ({status})", who=actor, status=low(said(STATUS, event.status)))
    known = _VERBS.get(verb)
    return _(known, who=actor) if known else f"{actor} {low(plain(verb))}"


def _hand_off(event: Happening, actor: str, name_of: NameOf) -> str:
    to = said(DEPARTMENT, event.department) if event.department else _("another department")
    owner = name_of(event.owner) if event.owner else ""
    if event.department_before and event.department_before != event.department:
        before = said(DEPARTMENT, event.department_before)
        whom = f"{to} ({owner})" if owner else to
        return _("{who} handed it from {before} to {after}", who=actor, before=before, after=whom)
    return _("{who} handed it to {after}", who=actor, after=owner or to)


def _edit(event: Happening, actor: str) -> str:
    told = [
        _(
            "{field} from {before} to {after}",
            field=low(plain(change.field)),
            before=shown(change.before),
            after=shown(change.after),
        )
        for change in event.changes[:_MOST_CHANGES]
    ]
    if not told:
        return _("{who} changed it", who=actor)
    more = len(event.changes) - len(told)
    what = "; ".join(told) + (" " + _("and {n} more", n=more) if more > 0 else "")
    return _("{who} changed {what}", who=actor, what=what)
