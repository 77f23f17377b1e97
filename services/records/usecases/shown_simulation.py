"""What a simulation answers: case by case what the rules in force and the draft say, and how often they differ."""

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from services.records.domain.simulation import Case, Told, differing
from shared.contracts.errors import Breach
from shared.contracts.identity import Role
from shared.contracts.records import EscalationStep
from shared.contracts.values import Frozen, Instant


class Simulated(Frozen):
    """What one set of rules says of a record."""

    owner: str
    owner_rule: str
    breaches: tuple[Breach, ...] = Field(description="What its values would break when they are given or confirmed")
    approved_by_policy: bool = Field(description="Approved without a person as soon as it is accepted")
    approver: Role | None = Field(description="Whose yes its money needs, with what else was asked for the stay")
    offer: str | None = Field(description="What it sells of the catalogue")
    offer_refused: str | None = Field(description="Why that cannot be promised now: sold_out, price_changed, …")
    accept_by: Instant | None
    due_at: Instant | None
    at_risk_at: Instant | None
    steps: tuple[EscalationStep, ...]
    late: bool = Field(description="Past its deadline when it closed, or now")
    rung: tuple[Role, ...] = Field(description="Who would have been told of it being late by then")
    opens: tuple[str, ...] = Field(description="The kinds of record that follow at once")


class SimulatedCase(Frozen):
    """One record, or one that would open; a side is absent where its rules would not open it."""

    record_id: str | None = Field(description="Absent: it is not open yet")
    kind: str
    room: str | None
    stay_id: str | None
    opened_at: Instant
    differs: tuple[str, ...]
    in_force: Simulated | None
    draft: Simulated | None


class Counts(Frozen):
    """How many records were looked at, how many differ, and in what; `breaches` and `rung` by side, all in all."""

    cases: int
    differing: int
    by_difference: dict[str, int]
    breaches_in_force: int
    breaches_draft: int
    late_in_force: int
    late_draft: int
    rung_in_force: int
    rung_draft: int


class ShownSimulation(Frozen):
    """The difference a draft would make. Nothing was stored or told to anybody."""

    property_id: str
    version: int = Field(description="The version in force that the draft is compared with")
    chain_version: int
    counts: Counts
    cases: tuple[SimulatedCase, ...] = Field(description="Those that differ; of a stay, all")
    left_off: int = Field(default=0, description="How many the list leaves off: too many, or not the caller's to read")
    complete: bool = Field(default=True, description="False: there were more records than one simulation looks at")


Pair = tuple[Case, Told | None, Told | None]


def shown_case(pair: Pair) -> SimulatedCase:
    """A case beside itself."""
    case, now, then = pair
    return SimulatedCase(
        record_id=case.record_id if case.there else None,
        kind=case.opening.kind,
        room=case.opening.room,
        stay_id=case.opening.stay_id,
        opened_at=case.at,
        differs=differing(now, then),
        in_force=_side(now),
        draft=_side(then),
    )


def _side(told: Told | None) -> Simulated | None:
    return None if told is None else Simulated(**{name: getattr(told, name) for name in Simulated.model_fields})


def counts(pairs: Sequence[Pair]) -> Counts:
    """The figures of a simulation."""
    differences = [differing(now, then) for _, now, then in pairs]
    one = [now for _, now, _ in pairs if now is not None]
    other = [then for _, _, then in pairs if then is not None]
    return Counts(
        cases=len(pairs),
        differing=sum(bool(each) for each in differences),
        by_difference=dict(sorted(Counter(name for each in differences for name in each).items())),
        breaches_in_force=sum(len(each.breaches) for each in one),
        breaches_draft=sum(len(each.breaches) for each in other),
        late_in_force=sum(each.late for each in one),
        late_draft=sum(each.late for each in other),
        rung_in_force=sum(len(each.rung) for each in one),
        rung_draft=sum(len(each.rung) for each in other),
    )
