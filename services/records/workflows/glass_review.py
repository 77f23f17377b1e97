"""The record that broken glass gets: a general manager says what the emergency rights were used for (S55)."""

from services.records.domain.kinds import FieldSpec, FieldType, KindSpec, Stage, TriggerRule
from services.records.domain.occurrences import GlassOccurred, Occurrence, Opening
from services.records.domain.rules import KindRules, sla
from shared.contracts.identity import Department, Role
from shared.contracts.records import TriggerKind, Workflow

CODE = "glass_review"
BROKEN = "broken"

GLASS_REVIEW = KindSpec(
    code=CODE,
    workflow=Workflow.GUEST_EXPERIENCE,
    slot="F",
    label="Review of broken glass",
    department=Department.FRONT_OFFICE,
    what="why",
    checked_field="finding",
    rules=KindRules(sla=sla(240, 1440, 240), owner_role=Role.GENERAL_MANAGER),
    fields=(
        FieldSpec("why", FieldType.CODE, Stage.OPEN),
        FieldSpec("finding", FieldType.CODE, Stage.APPROVE, audited=True),
    ),
    causes=("other",),
    reviewer=Role.GENERAL_MANAGER,
    quick_entry=False,
)


def key_of(glass_id: str) -> str:
    """What makes a glass open its record once, however often its event comes."""
    return f"{CODE}:{glass_id}"


def on_glass(what: Occurrence) -> tuple[Opening, ...]:
    """Broken glass opens its review; whoever broke it never owns that."""
    if not isinstance(what, GlassOccurred) or what.verb != BROKEN:
        return ()
    opening = Opening(
        kind=CODE,
        source=TriggerKind.STAFF_TASK,
        key=key_of(what.glass.id),
        property_id=what.glass.property_id,
        fields={"why": what.why},
        not_owner=what.glass.staff_id,
    )
    return (opening,)


TRIGGER = TriggerRule("glass_broken", TriggerKind.STAFF_TASK, on_glass)
