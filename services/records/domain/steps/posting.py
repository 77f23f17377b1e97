"""What leaves for the PMS: the posting of a money line, once (L3), and an approved change of its values (K3)."""

from services.records.domain.act import Act
from services.records.domain.state import Stake
from services.records.domain.texts import Reason
from shared.contracts.identity import Actor
from shared.contracts.records import MoneyLine, RecordPostingRequested, RecordWritebackRequested
from shared.contracts.writebacks import PmsChange


def line_posted(
    act: Act, line: MoneyLine, reason: Reason, by: Actor | None = None, stakes: tuple[Stake, ...] | None = None
) -> Act:
    """The line on the record, to be posted: a cost to the house's books, every other one to the guest's folio."""
    lines, held = (*act.state.money, line), act.state.stakes if stakes is None else stakes
    return act.then(
        "posting_requested",
        by=by,
        reason=reason,
        body=RecordPostingRequested,
        extra={"line": line},
        money=lines,
        stakes=held,
        idle_handoffs=0,
    )


def writeback_requested(act: Act, change: PmsChange, reason: Reason) -> Act:
    """The change on its way to the PMS; it is pending here until the PMS confirms or refuses."""
    return act.then(
        "writeback_requested",
        reason=reason,
        body=RecordWritebackRequested,
        extra={"writeback": change},
        writebacks=(*act.state.writebacks, change),
        idle_handoffs=0,
    )
