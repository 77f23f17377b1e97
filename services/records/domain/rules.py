"""A hotel's own rules: a chain's defaults, what one property says otherwise, and the two merged."""

import hashlib
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.contracts.errors import Breach
from shared.contracts.identity import Department, Role
from shared.contracts.records import Sla
from shared.contracts.values import MAX_MINOR_UNITS, Code, EntityId, Frozen, Version

Whole = Annotated[int, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS)]
Word = Annotated[str, StringConstraints(max_length=64)]
Scalar = Whole | bool | Word
MAX_LISTED = 50


class Limit(Frozen):
    """What one field may hold: bounds (minor units for money, ISO text for dates and times) or a closed list."""

    rule: Code
    field: Code
    at_least: Whole | Word | None = None
    at_most: Whole | Word | None = None
    allowed: tuple[Scalar, ...] = Field(default=(), max_length=MAX_LISTED)

    def breach(self, value: Any) -> Breach | None:
        """The breach of this limit by a normalised value, if it is one."""
        plain = value["amount"] if isinstance(value, dict) and "amount" in value else value
        if self.allowed and plain not in self.allowed:
            return self._breach(f"must be one of {', '.join(map(str, self.allowed))}")
        if self.at_least is not None and plain < self.at_least:
            return self._breach(f"must be at least {self.at_least}")
        if self.at_most is not None and plain > self.at_most:
            return self._breach(f"must be at most {self.at_most}")
        return None

    def _breach(self, says: str) -> Breach:
        return Breach(field=self.field, rule=self.rule, message=f"{self.field} {says}.")


class Condition(Frozen):
    """A condition of the hotel's own, in CEL: it must be true of the record, else `field` is blamed with `message`.

    It may name `fields`, `record`, `stay`, `now`, `today` and `time`. It is judged at its stages, and whenever a field
    that it blames or names changes.
    """

    rule: Code
    field: Code
    expression: str = Field(min_length=1, max_length=500, examples=["!has(fields.quantity) || fields.quantity <= 4"])
    message: str = Field(min_length=1, max_length=200, examples=["More than four go through the store room."])
    stages: tuple[Literal["open", "approve", "fulfil"], ...] = Field(default=("open", "approve"), max_length=3)


class AutoApproval(Frozen):
    """Inside these limits the policy itself checks and approves, in the name of who switched it on."""

    limits: tuple[Limit, ...] = Field(min_length=1, max_length=MAX_LISTED)
    switched_on_by: EntityId | None = None


class TemplateItem(Frozen):
    """One item that stands on every record's checklist."""

    code: Code
    compulsory: bool = False


class KindRules(Frozen):
    """One hotel's rules for one kind of record."""

    sla: Sla
    limits: tuple[Limit, ...] = ()
    conditions: tuple[Condition, ...] = ()
    auto: AutoApproval | None = None
    checklist: tuple[TemplateItem, ...] | None = Field(default=None, description="None: as the kind has it")
    repeat_window_s: int = Field(default=0, ge=0, description="How long the same question counts as a repeat; 0: never")
    line_max: int = Field(default=10_000, ge=0, description="Minor units above which a money line needs approval")


class KindOverride(Frozen):
    """What one property says otherwise about one kind; absent means the chain's default."""

    sla: Sla | None = None
    limits: tuple[Limit, ...] | None = Field(default=None, max_length=MAX_LISTED)
    conditions: tuple[Condition, ...] | None = Field(default=None, max_length=20)
    auto: AutoApproval | Literal["off"] | None = None
    checklist: tuple[TemplateItem, ...] | None = Field(default=None, max_length=20)
    repeat_window_s: int | None = Field(default=None, strict=True, ge=0, le=30 * 86_400)
    line_max: int | None = Field(default=None, strict=True, ge=0, le=MAX_MINOR_UNITS)

    def over(self, rules: KindRules) -> KindRules:
        """The chain's rules for a kind with this laid over them."""
        said = {name: value for name in KindOverride.model_fields if (value := getattr(self, name)) is not None}
        return rules.model_copy(update=said | ({"auto": None} if self.auto == "off" else {}))


class PropertyRules(Frozen):
    """One version of a property's own rules, as it edits them."""

    kinds: dict[str, KindOverride] = Field(default_factory=dict, max_length=100)
    fallback_owners: dict[Department, EntityId] = Field(default_factory=dict)
    score_threshold: int | None = Field(default=None, strict=True, ge=0, le=10)

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
    kinds: dict[str, KindRules]
    fallback_owners: dict[Department, EntityId] = Field(default_factory=dict)
    score_threshold: int = 6

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
        kinds=kinds,
        fallback_owners=defaults.fallback_owners | own.fallback_owners,
        score_threshold=threshold,
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
