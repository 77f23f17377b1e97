"""Putting a money line on a record and asking for its posting, once (L3)."""

from services.records.domain.act import Act
from services.records.domain.texts import Reason
from shared.contracts.identity import Actor
from shared.contracts.records import LineKind, MoneyLine, RecordPostingRequested


def line_posted(act: Act, line: MoneyLine, reason: Reason, by: Actor | None = None) -> Act:
    """The line on the record. A cost is our own and stays here; the others go to the folio."""
    lines = (*act.state.money, line)
    if line.kind is LineKind.COST:
        return act.then("line_added", by=by, reason=reason, money=lines, idle_handoffs=0)
    return act.then(
        "posting_requested",
        by=by,
        reason=reason,
        body=RecordPostingRequested,
        extra={"line": line},
        money=lines,
        idle_handoffs=0,
    )
