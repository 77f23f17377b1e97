"""What a person can do to a record: the button, its consequence in a sentence, and what it asks for."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.console.domain.records import Kind, Record
from services.console.domain.tongue import mark
from services.console.domain.words import DEPARTMENT, LINE, OUTCOME, WAITED_FOR, plain
from shared.contracts.records import Status

REASON_LABEL = mark("Why?")


@dataclass(frozen=True)
class Input:
    """One question of a form. `type` is text, long, choice, money, integer, date, time, boolean or hidden."""

    name: str
    label: str
    type: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True
    hint: str = ""
    value: str = ""


@dataclass(frozen=True)
class Action:
    """One step. `permission` is the action of the chain's policy; `calm` ones are not the main way on."""

    code: str
    title: str
    consequence: str
    permission: str
    inputs: tuple[Input, ...] = ()


_WHY = Input("reason", REASON_LABEL, "long", hint=mark("It is kept with the record."))
_WHY_MAYBE = Input("reason", REASON_LABEL, "long", required=False)
_DEPARTMENTS = tuple(DEPARTMENT.items())

PLAIN: dict[str, Action] = {
    one.code: one
    for one in (
        Action("accept", mark("Accept"), mark("You become its owner and the escalation stops."), "accept"),
        Action(
            "approve",
            mark("Approve"),
            mark("The work may go ahead as checked; departments read this value."),
            "approve",
        ),
        Action(
            "block",
            mark("Block"),
            mark("The clock pauses until somebody lets it go on."),
            "block",
            (
                Input("waits_for", mark("Who is waited for"), "choice", tuple(WAITED_FOR.items())),
                Input("department", mark("Which department, if one"), "choice", _DEPARTMENTS, required=False),
                _WHY,
            ),
        ),
        Action("unblock", mark("Go on"), mark("The clock runs again from where it stood."), "unblock"),
        Action(
            "resume",
            mark("Take back into work"),
            mark("It is no longer approved and must be checked again."),
            "resume",
            (_WHY,),
        ),
        Action(
            "note",
            mark("Add note"),
            mark("It stays with the record; whoever works on it reads it."),
            "note",
            (Input("text", mark("Note"), "long"),),
        ),
        Action(
            "hand_off",
            mark("Hand over"),
            mark("Another department owns it from now on; its deadline stays."),
            "hand_off",
            (Input("department", mark("To"), "choice", _DEPARTMENTS), _WHY_MAYBE),
        ),
        Action(
            "ask",
            mark("Ask"),
            mark("The question stands on the record, with a deadline for the answer."),
            "ask",
            (Input("to_department", mark("Whom"), "choice", _DEPARTMENTS), Input("text", mark("Question"), "long")),
        ),
        Action(
            "add_line",
            mark("Add money line"),
            mark("It may need another person's yes before it is posted to the folio."),
            "add_line",
            (
                Input("kind", mark("What"), "choice", tuple(LINE.items())),
                Input("value.money.amount", mark("Amount"), "money"),
                _WHY,
            ),
        ),
        Action(
            "decline",
            mark("Give it back"),
            mark("Another owner is chosen; the reason stays."),
            "decline",
            (_WHY,),
        ),
        Action("watch", mark("Watch"), mark("You hear of it when it changes."), "watch"),
        Action("unwatch", mark("Watch no more"), mark("You hear of it no more."), "watch"),
        Action(
            "add_item",
            mark("Add to the list"),
            mark("It can be ticked off; one that must be done holds the record open."),
            "checklist",
            (
                Input("text", mark("What is to be done?")),
                Input("value.boolean.compulsory", mark("Must it be done?"), "boolean"),
            ),
        ),
        Action(
            "link_stay",
            mark("Link a stay"),
            mark("The record joins the guest's journey."),
            "link_stay",
            (Input("stay_id", mark("Id of the stay"), hint=mark("The last part of the address of the stay's page.")),),
        ),
        Action(
            "repeat",
            mark("The guest asked again"),
            mark("It counts as repeated here; no second record opens."),
            "note",
        ),
        Action(
            "take_price",
            mark("Take today's price"),
            mark("The price follows the catalogue as it is now."),
            "edit",
            (_WHY,),
        ),
        Action(
            "place_bid",
            mark("The guest's bid"),
            mark("What the guest would pay stands in line until the hour of decision."),
            "edit",
            (Input("value.money.price", mark("Amount"), "money"), _WHY),
        ),
        Action(
            "grant_sale",
            mark("Give the place now"),
            mark("The guest gets it before the hour of decision, if one is free."),
            "approve",
            (_WHY,),
        ),
        Action(
            "cancel_sale",
            mark("Cancel the sale"),
            mark("The place is free again; what was charged goes back as a line of its own."),
            "add_line",
            (_WHY,),
        ),
        Action("reopen", mark("Reopen"), mark("It counts as open again and its clock runs."), "reopen", (_WHY,)),
    )
}


