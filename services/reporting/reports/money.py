"""R4, first part: what records asked to be charged, refunded, deposited or paid, and what became of it."""

from collections import defaultdict
from collections.abc import Sequence

from services.reporting.domain.fact import Fact, Line
from services.reporting.domain.question import Figure, Question, Report
from shared.contracts.identity import DataClass
from shared.contracts.money import PostingState

POSTED, FAILED, WAITING, UNKNOWN, VOID = "posted", "failed", "waiting", "unknown", "void"
_STATES: dict[str, str] = {
    PostingState.DONE.value: POSTED,
    PostingState.FAILED.value: FAILED,
    PostingState.UNKNOWN.value: UNKNOWN,
    VOID: VOID,
}


def money(facts: Sequence[Fact], question: Question) -> list[Figure]:
    """Sums in minor units by kind of line, state and currency; `requested` is the sum of all states but void."""
    sums: dict[tuple[str, str, str], list[tuple[str, int]]] = defaultdict(list)
    for fact in facts:
        for line in fact.life.lines if fact.life else ():
            if question.covers(line.at, fact):
                state = state_of(fact, line)
                entry = (fact.id, line.amount.amount)
                sums[(line.kind.value, line.amount.currency, state)].append(entry)
                if state != VOID:
                    sums[(line.kind.value, line.amount.currency, "requested")].append(entry)
    return [_sum(*key, entries) for key, entries in sorted(sums.items())]


def state_of(fact: Fact, line: Line) -> str:
    """What became of a line: as its posting says, where there is one, else as the record does; else it waits."""
    if line.state == VOID:
        return VOID
    posting = max((one for one in fact.postings if one.line_id == line.id), key=lambda one: one.at, default=None)
    return _STATES.get(posting.state.value if posting else line.state, WAITING)


def _sum(kind: str, currency: str, state: str, entries: Sequence[tuple[str, int]]) -> Figure:
    return Figure(
        name=state,
        labels={"kind": kind, "currency": currency},
        value=sum(amount for _, amount in entries),
        unit=f"{currency} minor units",
        records=tuple(dict.fromkeys(record for record, _ in entries)),
        data_class=DataClass.PAYMENT,
    )


MONEY = Report(
    name="money",
    title="Money asked for and posted",
    definition=(
        "Money lines first asked for on the local days asked about, by kind, in integer minor units of their currency. "
        "requested = posted + waiting + failed + unknown; void lines were taken back before anything was posted. "
        "Currencies are never added to each other."
    ),
    figures=money,
)
