"""People keep lists as they like them, for themselves or for their department."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.records.domain.saved_views import MOST_EACH, SavedView, is_shown, require_keeper, require_shares
from services.records.usecases.finding import Finding
from services.records.usecases.house import House
from services.records.usecases.reading import scope_of
from services.records.usecases.shown import Card
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.chassis.service import require_version
from shared.contracts.errors import Breach, breached, conflict, not_found
from shared.contracts.identity import Department, Principal
from shared.contracts.values import card_numbers


@dataclass(frozen=True)
class Draft:
    """A view as a person writes it. `strangers` are filters that a list does not know."""

    name: str
    filters: dict[str, object]
    sort: str
    columns: tuple[str, ...]
    department: Department | None = None
    strangers: tuple[str, ...] = ()


class SavingViews:
    """The use cases behind `/v1/views`."""

    def __init__(self, house: House, finding: Finding) -> None:
        self._house, self._finding = house, finding

    async def shown(self, principal: Principal) -> list[SavedView]:
        """The caller's own and those of their departments, by name."""
        return await self._house.views.shown(scope_of(principal), principal.staff_id, principal.departments)

    async def save(self, ctx: CommandContext, draft: Draft) -> tuple[SavedView, bool]:
        """Keep a new view; the flag says whether this key had done so before."""

        async def work() -> tuple[SavedView, bool]:
            self._check(ctx.principal, draft)
            if await self._house.views.count(ctx.scope, ctx.principal.staff_id) >= MOST_EACH:
                raise conflict("too_many_views", f"A person keeps at most {MOST_EACH} views.")
            view = _view(self._house.clock.new_id(), ctx.principal, draft)

            async def write(tx: Tx) -> None:
                await self._house.once.keep(tx, ctx, 201, view.id, view.version)
                await self._house.views.add(ctx.scope, view, tx)

            await self._house.transactions.run(write)
            return view, False

        return await once(self._house.once.seen, ctx, work, lambda kept: self._again(ctx, kept))

    async def change(self, ctx: CommandContext, view_id: str, draft: Draft) -> tuple[SavedView, bool]:
        """Replace a view by its next version."""

        async def work() -> tuple[SavedView, bool]:
            self._check(ctx.principal, draft)

            async def write(tx: Tx) -> SavedView:
                before = await self._kept(ctx, view_id, tx)
                after = _view(view_id, ctx.principal, draft).model_copy(
                    update={"owner": before.owner, "version": before.version + 1}
                )
                await self._house.once.keep(tx, ctx, 200, view_id, after.version)
                await self._house.views.replace(ctx.scope, after, tx)
                return after

            return await self._house.transactions.run(write), False

        return await once(self._house.once.seen, ctx, work, lambda kept: self._again(ctx, kept))

    async def remove(self, ctx: CommandContext, view_id: str) -> None:
        """Forget a view: it is a habit of a person, not a record."""

        async def work() -> None:
            async def write(tx: Tx) -> None:
                before = await self._kept(ctx, view_id, tx)
                await self._house.once.keep(tx, ctx, 204, view_id, before.version)
                await self._house.views.remove(ctx.scope, before, tx)

            await self._house.transactions.run(write)

        async def again(_: Kept) -> None:
            return None

        await once(self._house.once.seen, ctx, work, again)

    async def _kept(self, ctx: CommandContext, view_id: str, tx: Tx) -> SavedView:
        view = await self._house.views.find(ctx.scope, view_id, tx)
        if view is None or not is_shown(view, ctx.principal):
            raise not_found("view")
        require_keeper(view, ctx.principal)
        require_version(ctx, view.version)
        return view

    async def _again(self, ctx: CommandContext, kept: Kept) -> tuple[SavedView, bool]:
        view = await self._house.views.find(ctx.scope, kept.subject)
        if view is None:
            raise not_found("view")
        return view, True

    def _check(self, principal: Principal, draft: Draft) -> None:
        """Refuse what a list would refuse, sharing with others' departments, and card numbers."""
        require_shares(principal, draft.department)
        self._finding.check(principal, draft.sort, (), draft.strangers)
        unknown = [name for name in draft.columns if name not in Card.model_fields]
        if unknown:
            says = f"Lists have no {', '.join(unknown)}."
            raise breached([Breach(field="columns", rule="unknown_field", message=says)])
        held = [name for name, said in _texts(draft) if card_numbers(said)]
        if held:
            raise breached([_card_number(name) for name in held])


def _card_number(name: str) -> Breach:
    return Breach(field=name, rule="card_number", message=f"{name} holds a card number.")


def _texts(draft: Draft) -> Iterable[tuple[str, str]]:
    yield "name", draft.name
    yield from ((f"filters.{name}", said) for name, said in draft.filters.items() if isinstance(said, str))


def _view(view_id: str, principal: Principal, draft: Draft) -> SavedView:
    return SavedView(
        id=view_id,
        chain=principal.chain,
        owner=principal.staff_id,
        department=draft.department,
        name=draft.name,
        filters=draft.filters,
        sort=draft.sort,
        columns=draft.columns,
    )
