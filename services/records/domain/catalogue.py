"""All workflows together: look-ups by kind, and what an occurrence or a record's own turn opens."""

from collections.abc import Sequence
from dataclasses import replace

from services.records.domain.kind_faults import faults_of, twice
from services.records.domain.kinds import KindSpec, Turn, WorkflowSpec
from services.records.domain.occurrences import Occurrence, Opening
from services.records.domain.rules import HotelRules
from services.records.domain.state import RecordState
from shared.contracts.errors import invalid
from shared.contracts.records import Status


class Catalogue:
    """The workflows that run, as one table of kinds. A contradiction in them raises ValueError at once."""

    def __init__(self, workflows: Sequence[WorkflowSpec]) -> None:
        faults = [fault for each in workflows for fault in faults_of(each)] + twice(workflows)
        if faults:
            raise ValueError("; ".join(faults))
        self.workflows = tuple(workflows)
        self.kinds: dict[str, KindSpec] = {kind.code: kind for each in workflows for kind in each.kinds}
        self.defaults = HotelRules(kinds={code: kind.rules for code, kind in self.kinds.items()})
        """The rules a chain starts with: those that each kind brings along."""

    def kind(self, code: str) -> KindSpec:
        """One kind; an unknown code is a refusal."""
        if code not in self.kinds:
            # The name is anybody's text: it is not said back.
            raise invalid("kind", "unknown_kind", "There is no such kind; GET /v1/kinds lists them.")
        return self.kinds[code]

    def openings(self, occurrence: Occurrence) -> list[Opening]:
        """What something that happened opens, over all workflows."""
        found = [
            opening for workflow in self.workflows for rule in workflow.triggers for opening in rule.opens(occurrence)
        ]
        return [replace(each, source_event=occurrence.source_event) for each in found]

    def follow_ons(self, before: RecordState | None, after: RecordState, rules: HotelRules) -> list[Opening]:
        """What a record's own turn opens; the key makes it once per opening or close."""
        turn = _turn(before, after)
        return [
            replace(opening, key=f"{each.name}:{after.id}:{after.close_count}", parent=after.id)
            for workflow in self.workflows
            for each in workflow.follow_ons
            if turn is each.after and each.of == after.kind
            for opening in each.opens(after, rules)
        ]


def _turn(before: RecordState | None, after: RecordState) -> Turn | None:
    if before is None:
        return Turn.OPENED
    closed_now = before.status is not Status.COMPLETE and after.status is Status.COMPLETE
    return Turn.FULFILLED if closed_now and after.outcome == "fulfilled" else None
