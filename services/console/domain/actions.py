"""What a person can do to a record: the button, its consequence in a sentence, and what it asks for."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.console.domain.records import Kind, Record
from services.console.domain.words import DEPARTMENT, LINE, OUTCOME, WAITED_FOR, plain
from shared.contracts.records import Status

REASON_LABEL = "Why?"


@dataclass(frozen=True)
class Input:
    """One question of a form. `type` is text, long, choice, money, integer, date, time, boolean or hidden."""

    name: str
    label: str
    type: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class Action:
    """One step. `permission` is the action of the chain's policy; `calm` ones are not the main way on."""

    code: str
    title: str
    consequence: str
    permission: str
    inputs: tuple[Input, ...] = ()


_WHY = Input("reason", REASON_LABEL, "long", hint="It is kept with the record.")
_WHY_MAYBE = Input("reason", REASON_LABEL, "long", required=False)
_DEPARTMENTS = tuple(DEPARTMENT.items())

PLAIN: dict[str, Action] = {
    one.code: one
    for one in (
        Action("accept", "Accept", "You become its owner and the escalation stops.", "accept"),
        Action("approve", "Approve", "The work may go ahead as checked; departments read this value.", "approve"),
        Action(
            "block",
            "Block",
            "The clock pauses until somebody lets it go on.",
            "block",
            (
                Input("waits_for", "Who is waited for", "choice", tuple(WAITED_FOR.items())),
                Input("department", "Which department, if one", "choice", _DEPARTMENTS, required=False),
                _WHY,
            ),
        ),
        Action("unblock", "Go on", "The clock runs again from where it stood.", "unblock"),
        Action(
            "resume", "Take back into work", "It is no longer approved and must be checked again.", "resume", (_WHY,)
        ),
        Action(
            "note",
            "Add note",
            "Every department that sees this record reads it.",
            "note",
            (Input("text", "Note", "long"),),
        ),
        Action(
            "hand_off",
            "Hand over",
            "Another department owns it from now on; its deadline stays.",
            "hand_off",
            (Input("department", "To", "choice", _DEPARTMENTS), _WHY_MAYBE),
        ),
        Action(
            "ask",
            "Ask",
            "The question stands on the record, with a deadline for the answer.",
            "ask",
            (Input("to_department", "Whom", "choice", _DEPARTMENTS), Input("text", "Question", "long")),
        ),
        Action(
            "add_line",
            "Add money line",
            "It may need another person's yes before it is posted to the folio.",
            "add_line",
            (
                Input("kind", "What", "choice", tuple(LINE.items())),
                Input("value.money.amount", "Amount", "money"),
                _WHY,
            ),
        ),
        Action("reopen", "Reopen", "It counts as open again and its clock runs.", "reopen", (_WHY,)),
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
    wanted = (*first, *by_status, "edit", "raise_exception", "hand_off", "add_line", "ask", "note", "complete")
    return _allowed(dict.fromkeys(wanted), record)


def _allowed(codes: Iterable[str], record: Record) -> tuple[str, ...]:
    skip = {"review_exception", "decide_proposal", "none"} | ({"accept"} if record.accepted else set())
    return tuple(code for code in codes if code not in skip)


def asked(spec_name: str, kind: Kind, *, required: bool = True) -> Input:
    """The question for one field of a kind."""
    spec = kind.spec(spec_name)
    choices = tuple((choice, plain(choice)) for choice in spec.choices)
    hint = "Another person must approve a change." if spec.sensitive else ""
    return Input(f"field.{spec.type}.{spec.name}", spec.label or plain(spec.name), spec.type, choices, required, hint)


def _check_value(record: Record, kind: Kind) -> Action:
    name = kind.checked_field
    has = record.fields.get(name) is not None
    inputs = () if has or not name else (asked(name, kind),)
    return Action(
        "check_value",
        "Check value",
        "It is held against the hotel's rules before anything is promised.",
        "check_value",
        inputs,
    )


def _complete(record: Record, kind: Kind) -> Action:
    outcomes = tuple(
        o for o in OUTCOME.items() if o[0] != "expired" and (o[0] != "fulfilled" or record.status is Status.APPROVED)
    )
    missing = tuple(asked(name, kind) for name in record.missing_fields)
    why = Input("reason", REASON_LABEL, "long", required=False, hint="Needed unless it is fulfilled.")
    inputs = (Input("outcome", "How did it end?", "choice", outcomes), *missing, why)
    return Action("complete", "Complete", "It is closed and counts in today's figures.", "complete", inputs)


def _fill(record: Record, kind: Kind) -> Action:
    inputs = tuple(asked(name, kind) for name in record.missing_fields)
    return Action("fill_fields", "Save", "What was missing is there for every department.", "edit", inputs)


def _edit(record: Record, kind: Kind) -> Action:
    inputs = tuple(asked(name, kind, required=False) for name in record.editable_fields)
    why = Input("reason", REASON_LABEL, "long", required=False, hint="Needed for fields marked as audited.")
    return Action(
        "edit", "Change fields", "Sensitive fields become a proposal another person decides.", "edit", (*inputs, why)
    )


def _exception(record: Record, kind: Kind) -> Action:
    causes = tuple((cause, plain(cause)) for cause in kind.causes)
    inputs = (
        Input("cause", "Cause", "choice", causes),
        Input("unusual", "What is unusual?", "long"),
        Input("guest_impact", "What does the guest notice?", "long"),
        Input(
            "comment",
            "Manager's comment",
            "long",
            required=False,
            hint="Only if you are a manager; another one reviews.",
        ),
    )
    return Action(
        "raise_exception",
        "Note exception",
        "A manager reviews it; until then it cannot be approved.",
        "raise_exception",
        inputs,
    )


def _tell_guest(record: Record, kind: Kind) -> Action:
    inputs = (Input("send", "Do", "choice", (("true", "Send it to the guest"), ("false", "Only store it"))),)
    return Action(
        "tell_guest",
        "Tell the guest",
        "A message leaves, or is stored; then the record can close.",
        "request_message",
        inputs,
    )
