"""What callers are shown of a hotel's rules: in force, of its own, of its chain, waiting, and how they differ."""

from pydantic import Field

from services.records.domain.rulebook import CHAIN_LEVEL, RuleVersion, VersionState, merged, standing
from services.records.domain.rules import HotelRules, PropertyRules
from shared.contracts.differences import Difference, differences
from shared.contracts.values import Frozen, Instant


class ShownVersion(Frozen):
    """One version: who asked for it and why, who decided, from when it binds, and what it changes."""

    version: int
    base: int = Field(description="The version it was made on")
    state: VersionState
    in_force: bool
    effective_from: Instant | None = Field(description="As it was asked for; absent: as soon as it is approved")
    starts_at: Instant | None = Field(description="When it comes, or came, into force")
    digest: str
    proposed_by: str
    proposed_at: Instant
    reason: str | None = None
    reason_code: str | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    decision: str | None = None
    decision_code: str | None = None
    changes: tuple[Difference, ...] = Field(description="Against the version it was made on")
    rules: PropertyRules


class ShownVersions(Frozen):
    """Versions, newest first. `next` is the cursor of the following page, if there is one."""

    versions: tuple[ShownVersion, ...]
    next: int | None = None


class ShownRules(Frozen):
    """The rules of a place: those in force, what it says itself, and where it differs from the level above it."""

    property_id: str
    version: int
    chain_version: int
    revision: int = Field(description="What If-Match names: it moves with every proposal and decision")
    own: PropertyRules = Field(default_factory=PropertyRules)
    chain: PropertyRules = Field(default_factory=PropertyRules)
    in_force: HotelRules
    differences: tuple[Difference, ...] = ()
    waiting: tuple[ShownVersion, ...] = Field(default=(), description="Proposed, or approved for a day that lies ahead")


def shown_version(
    version: RuleVersion, base: RuleVersion | None, in_force: bool, texts: dict[str, str]
) -> ShownVersion:
    """A version beside the one it was made on; `texts` are the words behind references."""
    plain = {name: getattr(version, name) for name in ShownVersion.model_fields if name in RuleVersion.model_fields}
    words = {name: texts.get(ref.ref) if (ref := getattr(version, name)) else None for name in ("reason", "decision")}
    before = base.rules if base else PropertyRules()
    changes = differences(_plain(before), _plain(version.rules))
    return ShownVersion.model_validate(plain | words | {"in_force": in_force, "changes": changes})


def levels(
    defaults: HotelRules, place: str, chain: list[RuleVersion], own: list[RuleVersion], now: Instant
) -> tuple[HotelRules, HotelRules, RuleVersion | None, RuleVersion | None]:
    """The rules of the level above a place, those in force there, and the versions that stand at chain and place."""
    of_chain = standing(chain, now)
    of_place = None if place == CHAIN_LEVEL else standing(own, now)
    held = merged(defaults, of_chain, of_place)
    above = defaults if place == CHAIN_LEVEL else merged(defaults, of_chain, None)
    return above, held, of_chain, of_place


def difference(above: HotelRules, held: HotelRules) -> tuple[Difference, ...]:
    """Where the rules in force differ from those of the level above."""
    return differences(_plain(above), _plain(held))


def _plain(rules: HotelRules | PropertyRules) -> dict[str, object]:
    return rules.model_dump(mode="json", exclude_none=True, exclude={"version", "chain_version"})
