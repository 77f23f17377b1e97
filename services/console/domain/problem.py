"""A refusal of another service, as a sentence that says what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.console.domain.tongue import _, mark


@dataclass(frozen=True)
class Problem:
    """What went wrong: `status` is HTTP's, `fields` holds a sentence for each field at fault."""

    status: int
    code: str
    words: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def stale(self) -> bool:
        """Whether somebody else was faster."""
        return self.status in (409, 412)


class Refused(Exception):
    """Another service said no, for the reason in `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.words)
        self.problem = problem


class Down(Exception):
    """Another service does not answer; `who` is its name as staff know it."""

    def __init__(self, who: str) -> None:
        super().__init__(f"{who} does not answer")
        self.who = who


def not_answered(silent: Down) -> Problem:
    """A command that nobody answered: whether it was done is not known, doing it again with its key is harmless."""
    words = _("{who} did not answer. Press again: it is done once at most.", who=_(silent.who))
    return Problem(503, "down", words)


_WORDS: Mapping[str, str] = {
    "version_moved_on": mark(
        "Somebody changed this while you were looking. It is shown as it stands now; "
        "nothing of yours was saved. Look again and repeat it if it is still right."
    ),
    "in_flight": mark("The same step is being carried out right now. Look again in a moment."),
    "store_unavailable": mark("The records are not reachable right now. Nothing was changed for certain; try again."),
    "not_signed_in": mark("Your session has run out. Sign in again."),
    "policy_stale": mark("Permissions could not be confirmed lately, so sensitive steps wait. Ordinary work goes on."),
}
_BY_STATUS: Mapping[int, str] = {
    401: mark("Your session has run out. Sign in again."),
    403: mark("Your role does not allow this. Ask your supervisor or the duty manager."),
    404: mark("There is no such thing here, or it belongs to another hotel."),
    413: mark("That is too long. Shorten it and send it again."),
    422: mark("Something is missing or does not fit the hotel's rules."),
    429: mark("Too many tries. Wait a moment and try again."),
    503: mark("That part of the house does not answer. Nothing was changed for certain; try again."),
}


def read(status: int, body: Any) -> Problem:
    """The problem in an answer (RFC 9457, or anything else), with each breach under its field."""
    document = body if isinstance(body, dict) else {}
    code = str(document.get("code") or "")
    breaches: Sequence[Any] = document.get("breaches") or ()
    fields = {
        str(breach.get("field", "")): str(breach.get("message", ""))
        for breach in breaches
        if isinstance(breach, dict) and breach.get("field")
    }
    known = _WORDS.get(code) or (_BY_STATUS.get(status, "") if status not in (409, 422, 403) else "")
    general = _(known) if known else ""
    detail = str(document.get("detail") or "")
    words = general or (_(_BY_STATUS[422]) if fields else detail) or _(_BY_STATUS.get(status, ""))
    return Problem(status, code, words or _("That did not work."), fields)
