"""The record that a cause gets when it keeps coming back: somebody owns finding out why (R3)."""

from services.records.domain.kinds import FieldSpec, FieldType, KindSpec, Stage
from services.records.domain.rules import KindRules, sla
from shared.contracts.identity import DataClass, Department, Role
from shared.contracts.records import Workflow

INVESTIGATION = KindSpec(
    code="investigation",
    workflow=Workflow.GUEST_EXPERIENCE,
    slot="D",
    label="Investigation of a repeated cause",
    department=Department.GUEST_RELATIONS,
    what="cause",
    checked_field="finding",
    rules=KindRules(sla=sla(240, 7 * 1440, 1440)),
    fields=(
        FieldSpec("about", FieldType.CODE, Stage.OPEN),
        FieldSpec("cause", FieldType.CODE, Stage.OPEN),
        FieldSpec("times", FieldType.INTEGER),
        FieldSpec(
            "finding",
            FieldType.CHOICE,
            Stage.APPROVE,
            choices=("process", "training", "staffing", "equipment", "supplier", "data", "no_common_cause"),
            audited=True,
        ),
        FieldSpec(
            "action",
            FieldType.CHOICE,
            Stage.FULFIL,
            choices=("rule_changed", "trained", "repaired", "replaced", "supplier_warned", "nothing"),
        ),
        FieldSpec("details", FieldType.TEXT, data_class=DataClass.PRIVATE_STAY),
    ),
    causes=("other",),
    reviewer=Role.DUTY_MANAGER,
)
