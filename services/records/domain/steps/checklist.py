"""Checklists: items from the hotel's template or by hand, ticked by name, unticked with a reason."""

from collections.abc import Iterable

from services.records.domain.act import Act, Step
from services.records.domain.commands import AddItems, Command, NewItem, TickItem, UntickItem
from services.records.domain.parts import ListItem
from services.records.domain.terms import Terms
from services.records.domain.texts import require_reason, text_breaches
from shared.contracts.envelope import Change
from shared.contracts.errors import breached, conflict, invalid, not_found
from shared.contracts.identity import DataClass
from shared.contracts.values import derived_id

MOST_ITEMS = 50


def template_items(record_id: str, terms: Terms) -> tuple[ListItem, ...]:
    """What the hotel, or else the kind, puts on every record's list."""
    listed = terms.kind.checklist if terms.rules.checklist is None else terms.rules.checklist
    return tuple(
        ListItem(id=derived_id(record_id, "item", each.code), code=each.code, compulsory=each.compulsory)
        for each in listed
    )


def add_items(act: Act, command: AddItems) -> Act:
    """Put items on the list; one that is there already is left out, and nothing new is a refusal."""
    breaches = [breach for item in command.items if item.code is None for breach in text_breaches("text", item.text)]
    if breaches:
        raise breached(breaches)
    there = {each.id for each in act.state.checklist}
    fresh = [item for item in command.items if item.id not in there]
    if not fresh:
        raise conflict("nothing_changed", "These are on the list already.")
    if len(there) + len(fresh) > MOST_ITEMS:
        raise invalid("text", "max_items", f"A checklist holds at most {MOST_ITEMS} items.")
    added = tuple(_item(each) for each in fresh)
    return act.then(
        "item_added", changes=_told(added, None, "open"), checklist=(*act.state.checklist, *added), idle_handoffs=0
    )


def _item(new: NewItem) -> ListItem:
    text = new.text.as_ref if new.text else None
    return ListItem(id=new.id, code=new.code, text=text, compulsory=new.compulsory)


def _told(items: Iterable[ListItem], before: str | None, after: str) -> list[Change]:
    """What happened to items, by code or by reference: words never travel."""
    return [
        Change(
            field=f"checklist.{each.code or each.id}",
            data_class=DataClass.ORDINARY,
            before=before,
            after=after,
        )
        for each in items
    ]


def _found(act: Act, item_id: str) -> ListItem:
    item = next((each for each in act.state.checklist if each.id == item_id), None)
    if item is None:
        raise not_found("item")
    return item


def tick(act: Act, command: TickItem) -> Act:
    """Done, by whom and when."""
    item = _found(act, command.item_id)
    if item.done_by is not None:
        raise conflict("nothing_changed", "This item is done already.")
    done = item.model_copy(update={"done_by": act.doer.id, "done_at": act.now})
    return act.then("item_ticked", changes=_told([item], "open", "done"), checklist=_with(act, done), idle_handoffs=0)


def untick(act: Act, command: UntickItem) -> Act:
    """Not done after all: that needs a reason."""
    require_reason(command.reason)
    item = _found(act, command.item_id)
    if item.done_by is None:
        raise conflict("nothing_changed", "This item is not done.")
    undone = item.model_copy(update={"done_by": None, "done_at": None})
    return act.then(
        "item_unticked",
        reason=command.reason,
        changes=_told([item], "done", "open"),
        checklist=_with(act, undone),
    )


def _with(act: Act, item: ListItem) -> tuple[ListItem, ...]:
    return tuple(item if each.id == item.id else each for each in act.state.checklist)


def require_done(act: Act) -> None:
    """Refuse fulfilment while a compulsory item is open."""
    if act.state.items_open:
        raise conflict("checklist_open", f"{act.state.items_open} compulsory items of the checklist are not done.")


STEPS: dict[type[Command], Step] = {
    AddItems: Step(add_items),
    TickItem: Step(tick),
    UntickItem: Step(untick),
}
