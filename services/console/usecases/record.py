"""One record as its page shows it, and doing something to it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.console.domain import actions
from services.console.domain.actions import Action
from services.console.domain.answers import Step, body_of
from services.console.domain.history import sentence, who
from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.records import FieldSpec, Happening, Kind, Record
from services.console.domain.session import Viewer
from services.console.domain.tongue import _, money
from services.console.domain.waterfall import Stretch, Waterfall, draw
from services.console.domain.words import ROLE, plain, said
from services.console.ports import House, Records, Reports
from services.console.usecases.board import Boards, CardView
from services.console.usecases.entry import moment_at
from services.console.usecases.people import Page, People
from shared.contracts.identity import Actor, Role

_MOST_NAMES = 4
_MOST_ALIKE = 3


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
    alike: Sequence[CardView] = ()
    happened: Sequence[Happening] = ()

    def may(self, action: str) -> bool:
        """Whether the viewer may do something to this record."""
        if self.record.allowed_actions is not None:
            return action in self.record.allowed_actions
        return self.page.may(action, self.record)

    @property
    def meanwhile(self) -> list[Told]:
        """What others did since the viewer looked, when that is why their step was refused."""
        seen = self.given.get("version", "")
        if self.problem is None or not self.problem.stale or not seen.isdigit():
            return []
        after = [event for event in self.happened if event.version > int(seen)]
        return [told_of(self.page, self.record, event) for event in after]

    @property
    def why_owner(self) -> str:
        """Why it is this owner's."""
        because = self.record.owner_because
        if because is None:
            return ""
        rule = plain(because.rule)
        return _("Owner by the rule “{rule}”, out of {n} on duty.", rule=rule, n=because.on_duty)

    @property
    def sale(self) -> list[tuple[str, str]]:
        """What it sells, as label and words."""
        sold = self.record.sale
        if sold is None:
            return []
        lines = [
            (_("Offer"), f"{plain(sold.code)} × {sold.quantity}" if sold.quantity > 1 else plain(sold.code)),
            (_("Price asked"), money(sold.quoted.amount, sold.quoted.currency)),
            (_("How it stands"), plain(sold.state)),
        ]
        if sold.way != "fixed":
            lines.append((_("Way of selling"), plain(sold.way)))
        if sold.bid:
            lines.append((_("The guest's bid"), money(sold.bid.amount, sold.bid.currency)))
        if sold.decides_at:
            lines.append((_("Decided"), self.page.clock(sold.decides_at, self.record.property_id)))
        if sold.cancel_until:
            lines.append((_("Guest may cancel until"), self.page.clock(sold.cancel_until, self.record.property_id)))
        return lines

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
        return who(actor, self.page.name_of) if actor else _("Somebody")

    def guard(self, name: str) -> str:
        """Who may change a sensitive field, and who of them is on duty."""
        guarded = next((each for each in self.record.sensitive_fields if each.field == name), None)
        if guarded is None:
            return ""
        roles = [said(ROLE, role) for role in guarded.roles if role != Role.BREAK_GLASS]
        names = [self.page.name_of(one) for one in guarded.on_duty]
        rest = " " + _("and {n} more", n=len(names) - _MOST_NAMES) if len(names) > _MOST_NAMES else ""
        on_duty = " " + _("On duty: {names}", names=", ".join(names[:_MOST_NAMES]) + rest) if names else ""
        roles_named = " / ".join(roles) or said(ROLE, Role.DUTY_MANAGER)
        return _("Another person must approve a change: {roles}.", roles=roles_named) + on_duty

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
        events = sorted(history, key=lambda e: e.version)
        told = [told_of(page, record, event) for event in events]
        picture = draw(stretches, page.now, record.due_at)
        steps = self._steps(viewer, record, kind)
        alike = await self._alike(page, record)
        return RecordView(page, record, card, kind, steps, told, picture, problem, tried, given or {}, alike, events)

    async def do(
        self, viewer: Viewer, record_id: str, step: str, key: str, version: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Do one step with a form's answers; the refusal as a problem, None when it is done."""
        try:
            body = body_of(values)
            if body.get("happened_at"):
                held = await self._records.one(viewer.access, record_id)
                hotel = self._people.page(viewer).hotel_of(held.property_id)
                body["happened_at"] = moment_at(str(body["happened_at"]), hotel.zone if hotel else "UTC")
            await self._records.act(viewer.access, Step(record_id, step, key, version, body))
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
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

    async def attach(
        self, viewer: Viewer, record_id: str, key: str, version: int, file: bytes, media: str
    ) -> Problem | None:
        """Put a photo or PDF on it; the refusal as a problem."""
        try:
            await self._records.attach(viewer.access, record_id, key, version, file, media)
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
        return None

    async def file(self, viewer: Viewer, record_id: str, file_id: str) -> tuple[bytes, str]:
        """A photo or PDF of it; looking at it is written down by records."""
        return await self._records.file(viewer.access, record_id, file_id)

    async def _alike(self, page: Page, record: Record) -> list[CardView]:
        """Other open records of the same kind in the same place, where the viewer may merge."""
        allowed = record.allowed_actions is None or "merge" in record.allowed_actions
        where = record.room or record.place
        if not (record.open and where and allowed):
            return []
        try:
            cards = await self._records.board(page.viewer.access, [record.property_id])
        except (Down, Refused):
            return []
        same = [c for c in cards if c.open and c.id != record.id and c.kind == record.kind]
        return await self._boards.views(page, [c for c in same if (c.room or c.place) == where][:_MOST_ALIKE])


def told_of(page: Page, record: Record, event: Happening) -> Told:
    """An event as a line of the history."""
    if record.entered_late_at is not None and event.type == "record.opened.v1":
        entered, then = page.clock(event.at, record.property_id), page.clock(record.opened_at, record.property_id)
        by = who(event.actor, page.name_of)
        return Told(then, _("It happened; {who} entered it late, {time}.", who=by, time=entered), event.note or "")
    return Told(page.clock(event.at, record.property_id), sentence(event, page.name_of), event.note or "")
