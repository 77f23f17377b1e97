"""Watching, checklists, sub-tasks, the stay a record is about, duplicates."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from services.records.api.bodies.why import Values, Why, Words
from services.records.domain import commands as c
from services.records.domain.kin import asks_children, open_children
from services.records.domain.occurrences import Opening
from services.records.domain.parts import Repeat
from services.records.domain.steps.checklist import template_items
from services.records.usecases.commanding import Asked
from services.records.usecases.pen import Pen
from services.records.usecases.permissions import may_in, may_write
from shared.contracts.errors import conflict, invalid
from shared.contracts.identity import Department
from shared.contracts.records import Status, TriggerKind
from shared.contracts.values import Code, EntityId, Frozen, derived_id


class Watch(Frozen):
    """Watch the record, or have a colleague watch it."""

    action: ClassVar[str] = "watch"
    staff_id: EntityId | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.Watch(asked.colleague(self.staff_id).id if self.staff_id else asked.doer.id)


class Unwatch(Frozen):
    """Stop watching the record, or take a colleague off it."""

    action: ClassVar[str] = "watch"
    staff_id: EntityId | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.Unwatch(self.staff_id or asked.doer.id)


class Item(Frozen):
    """Put an item on the checklist: `text` by hand, or `template` for what the hotel's list has and this has not."""

    action: ClassVar[str] = "checklist"
    text: Words | None = None
    compulsory: bool = Field(default=False, strict=True)
    template: bool = Field(default=False, strict=True)

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        if self.template == (self.text is not None):
            raise invalid("text", "text_or_template", "Say what the item is, or take those of the template.")
        if not self.template:
            return c.AddItems([c.NewItem(asked.new_id(), None, asked.pen.text(self.text), self.compulsory)])
        items = template_items(asked.state.id, await asked.terms())
        return c.AddItems([c.NewItem(each.id, each.code, None, each.compulsory) for each in items])


class Tick(Frozen):
    """An item of the checklist is done."""

    action: ClassVar[str] = "checklist"
    item_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.TickItem(self.item_id)


class Untick(Why):
    """An item of the checklist is not done after all, with a reason."""

    action: ClassVar[str] = "checklist"
    item_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.UntickItem(self.item_id, self.why(asked))


class Subtask(Frozen):
    """Open a sub-task: a record of its own, with its own owner and clock. A compulsory one must close first."""

    action: ClassVar[str] = "subtask"
    kind: Code
    department: Department | None = None
    fields: Values = Field(default_factory=dict)
    compulsory: bool = Field(default=False, strict=True)

    async def command(self, asked: Asked) -> c.Command:
        """The command; the sub-task is opened in the same unit of work."""
        parent, house, principal = asked.state, asked.desk.house, asked.ctx.principal
        kind = house.catalogue.kind(self.kind)
        department = self.department or kind.concerned(self.fields)
        may_write(kind, self.fields, may_in(house, principal, "create", kind.code, parent.property_id, department))
        if parent.status is Status.COMPLETE:
            raise conflict("record_closed", "This record is closed; reopen it first.")
        pen = Pen(house.clock)
        opening = Opening(
            kind=kind.code,
            source=TriggerKind.STAFF_TASK,
            key=f"subtask:{derived_id(principal.chain, principal.staff_id, asked.ctx.key)}",
            property_id=parent.property_id,
            stay_id=parent.stay_id,
            guest_id=parent.guest_id,
            room=parent.room,
            language=parent.language,
            fields=pen.values(kind, self.fields),
            department=department,
            parent=parent.id,
        )
        child = await asked.desk.open(opening, asked.doer, asked.ctx.provenance, pen.written)
        if child is None:
            raise conflict("in_flight", "This sub-task is being opened right now.")
        return c.AddChild(child.id, self.compulsory)


class StayLink(Frozen):
    """Say which stay a record is about that was entered without one; once."""

    action: ClassVar[str] = "link_stay"
    stay_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        desk = asked.desk
        stays = await desk.house.stays.find_all(desk.scope, [self.stay_id], desk.tx)
        stay = next((each for each in stays if each.property_id == asked.state.property_id), None)
        if stay is None:
            raise invalid("stay_id", "known_stay", "This stay is not known at this property.")
        return c.LinkStay(stay.id, stay.guest_id, stay.room, stay.language)


class Merge(Why):
    """Close this as a duplicate of another open record of the same kind and hotel, which goes on."""

    action: ClassVar[str] = "merge"
    into: Annotated[EntityId, StringConstraints(max_length=128)]

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        other = await asked.desk.find(self.into)
        if other is None or (other.property_id, other.kind) != (asked.state.property_id, asked.state.kind):
            raise invalid("into", "same_kind_and_hotel", "Only a record of the same kind and hotel takes this over.")
        if asked.state.id in {other.id, other.merged_into}:
            raise invalid("into", "another_record", "A record is no duplicate of itself.")
        if other.status is Status.COMPLETE:
            raise conflict("record_closed", "The record it duplicates is closed.")
        asked.allow("merge", other)
        command = c.MergeRecord(other.id, self.why(asked))
        if asks_children(asked.state, command) and open_children(await asked.desk.children(asked.state)):
            raise conflict("subtasks_open", "Close its sub-tasks first, or close it with a word on them.")
        return command


class Repeated(Frozen):
    """The guest asked the same again: no second record, it counts on this one."""

    action: ClassVar[str] = "note"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        key = derived_id("repeat", asked.ctx.principal.chain, asked.doer.id, asked.ctx.key)
        return c.CountRepeat(Repeat(at=asked.now(), source=TriggerKind.STAFF_TASK, key=key))


class Detach(Why):
    """Take a photo or PDF off the record, with a reason; its bytes are deleted."""

    action: ClassVar[str] = "attach"
    attachment_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        if any(each.id == self.attachment_id for each in asked.state.files):
            await asked.desk.house.files.drop(asked.desk.scope, self.attachment_id, asked.desk.tx)
        return c.Detach(self.attachment_id, self.why(asked))


SOME_ID = "0198c7f2-6f0a-7c11-9d5e-2f6f6a1b7c90"
COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "watch": (Watch, {}),
    "unwatch": (Unwatch, {}),
    "checklist": (Item, {"text": "Bring the cot up", "compulsory": True}),
    "ticks": (Tick, {"item_id": SOME_ID}),
    "unticks": (Untick, {"item_id": SOME_ID, "reason": "It was the wrong room."}),
    "subtasks": (Subtask, {"kind": "guest_request", "fields": {"topic": "room_cleaning"}, "compulsory": True}),
    "detach": (Detach, {"attachment_id": SOME_ID, "reason": "It shows another guest."}),
    "repeats": (Repeated, {}),
    "link-stay": (StayLink, {"stay_id": SOME_ID}),
    "merge": (Merge, {"into": SOME_ID, "reason": {"code": "same_guest_asked_twice"}}),
}
"""By the last part of its path: the body, and an example of it."""
