"""A third workflow, all of it in one file: rooms are inspected after check-out, and what fails is repaired."""

from services.records.domain.kinds import (
    CauseWhen,
    FieldSpec,
    FieldType,
    FollowOn,
    Guard,
    KindSpec,
    Move,
    Stage,
    TriggerRule,
    Turn,
    When,
    WorkflowSpec,
)
from services.records.domain.limits import Limit
from services.records.domain.occurrences import Occurrence, Opening, StayOccurred
from services.records.domain.rules import HotelRules, KindRules, sla
from services.records.domain.state import RecordState
from services.records.workflows.openings import about_stay, following
from shared.contracts.identity import DataClass, Department
from shared.contracts.records import TriggerKind
from shared.contracts.stays import StayStatus

HOUSEKEEPING = "housekeeping_inspection"

INSPECTION = KindSpec(
    code="room_inspection",
    workflow=HOUSEKEEPING,
    slot="A",
    label="Room inspection",
    department=Department.HOUSEKEEPING,
    what="result",
    checked_field="score",
    rules=KindRules(sla=sla(10, 60, 10), limits=(Limit(rule="score_range", field="score", at_least=0, at_most=100),)),
    fields=(
        FieldSpec("result", FieldType.CHOICE, Stage.OPEN, choices=("to_do", "passed", "failed")),
        FieldSpec("score", FieldType.INTEGER, Stage.APPROVE, sensitive_when=When("result", ("passed",))),
        FieldSpec("damage", FieldType.BOOLEAN),
        FieldSpec("details", FieldType.TEXT, data_class=DataClass.PRIVATE_STAY),
    ),
    causes=("damage", "other"),
    exceptions=(CauseWhen("damage", When("damage", (True,))),),
    guards=(
        Guard(
            "not_inspected",
            Move.FULFILLED,
            When("result", ("to_do", None)),
            "The room was not inspected yet.",
            {"de": "Das Zimmer wurde noch nicht geprüft.", "pt": "O quarto ainda não foi inspecionado."},
        ),
    ),
)

REPAIR = KindSpec(
    code="room_repair",
    workflow=HOUSEKEEPING,
    slot="B",
    label="Repair after inspection",
    department=Department.MAINTENANCE,
    what="urgency",
    checked_field="urgency",
    rules=KindRules(sla=sla(15, 240, 30)),
    fields=(FieldSpec("urgency", FieldType.CHOICE, Stage.APPROVE, choices=("today", "this_week")),),
)


def on_check_out(what: Occurrence) -> tuple[Opening, ...]:
    """A room is free: it is inspected."""
    if not isinstance(what, StayOccurred) or what.stay.status is not StayStatus.CHECKED_OUT:
        return ()
    return (about_stay(INSPECTION, what, TriggerKind.BOOKING, {"result": "to_do"}),)


def after_inspection(state: RecordState, _rules: HotelRules) -> tuple[Opening, ...]:
    """A room that failed is repaired."""
    if state.fields["result"] != "failed":
        return ()
    return (following("room_repair", state, {"urgency": "today"}, department=Department.MAINTENANCE),)


WORKFLOW = WorkflowSpec(
    workflow=HOUSEKEEPING,
    kinds=(INSPECTION, REPAIR),
    triggers=(TriggerRule("inspection_after_check_out", TriggerKind.BOOKING, on_check_out),),
    follow_ons=(FollowOn("inspection_failed", "room_inspection", Turn.FULFILLED, after_inspection),),
)
