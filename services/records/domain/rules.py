"""A hotel's own rules: a chain's defaults, what one property says otherwise, and the two merged."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from services.records.domain.incentives import Incentive
from services.records.domain.limits import MAX_LISTED, Messages, Notice
from services.records.domain.limits import Limit as Limit
from shared.contracts.identity import Department, Role
from shared.contracts.records import Sla
from shared.contracts.values import MAX_MINOR_UNITS, AskedDay, Code, EntityId, Frozen, Version

Amount = Annotated[int, Field(strict=True, ge=0, le=MAX_MINOR_UNITS)]


class Condition(Frozen):
    """A condition of the hotel's own, in CEL: it must be true of the record, else `field` is blamed with `message`.

    It may name `fields`, `record`, `stay`, `now`, `today` and `time`. It is judged at its stages, and whenever a field
    that it blames or names changes.
    """

    rule: Code
    field: Code
    expression: str = Field(min_length=1, max_length=500, examples=["!has(fields.quantity) || fields.quantity <= 4"])
    message: str = Field(min_length=1, max_length=200, examples=["More than four go through the store room."])
    messages: Messages = Field(default_factory=dict)
    stages: tuple[Literal["open", "approve", "fulfil"], ...] = Field(default=("open", "approve"), max_length=3)


class AutoApproval(Frozen):
    """Inside these limits the policy itself checks and approves, in the name of who switched it on.

    Every field that is named must hold a value that a limit of it binds, and be inside all that bind it.
    """

    limits: tuple[Limit, ...] = Field(min_length=1, max_length=MAX_LISTED)
    switched_on_by: EntityId | None = None

    def covers(self, fields: Mapping[str, Any]) -> bool:
        """Whether a record with these values is inside."""
        binding = [each for each in self.limits if fields.get(each.field) is not None and each.binds(fields)]
        named = {each.field for each in self.limits}
        return named == {each.field for each in binding} and not any(
            each.breach(fields[each.field]) for each in binding
        )


def auto_limits(auto: AutoApproval | str | None) -> tuple[Limit, ...]:
    """The limits inside which the policy approves by itself."""
    return auto.limits if isinstance(auto, AutoApproval) else ()


class Tier(Frozen):
    """Above this much money, another person of this role decides; of the tiers that are passed the highest counts.

    The record's own sum, the stay's and the requester's of the day count each, so that splitting gets round nothing.
    """

    above: Amount = Field(description="Minor units, of the record as a whole")
    above_stay: Amount | None = Field(default=None, description="Of the stay as a whole; absent: as `above`")
    above_day: Amount | None = Field(default=None, description="Of the requester's day; absent: as `above`")
    role: Literal[Role.SUPERVISOR, Role.DUTY_MANAGER, Role.REVENUE_MANAGER, Role.FINANCE, Role.GENERAL_MANAGER]


class Repeats(Frozen):
    """How often a cause may come back within a window before somebody has to look into it (R3)."""

    count: int = Field(strict=True, ge=2, le=1000)
    window_s: int = Field(strict=True, ge=3600, le=366 * 86_400)


class Deputy(Frozen):
    """Who decides for whom, on which days of the hotel's calendar, while the principal is off duty."""

    principal: EntityId
    deputy: EntityId
    first: AskedDay
    last: AskedDay

    def on(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.first <= day <= self.last


class TemplateItem(Frozen):
    """One item that stands on every record's checklist."""

    code: Code
    compulsory: bool = False


class KindRules(Frozen):
    """One hotel's rules for one kind of record."""

    sla: Sla
    limits: tuple[Limit, ...] = ()
    conditions: tuple[Condition, ...] = ()
    notices: tuple[Notice, ...] = ()
    causes: tuple[Code, ...] = Field(default=(), description="Reason codes of the hotel's own, beside the kind's")
    auto: AutoApproval | None = None
    checklist: tuple[TemplateItem, ...] | None = Field(default=None, description="None: as the kind has it")
    repeat_window_s: int = Field(default=0, ge=0, description="How long the same question counts as a repeat; 0: never")
    line_max: int = Field(default=10_000, ge=0, description="Minor units above which a money line needs approval")
    points_per_stay: int | None = Field(default=None, ge=0, description="Most loyalty points moved in one stay")
    tiers: tuple[Tier, ...] = ()
    approve_by_s: int = Field(default=86_400, gt=0, description="How long a proposal waits before it expires")
    expire_after_s: int | None = Field(default=None, gt=0, description="How long past its deadline a record expires")
    repeats: Repeats = Repeats(count=5, window_s=7 * 86_400)
    skill: Code | None = Field(default=None, description="What the owner should be able to do")
    owner_role: Role | None = Field(
        default=None, description="Whose work it is, whatever the department; None: anybody's"
    )


class KindOverride(Frozen):
    """What one property says otherwise about one kind; absent means the chain's default."""

    sla: Sla | None = None
    limits: tuple[Limit, ...] | None = Field(default=None, max_length=MAX_LISTED)
    conditions: tuple[Condition, ...] | None = Field(default=None, max_length=20)
    notices: tuple[Notice, ...] | None = Field(default=None, max_length=20)
    causes: tuple[Code, ...] | None = Field(default=None, max_length=MAX_LISTED)
    auto: AutoApproval | Literal["off"] | None = None
    checklist: tuple[TemplateItem, ...] | None = Field(default=None, max_length=20)
    repeat_window_s: int | None = Field(default=None, strict=True, ge=0, le=30 * 86_400)
    line_max: int | None = Field(default=None, strict=True, ge=0, le=MAX_MINOR_UNITS)
    points_per_stay: int | None = Field(default=None, strict=True, ge=0, le=10**9)
    tiers: tuple[Tier, ...] | None = Field(default=None, max_length=10)
    approve_by_s: int | None = Field(default=None, strict=True, ge=60, le=366 * 86_400)
    expire_after_s: int | None = Field(default=None, strict=True, ge=60, le=366 * 86_400)
    repeats: Repeats | None = None
    skill: Code | None = Field(default=None, description="`none` asks for none where the chain asks for one")

    def over(self, rules: KindRules) -> KindRules:
        """The chain's rules for a kind with this laid over them."""
        said = {name: value for name in KindOverride.model_fields if (value := getattr(self, name)) is not None}
        said |= {"auto": None} if self.auto == "off" else {}
        return rules.model_copy(update=said | ({"skill": None} if self.skill == "none" else {}))


class PropertyRules(Frozen):
    """One version of a property's own rules, as it edits them."""

    kinds: dict[str, KindOverride] = Field(default_factory=dict, max_length=100)
    fallback_owners: dict[Department, EntityId] = Field(default_factory=dict)
    score_threshold: int | None = Field(default=None, strict=True, ge=0, le=10)
    deputies: tuple[Deputy, ...] = Field(default=(), max_length=MAX_LISTED)
    handover_minutes: int | None = Field(default=None, strict=True, ge=1, le=480, description="To acknowledge one")
    incentives: tuple[Incentive, ...] | None = Field(
        default=None, max_length=MAX_LISTED, description="What agents earn"
    )

    def signed(self, before: "PropertyRules | None", by: str) -> "PropertyRules":
        """These rules with every policy that is new or changed switched on by this person, whoever was named."""
        known = {code: each.auto for code, each in before.kinds.items()} if before else {}
        kinds = {
            code: each.model_copy(update={"auto": _signed(each.auto, known.get(code), by)})
            for code, each in self.kinds.items()
        }
        return self.model_copy(update={"kinds": kinds})

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, for the audit of a change."""
        return hashlib.sha256(self.model_dump_json(exclude_none=True).encode()).hexdigest()


def _signed(
    auto: AutoApproval | Literal["off"] | None, before: AutoApproval | Literal["off"] | None, by: str
) -> AutoApproval | Literal["off"] | None:
    if not isinstance(auto, AutoApproval):
        return auto
    same = isinstance(before, AutoApproval) and before.limits == auto.limits
    return before if same else auto.model_copy(update={"switched_on_by": by})


class HotelRules(Frozen):
    """The rules in force at one property: defaults with its overrides, under the version that records pin."""

    version: Version = 1
    chain_version: Version = 1
    kinds: dict[str, KindRules]
    fallback_owners: dict[Department, EntityId] = Field(default_factory=dict)
    score_threshold: int = 6
    deputies: tuple[Deputy, ...] = ()
    handover_minutes: int = 15
    incentives: tuple[Incentive, ...] = ()

    def of(self, kind: str) -> KindRules:
        """The rules of one kind; a kind without rules of its own runs on the plain default."""
        return self.kinds.get(kind, PLAIN)


def in_force(defaults: HotelRules, own: PropertyRules | None, version: int) -> HotelRules:
    """The chain's defaults with a property's overrides laid over them."""
    if own is None:
        return defaults.model_copy(update={"version": version})
    kinds = dict(defaults.kinds)
    kinds |= {code: override.over(defaults.of(code)) for code, override in own.kinds.items()}
    threshold = defaults.score_threshold if own.score_threshold is None else own.score_threshold
    return HotelRules(
        version=version,
        chain_version=defaults.chain_version,
        kinds=kinds,
        fallback_owners=defaults.fallback_owners | own.fallback_owners,
        score_threshold=threshold,
        deputies=(*defaults.deputies, *own.deputies),
        handover_minutes=own.handover_minutes or defaults.handover_minutes,
        incentives=defaults.incentives if own.incentives is None else own.incentives,
    )


def sla(accept_min: int, complete_min: int, warn_min: int) -> Sla:
    """An SLA in minutes with the usual steps: the owner's supervisor, the duty manager, the general manager."""
    steps = ((0, Role.SUPERVISOR), (accept_min * 60, Role.DUTY_MANAGER), (complete_min * 30, Role.GENERAL_MANAGER))
    return Sla.model_validate(
        {
            "accept_s": accept_min * 60,
            "complete_s": complete_min * 60,
            "warn_s": warn_min * 60,
            "steps": [{"after_s": after, "role": role} for after, role in sorted(steps)],
        }
    )


PLAIN = KindRules(sla=sla(30, 240, 30))
