"""A hotel's own rules as the records service shows them: in force, own, what differs, what waits, what a draft does."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from services.console.domain.problem import Problem, Refused
from services.console.domain.tongue import _
from shared.contracts.differences import Difference
from shared.contracts.errors import Breach
from shared.contracts.values import Instant, Wire

MINUTE = 60


class RulesVersion(Wire):
    """One version: who asked, why, who decided, what it changes."""

    version: int
    state: str
    in_force: bool = False
    starts_at: Instant | None = None
    digest: str = ""
    proposed_by: str = ""
    proposed_at: Instant | None = None
    reason: str | None = None
    reason_code: str | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    decision: str | None = None
    changes: tuple[Difference, ...] = ()


class Rules(Wire):
    """The rules of one hotel, or of the chain."""

    property_id: str
    version: int
    chain_version: int = 1
    revision: int
    own: dict[str, Any] = Field(default_factory=dict)
    in_force: dict[str, Any] = Field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    waiting: tuple[RulesVersion, ...] = ()

    @property
    def kinds(self) -> Mapping[str, Any]:
        """What is in force for each kind of record."""
        found: Mapping[str, Any] = self.in_force.get("kinds", {})
        return found


class SimulatedSide(Wire):
    """What one set of rules says of a record."""

    owner: str = ""
    owner_rule: str = ""
    due_at: Instant | None = None
    late: bool = False
    approver: str | None = None
    approved_by_policy: bool = False
    rung: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()


class SimulatedCase(Wire):
    """One record beside itself: under the rules in force, and under the draft."""

    record_id: str | None = None
    kind: str
    room: str | None = None
    opened_at: Instant
    differs: tuple[str, ...] = ()
    in_force: SimulatedSide | None = None
    draft: SimulatedSide | None = None


class SimulatedCounts(Wire):
    """The figures of both sides."""

    cases: int = 0
    differing: int = 0
    by_difference: dict[str, int] = Field(default_factory=dict)
    breaches_in_force: int = 0
    breaches_draft: int = 0
    late_in_force: int = 0
    late_draft: int = 0
    rung_in_force: int = 0
    rung_draft: int = 0


class Simulation(Wire):
    """What a draft would have changed; nothing of it was stored."""

    counts: SimulatedCounts = SimulatedCounts()
    cases: tuple[SimulatedCase, ...] = ()
    left_off: int = 0
    complete: bool = True


def draft_of(text: str) -> dict[str, Any]:
    """A draft as somebody wrote it; Refused says where it is no JSON."""
    try:
        draft = json.loads(text)
    except json.JSONDecodeError as failure:
        words = _("This is not written right in line {line}: {what}", line=failure.lineno, what=failure.msg)
        raise Refused(Problem(422, "form_invalid", words)) from failure
    if not isinstance(draft, dict):
        raise Refused(Problem(422, "form_invalid", _("Rules begin and end with braces.")))
    return draft


def plainly(own: Mapping[str, Any]) -> str:
    """Rules as people edit them: what says nothing is left out."""
    return json.dumps(stated(own), indent=2, ensure_ascii=False)


def stated(own: Mapping[str, Any]) -> dict[str, Any]:
    """Own rules without what says nothing; an empty list of a kind says that it has none, whatever the chain says."""
    kinds = {
        code: {name: lean(each) for name, each in override.items() if each is not None}
        for code, override in (own.get("kinds") or {}).items()
        if isinstance(override, Mapping)
    }
    rest: dict[str, Any] = lean({name: each for name, each in own.items() if name != "kinds"})
    said = {code: each for code, each in kinds.items() if each}
    return ({"kinds": said} if said else {}) | rest


def lean(value: Any) -> Any:
    """Without what says nothing."""
    if isinstance(value, Mapping):
        kept = {name: lean(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None and each not in ({}, [])}
    return [lean(each) for each in value] if isinstance(value, list | tuple) else value


def briefly(value: Any) -> str:
    """One value of a difference in a line: seconds of a clock stay figures, lists count."""
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}…"


def codes(text: str) -> list[str]:
    """Codes typed with commas or blanks between them."""
    return [one for one in text.replace(",", " ").split() if one]