def of(code: str, record: Record, kind: Kind) -> Action | None:
    """The action of a code as this record needs it, or None."""
    made = {
        "check_value": _check_value,
        "complete": _complete,
        "fill_fields": _fill,
        "raise_exception": _exception,
        "tell_guest": _tell_guest,
        "edit": _edit,
    }.get(code)
    return made(record, kind) if made else PLAIN.get(code)


def offered(record: Record) -> tuple[str, ...]:
    """The codes of what can be done now, the next action first; reviews have forms of their own."""
    if record.status is Status.COMPLETE:
        return ("reopen", "note")
    first = (record.next_action.code,)
    by_status = {
        Status.NEW: ("accept", "check_value", "block"),
        Status.PENDING: ("check_value", "approve", "block"),
        Status.APPROVED: ("complete", "block", "resume"),
        Status.BLOCKED: ("unblock",),
    }[record.status]
    also = ("edit", "raise_exception", "hand_off", "decline", "add_line", "ask", "note", "add_item", "complete")
    wanted = (*first, *by_status, *also, *_around(record), *_selling(record))
    return _allowed(dict.fromkeys(wanted), record)


def _around(record: Record) -> tuple[str, ...]:
    """What touches people and stays around it."""
    return ("repeat", *(() if record.stay_id else ("link_stay",)))


def _selling(record: Record) -> tuple[str, ...]:
    """What can be done to what it sells."""
    if record.sale is None:
        return ()
    if record.sale.state in ("sold", "held"):
        return ("cancel_sale",)
    return ("take_price",) if record.sale.way == "fixed" else ("place_bid", "grant_sale")


def _allowed(codes: Iterable[str], record: Record) -> tuple[str, ...]:
    skip = {"review_exception", "decide_proposal", "none"} | ({"accept"} if record.accepted else set())
    return tuple(code for code in codes if code not in skip)


def asked(spec_name: str, kind: Kind, *, required: bool = True) -> Input:
    """The question for one field of a kind."""
    spec = kind.spec(spec_name)
    choices = tuple((choice, plain(choice)) for choice in spec.choices)
    hint = mark("Another person must approve a change.") if spec.sensitive else ""
    return Input(f"field.{spec.type}.{spec.name}", spec.label or plain(spec.name), spec.type, choices, required, hint)


def _check_value(record: Record, kind: Kind) -> Action:
    name = kind.checked_field
    has = record.fields.get(name) is not None
    inputs = () if has or not name else (asked(name, kind),)
    return Action(
        "check_value",
        mark("Check value"),
        mark("It is held against the hotel's rules before anything is promised."),
        "check_value",
        inputs,
    )


_WHEN_DONE = Input("happened_at", mark("When was it done?"), "moment", required=False)


def _complete(record: Record, kind: Kind) -> Action:
    outcomes = tuple(
        o for o in OUTCOME.items() if o[0] != "expired" and (o[0] != "fulfilled" or record.status is Status.APPROVED)
    )
    missing = tuple(asked(name, kind) for name in record.missing_fields)
    why = Input("reason", REASON_LABEL, "long", required=False, hint=mark("Needed unless it is fulfilled."))
    usual = "fulfilled" if record.status is Status.APPROVED else ""  # one tap for gloves; the rest is asked for
    when = (_WHEN_DONE,) if record.entered_late_at else ()  # a slip of paper says when it was done, too
    inputs = (Input("outcome", mark("How did it end?"), "choice", outcomes, value=usual), *missing, *when, why)
    return Action("complete", mark("Complete"), mark("It is closed and counts in today's figures."), "complete", inputs)


def _fill(record: Record, kind: Kind) -> Action:
    inputs = tuple(asked(name, kind) for name in record.missing_fields)
    return Action("fill_fields", mark("Save"), mark("What was missing is there for every department."), "edit", inputs)


def _edit(record: Record, kind: Kind) -> Action:
    inputs = tuple(asked(name, kind, required=False) for name in record.editable_fields)
    why = Input("reason", REASON_LABEL, "long", required=False, hint=mark("Needed for fields marked as audited."))
    return Action(
        "edit",
        mark("Change fields"),
        mark("Sensitive fields become a proposal another person decides."),
        "edit",
        (*inputs, why),
    )


def _exception(record: Record, kind: Kind) -> Action:
    causes = tuple((cause, plain(cause)) for cause in kind.causes)
    inputs = (
        Input("cause", mark("Cause"), "choice", causes),
        Input("unusual", mark("What is unusual?"), "long"),
        Input("guest_impact", mark("What does the guest notice?"), "long"),
        Input(
            "comment",
            mark("Manager's comment"),
            "long",
            required=False,
            hint=mark("Only if you are a manager; another one reviews."),
        ),
    )
    return Action(
        "raise_exception",
        mark("Note exception"),
        mark("A manager reviews it; until then it cannot be approved."),
        "raise_exception",
        inputs,
    )


def _tell_guest(record: Record, kind: Kind) -> Action:
    inputs = (
        Input("send", mark("Do"), "choice", (("true", mark("Send it to the guest")), ("false", mark("Only store it")))),
    )
    return Action(
        "tell_guest",
        mark("Tell the guest"),
        mark("A message leaves, or is stored; then the record can close."),
        "request_message",
        inputs,
    )
