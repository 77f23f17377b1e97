"""What a record answers to one caller (S3): next action, due time, what is missing, what may be changed and by whom."""

import datetime as dt
import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.records.domain.authority import DECIDERS
from services.records.domain.kinds import FieldType, KindSpec
from services.records.domain.rules import Tier
from services.records.domain.stakes import Totals, standing, tier_role
from services.records.domain.state import RecordState
from shared.contracts.identity import DataClass, Role
from shared.contracts.records import NextAction, Status


class Risk(enum.StrEnum):
    """How a record stands against its deadline."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"
    CLOSED = "closed"


@dataclass(frozen=True)
class SensitiveField:
    """Who may change a field that needs another person: the roles that decide, and who of them is on duty."""

    field: str
    roles: tuple[Role, ...]
    on_duty: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """The answers of S3 for one caller."""

    next_action: NextAction
    due_at: dt.datetime
    owner: str
    risk: Risk
    missing_fields: tuple[str, ...]
    editable_fields: tuple[str, ...]
    sensitive_fields: tuple[SensitiveField, ...]


def risk(state: RecordState, now: dt.datetime) -> Risk:
    """On track, at risk or late. While blocked the clock stands where it was stopped."""
    if state.status is Status.COMPLETE:
        return Risk.CLOSED
    moment = state.paused_at or now
    if moment >= state.due_at:
        return Risk.LATE
    near = moment >= state.due_at - dt.timedelta(seconds=state.sla.warn_s)
    unaccepted = not state.accepted and moment >= state.accept_by
    return Risk.AT_RISK if near or unaccepted else Risk.ON_TRACK


def protected_fields(state: RecordState, kind: KindSpec) -> tuple[str, ...]:
    """The fields whose change another person must approve: the sensitive ones, and the confirmed value."""
    confirmed = {kind.checked_field} if state.checked else set()
    return tuple(spec.name for spec in kind.fields if spec.guarded(state.fields) or spec.name in confirmed)


def answers(
    state: RecordState,
    kind: KindSpec,
    writable: frozenset[DataClass],
    on_duty: Callable[[Iterable[Role]], tuple[str, ...]],
    now: dt.datetime,
    tiers: Iterable[Tier] = (),
) -> Answers:
    """S3 for a caller who may write these data classes (none: may not edit).

    `on_duty`: who of these roles is on duty and may decide on this record.
    """
    is_open, held = state.status is not Status.COMPLETE, tuple(tiers)
    fields = {name: DECIDERS[reviewer(state, kind, held, name)] for name in protected_fields(state, kind)}
    people = {deciders: on_duty(deciders) for deciders in fields.values()}
    return Answers(
        next_action=state.next_action,
        due_at=state.due_at,
        owner=state.owner,
        risk=risk(state, now),
        missing_fields=state.missing_fields,
        editable_fields=tuple(spec.name for spec in kind.fields if is_open and spec.data_class in writable),
        sensitive_fields=tuple(
            SensitiveField(name, tuple(sorted(deciders)), people[deciders]) for name, deciders in fields.items()
        ),
    )


def reviewer(state: RecordState, kind: KindSpec, tiers: tuple[Tier, ...], name: str) -> Role:
    """Whose yes a change of a field needs: of what waits already, its own; of money, the tier that any more passes.

    Sums of other records are not looked up for a page: a proposal may need a higher role than is shown.
    """
    waiting = [each.reviewer_role for each in state.proposals if each.pending and name in each.after]
    if waiting:
        return waiting[0]
    spec = kind.field(name)
    least = sum(each.amount for each in standing(state)) + 1
    asked = Totals(least, least, 0) if spec is not None and spec.type is FieldType.MONEY else Totals(0, 0, 0)
    return tier_role(tiers, asked) or kind.reviewer
