"""One record as its page shows it, and doing something to it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.console.domain import actions
from services.console.domain.actions import Action
from services.console.domain.answers import Step, body_of
from services.console.domain.history import sentence, who
from services.console.domain.problem import Down, Problem, Refused
from services.console.domain.records import FieldSpec, Happening, Kind, Record
from services.console.domain.session import Viewer
from services.console.domain.waterfall import Stretch, Waterfall, draw
from services.console.domain.words import ROLE, said
from services.console.ports import House, Records, Reports
from services.console.usecases.board import Boards, CardView
from services.console.usecases.people import Page, People
from shared.contracts.identity import Actor, Role

_MOST_NAMES = 4


@dataclass(frozen=True)
class Told:
    """One line of the history: when, the sentence, and the note that came with it."""

    at: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class RecordView:
    """Everything the page of one record shows."""

    page: Page
    record: Record
    card: CardView
    kind: Kind
    steps: Sequence[Action]
    history: Sequence[Told]
    waterfall: Waterfall | None
    problem: Problem | None = None
    tried: str = ""
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> Action | None:
        """The next action, when it is a step of this record and not a review."""
        code = self.record.next_action.code
        return next((step for step in self.steps if step.code == code), None)

    @property
    def others(self) -> list[Action]:
        """What else can be done."""
        return [step for step in self.steps if step is not self.first]

    @property
    def shown_fields(self) -> list[FieldSpec]:
        """The fields in the order of the definition, then any the definition does not know."""
        known = [spec.name for spec in self.kind.fields]
        return [*self.kind.fields, *(FieldSpec(name=name) for name in self.record.fields if name not in known)]

    @property
    def checker(self) -> str:
        """Who checked the value."""
        return who(self.record.checked.checker, self.page.name_of) if self.record.checked else ""

    def author(self, actor: Actor | None) -> str:
        """Who wrote a note."""
        return who(actor, self.page.name_of) if actor else "Somebody"

    def guard(self, name: str) -> str:
        """Who may change a sensitive field, and who of them is on duty."""
        guarded = next((each for each in self.record.sensitive_fields if each.field == name), None)
        if guarded is None:
            return ""
        roles = [said(ROLE, role).lower() for role in guarded.roles if role != Role.BREAK_GLASS]
        who_may = " or ".join(filter(None, (", ".join(roles[:-1]), roles[-1]))) if roles else "manager"
        names = [self.page.name_of(one) for one in guarded.on_duty]
        rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        on_duty = f" On duty: {', '.join(names[:_MOST_NAMES])}{rest}" if names else ""
        return f"Another person must approve a change: {who_may}.{on_duty}"

    def wrong(self, name: str, step: str) -> str:
        """What is wrong with one answer of the form that was refused."""
        if self.problem is None or step != self.tried:
            return ""
        bare = name.rsplit(".", 1)[-1]
        return next(
            (text for at, text in self.problem.fields.items() if at in (name, bare) or at.endswith(f".{bare}")), ""
        )


class RecordPages:
    """Makes record pages and carries people's steps to the records service."""

    def __init__(self, records: Records, reports: Reports, boards: Boards, people: People, house: House) -> None:
        self._records, self._reports, self._boards = records, reports, boards
        self._people, self._house = people, house

    async def show(
        self,
        viewer: Viewer,
        record_id: str,
        problem: Problem | None = None,
        tried: str = "",
        given: Mapping[str, str] | None = None,
    ) -> RecordView:
        """The page; Refused when the record is not there for this viewer, Down when records do not answer."""
        page = self._people.page(viewer)
        record = await self._records.one(viewer.access, record_id)
        kind, history, stretches = await asyncio.gather(
            self._kind(viewer, record), self._history(page, record_id), self._stretches(page, record_id)
        )
        (card,) = await self._boards.views(page, [record])
        told = [self._told(page, record, event) for event in sorted(history, key=lambda e: e.version)]
        picture = draw(stretches, page.now, record.due_at)
        return RecordView(
            page, record, card, kind, self._steps(viewer, record, kind), told, picture, problem, tried, given or {}
        )

    async def do(
        self, viewer: Viewer, record_id: str, step: str, key: str, version: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Do one step with a form's answers; the refusal as a problem, None when it is done."""
        try:
            body = body_of(values)
            await self._records.act(viewer.access, Step(record_id, step, key, version, body))
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return Problem(503, "down", f"{silent.who} did not answer. Press again: it is done once at most.")
        return None

    def _steps(self, viewer: Viewer, record: Record, kind: Kind) -> list[Action]:
        found = (actions.of(code, record, kind) for code in actions.offered(record))
        return [step for step in found if step and self._may(viewer, step, record)]

    def _may(self, viewer: Viewer, step: Action, record: Record) -> bool:
        if step.code == "edit" and not record.editable_fields:
            return False
        if record.allowed_actions is not None:
            return step.permission in record.allowed_actions
        return self._house.may(viewer.principal, step.permission, record.kind, record.property_id, record.department)

    async def _kind(self, viewer: Viewer, record: Record) -> Kind:
        if record.field_specs:
            return record.own_kind
        kinds = await self._records.kinds(viewer.access)
        return next((one for one in kinds if one.code == record.kind), record.own_kind)

    async def _history(self, page: Page, record_id: str) -> list[Happening]:
        try:
            return await self._records.history(page.viewer.access, record_id)
        except (Down, Refused):
            return []

    async def _stretches(self, page: Page, record_id: str) -> list[Stretch]:
        try:
            return await self._reports.waterfall(page.viewer.access, record_id)
        except Down as silent:
            page.down.append(silent.who)
        except Refused:
            pass
        return []

    def _told(self, page: Page, record: Record, event: Happening) -> Told:
        return Told(page.clock(event.at, record.property_id), sentence(event, page.name_of), event.note or "")
