"""The language in which a workflow says what its kinds of record are: typed data, no behaviour."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.records.domain.occurrences import Occurrence, Opening
from services.records.domain.rules import HotelRules, KindRules, TemplateItem
from services.records.domain.state import RecordState
from shared.contracts.identity import DataClass, Department, Role
from shared.contracts.records import Outcome, Status, TriggerKind


class FieldType(enum.StrEnum):
    """What a field holds. `text` is private and kept in our own store; the others travel as they are.

    A `code` is a name of ours or of the hotel's configuration, never words.
    """

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"
    DATE = "date"
    LOCAL_TIME = "local_time"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    CODE = "code"


class Stage(enum.StrEnum):
    """By when a field must be there."""

    OPEN = "open"
    APPROVE = "approve"
    FULFIL = "fulfil"


@dataclass(frozen=True)
class When:
    """A condition on one field: it holds one of these values; None among them means that it is absent."""

    field: str
    among: tuple[str | int | bool | None, ...]

    def holds(self, fields: Mapping[str, object]) -> bool:
        """Whether it is so."""
        return fields.get(self.field) in self.among


@dataclass(frozen=True)
class FieldSpec:
    """One field of a kind. `audited` needs a reason to change, `sensitive` needs another person's approval.

    `sensitive_when` makes it sensitive only while a condition on the record's fields holds.
    """

    name: str
    type: FieldType
    needed_by: Stage | None = None
    required_when: When | None = None
    choices: tuple[str, ...] = ()
    data_class: DataClass = DataClass.ORDINARY
    audited: bool = False
    sensitive: bool = False
    sensitive_when: When | None = None

    def guarded(self, *values: Mapping[str, object]) -> bool:
        """Whether a change needs another person, on any of these values of the record: those before, those after."""
        return self.sensitive or (
            self.sensitive_when is not None and any(self.sensitive_when.holds(each) for each in values)
        )

    @property
    def stage(self) -> Stage | None:
        """By when it is needed; a conditional field counts from approval on."""
        return self.needed_by or (Stage.APPROVE if self.required_when else None)


class Moment(enum.StrEnum):
    """Moments of a stay that deadlines hang on."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    CHECKED_OUT = "checked_out"


@dataclass(frozen=True)
class Anchor:
    """A deadline that hangs on a stay: days from a date at a local time, or hours from an instant."""

    moment: Moment
    days: int = 0
    at: dt.time = dt.time(12, 0)
    hours: int = 0


@dataclass(frozen=True)
class ChargeWhen:
    """What the guest owes when the record is fulfilled and the condition holds."""

    when: When
    amount: str


@dataclass(frozen=True)
class Sells:
    """That a kind sells something of the catalogue: the fields that name it and its price.

    `asked`: the guest asked for it themselves, so that they want it until they say otherwise.
    """

    what: str
    price: str = "price"
    asked: bool = False


@dataclass(frozen=True)
class MovesPoints:
    """That a kind grants or redeems loyalty points when it is fulfilled: which values of `action` do which."""

    action: str
    points: str
    grants: tuple[str, ...] = ()
    redeems: tuple[str, ...] = ()


@dataclass(frozen=True)
class CauseWhen:
    """An unusual condition: work goes on only after an exception note with this cause (C4, K4)."""

    cause: str
    when: When


class Move(enum.StrEnum):
    """A move of the status that a kind may guard."""

    APPROVED = "approved"
    BLOCKED = "blocked"
    FULFILLED = "fulfilled"

    @classmethod
    def of(cls, to: Status, outcome: object = None) -> "Move | None":
        """The move into a status, if it is one that can be guarded."""
        if to is Status.COMPLETE:
            return cls.FULFILLED if outcome is Outcome.FULFILLED else None
        return {Status.APPROVED: cls.APPROVED, Status.BLOCKED: cls.BLOCKED}.get(to)


@dataclass(frozen=True)
class Remembers:
    """Records of the kind say what a guest likes on a topic; some of them only for their stay."""

    topic: str
    ends_with_stay: When | None = None


