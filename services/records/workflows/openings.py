"""How a trigger's occurrence becomes the opening of a record, with the key that makes it happen once."""

from collections.abc import Mapping
from typing import Any

from services.records.domain.deadlines import anchored
from services.records.domain.kinds import Anchor, KindSpec
from services.records.domain.occurrences import FinanceOccurred, MessageOccurred, Opening, StayOccurred, TaskOccurred
from services.records.domain.state import RecordState
from shared.contracts.identity import Department
from shared.contracts.records import TriggerKind


def about_stay(
    kind: KindSpec,
    what: StayOccurred,
    source: TriggerKind,
    fields: Mapping[str, Any],
    *,
    part: str | None = None,
    department: Department | None = None,
    due: Anchor | None = None,
) -> Opening:
    """One record of a kind for a stay, or one for each `part` of it."""
    stay = what.stay
    return Opening(
        kind=kind.code,
        source=source,
        key=":".join(filter(None, (kind.code, stay.id, part))),
        property_id=stay.property_id,
        stay_id=stay.id,
        guest_id=stay.guest_id,
        room=stay.room,
        language=stay.language,
        fields=fields,
        department=department,
        due_at=anchored(due or kind.due, stay, what.zone),
        expires_at=anchored(kind.expires, stay, what.zone),
        stay=stay,
    )


def from_message(
    kind: KindSpec, what: MessageOccurred, fields: Mapping[str, Any], *, department: Department | None = None
) -> Opening:
    """One record of a kind for a guest's message."""
    message = what.message
    return Opening(
        kind=kind.code,
        source=TriggerKind.GUEST_REQUEST,
        key=f"{kind.code}:message:{message.id}",
        property_id=message.property_id,
        stay_id=message.stay_id,
        guest_id=message.guest_id,
        room=what.stay.room if what.stay else None,
        language=message.language,
        fields=fields,
        department=department,
        stay=what.stay,
    )


def from_finance(kind: KindSpec, what: FinanceOccurred, fields: Mapping[str, Any]) -> Opening:
    """One record of a kind for a finance action."""
    finance = what.finance
    return Opening(
        kind=kind.code,
        source=TriggerKind.FINANCE_ACTION,
        key=f"{kind.code}:finance:{finance.id}",
        property_id=finance.property_id,
        stay_id=finance.stay_id,
        guest_id=what.stay.guest_id if what.stay else None,
        room=what.stay.room if what.stay else None,
        language=what.stay.language if what.stay else "en",
        fields=fields,
    )


def from_task(
    kind: KindSpec, what: TaskOccurred, fields: Mapping[str, Any], *, department: Department | None = None
) -> Opening:
    """One record of a kind for a task of the PMS."""
    task, stay = what.task, what.stay
    return Opening(
        kind=kind.code,
        source=TriggerKind.STAFF_TASK,
        key=f"{kind.code}:task:{task.id}",
        property_id=task.property_id,
        stay_id=task.stay_id,
        guest_id=stay.guest_id if stay else None,
        room=task.room or (stay.room if stay else None),
        language=stay.language if stay else "en",
        fields=fields,
        department=task.department or department,
        due_at=task.due_at if task.due_at and task.due_at > what.at else None,
        stay=stay,
    )


def following(
    kind: str, state: RecordState, fields: Mapping[str, Any], *, department: Department | None = None
) -> Opening:
    """One record of a kind that follows on another; the catalogue gives it its key and parent."""
    return Opening(
        kind=kind,
        source=state.trigger.kind,
        key=f"{kind}:{state.id}",
        property_id=state.property_id,
        stay_id=state.stay_id,
        guest_id=state.guest_id,
        room=state.room,
        language=state.language,
        fields=fields,
        department=department,
    )
