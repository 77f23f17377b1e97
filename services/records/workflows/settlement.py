"""The record that a difference of money gets: somebody of finance owns it, with both amounts on it from the start."""

from dataclasses import replace

from services.records.domain.kinds import FieldSpec, FieldType, KindSpec, Stage
from services.records.domain.occurrences import FinanceOccurred, Occurrence, Opening
from services.records.domain.rules import KindRules, sla
from services.records.workflows.openings import from_finance
from shared.contracts.identity import DataClass, Department, Role
from shared.contracts.records import Workflow

PAYMENT = DataClass.PAYMENT
TYPES = (
    "missing_charge",
    "double_charge",
    "wrong_amount",
    "wrong_refund",
    *("missing_deposit", "double_deposit"),
    "orphan",
)
SETTLEMENT = KindSpec(
    code="money_difference",
    workflow=Workflow.GUEST_EXPERIENCE,
    slot="F",
    label="Difference of money",
    department=Department.FINANCE,
    what="difference",
    checked_field="finding",
    rules=KindRules(sla=sla(480, 2 * 1440, 480)),
    fields=(
        FieldSpec("difference", FieldType.CHOICE, Stage.OPEN, choices=TYPES),
        FieldSpec("gap", FieldType.MONEY, Stage.OPEN, data_class=PAYMENT),
        FieldSpec("expected", FieldType.MONEY, data_class=PAYMENT),
        FieldSpec("found", FieldType.MONEY, data_class=PAYMENT),
        FieldSpec("side", FieldType.CHOICE, choices=("folio", "provider")),
        FieldSpec(
            "finding",
            FieldType.CHOICE,
            Stage.APPROVE,
            choices=("posted", "corrected", "refunded", "provider_error", "pms_error", "timing", "accepted"),
            audited=True,
        ),
        FieldSpec("details", FieldType.TEXT, data_class=DataClass.PRIVATE_STAY),
    ),
    causes=("other",),
    reviewer=Role.GENERAL_MANAGER,
)


def on_difference(what: Occurrence) -> tuple[Opening, ...]:
    """Record, folio and provider do not agree: one record for the difference, linked to the one it is about."""
    if not isinstance(what, FinanceOccurred) or what.verb != "difference_seen" or what.finance.code not in TYPES:
        return ()
    seen = what.finance
    fields = {
        "difference": seen.code,
        "gap": seen.amount.model_dump(),
        "side": "provider" if seen.provider_ref else "folio",
        **({"expected": seen.expected.model_dump()} if seen.expected else {}),
        **({"found": seen.found.model_dump()} if seen.found else {}),
    }
    opening = from_finance(SETTLEMENT, what, fields)
    return (replace(opening, links=(seen.record_id,)) if seen.record_id else opening,)