@dataclass(frozen=True)
class Guard:
    """A move that is refused (409, `code`) while a condition on the record's fields holds.

    `message` is English; `messages` say it in other languages, by their code.
    """

    code: str
    against: Move
    when: When
    message: str
    messages: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class KindSpec:
    """One kind of record: what it asks, who does it, what protects it, and the rules a chain starts with for it."""

    code: str
    workflow: str
    slot: str
    label: str
    department: Department
    fields: tuple[FieldSpec, ...]
    checked_field: str
    what: str
    rules: KindRules
    due: Anchor | None = None
    expires: Anchor | None = None
    causes: tuple[str, ...] = ("other",)
    exceptions: tuple[CauseWhen, ...] = ()
    guards: tuple[Guard, ...] = ()
    charge: ChargeWhen | None = None
    reviewer: Role = Role.SUPERVISOR
    guest_must_know: bool = False
    ends_with_stay: bool = False
    quick_entry: bool = True
    sells: Sells | None = None
    moves_points: MovesPoints | None = None
    complaint: bool = False
    stops: When | None = None
    checklist: tuple[TemplateItem, ...] = ()
    remembers: Remembers | None = None
    repeats_by: tuple[str, ...] = ()
    concerns: tuple[tuple[str, Department], ...] = ()
    """Whom a value of `what` concerns, where that is not always the kind's own department."""

    def topic(self, fields: Mapping[str, object]) -> str | None:
        """What a record is about, where that is a choice that everybody may see."""
        spec, said = self.field(self.what), fields.get(self.what)
        open_choice = spec is not None and spec.type is FieldType.CHOICE and spec.data_class is DataClass.ORDINARY
        return said if open_choice and isinstance(said, str) else None

    def concerned(self, fields: Mapping[str, object]) -> Department:
        """The department whose work it is, by what is asked."""
        asked = fields.get(self.what)
        return next((department for value, department in self.concerns if value == asked), self.department)

    def field(self, name: str) -> FieldSpec | None:
        """A field by its name."""
        return next((spec for spec in self.fields if spec.name == name), None)

    def needed(self, fields: dict[str, object], stage: Stage) -> tuple[str, ...]:
        """The fields still missing for a stage, in the order of the definition."""
        upto = list(Stage)[: list(Stage).index(stage) + 1]
        return tuple(
            spec.name
            for spec in self.fields
            if spec.stage in upto
            and (spec.required_when is None or spec.required_when.holds(fields))
            and fields.get(spec.name) is None
        )

    def guard(self, against: Move, fields: Mapping[str, object]) -> Guard | None:
        """The guard that refuses a move of a record that holds these values, if there is one."""
        return next((each for each in self.guards if each.against is against and each.when.holds(fields)), None)

    def cause_due(self, fields: dict[str, object]) -> str | None:
        """The cause an exception note must give before work goes on, if a condition is unusual."""
        return next((each.cause for each in self.exceptions if each.when.holds(fields)), None)


@dataclass(frozen=True)
class TriggerRule:
    """Something that happened opens records: a pure predicate from the occurrence to what it opens (M1)."""

    name: str
    source: TriggerKind
    opens: Callable[[Occurrence], tuple[Opening, ...]]


class Turn(enum.StrEnum):
    """The turns of a record that others may follow on."""

    OPENED = "opened"
    FULFILLED = "fulfilled"


@dataclass(frozen=True)
class FollowOn:
    """A turn of one kind of record opens another record, once per turn."""

    name: str
    of: str
    after: Turn
    opens: Callable[[RecordState, HotelRules], tuple[Opening, ...]]


@dataclass(frozen=True)
class WorkflowSpec:
    """One workflow: its kinds, what triggers them and what follows on them."""

    workflow: str
    kinds: tuple[KindSpec, ...]
    triggers: tuple[TriggerRule, ...]
    follow_ons: tuple[FollowOn, ...]
