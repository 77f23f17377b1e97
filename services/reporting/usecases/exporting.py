"""Whole tables for other tools, made in the background with the caller's own masks."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from services.reporting.domain.fact import Fact
from services.reporting.domain.question import asked
from services.reporting.ports import FactStore, FileStore, Keys, Permissions, Press
from services.reporting.reports.rows import ROWS, Export, ExportState, Table, seen
from services.reporting.usecases.answering import Answering
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.contracts.errors import AppError, conflict, not_found
from shared.contracts.identity import Principal
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

AT_ONCE = 2_000
Transact = Callable[[Callable[[Tx], Awaitable[None]]], Awaitable[None]]


class ExportStore(Protocol):
    """Keeps exports."""

    async def add(self, scope: Scope, export: Export, caller: Principal, tx: Tx) -> None:
        """Note what is to be made, for whom."""
        ...

    async def find(self, scope: Scope, export_id: str, staff_id: str) -> Export | None:
        """Somebody's own export."""
        ...

    async def waiting(self, scope: Scope) -> tuple[Export, Principal] | None:
        """The oldest that is to be made, and whom it is for."""
        ...

    async def progress(self, scope: Scope, export: Export) -> None:
        """How far it is."""
        ...


class Exporting:
    """One export at a time; one that a crash interrupted begins again and replaces its file."""

    def __init__(
        self,
        exports: ExportStore,
        facts: FactStore,
        files: FileStore,
        answering: Answering,
        permissions: Permissions,
        press: Press,
        keys: Keys,
        run: Transact,
        now: Callable[[], Instant],
    ) -> None:
        self._exports, self._facts, self._files, self._answering = exports, facts, files, answering
        self._permissions, self._press, self._keys, self._run, self._now = permissions, press, keys, run, now

    async def ask(
        self, ctx: CommandContext, export_id: str, table: Table, form: str, property_id: str | None,
        days: tuple[dt.date, dt.date],
    ) -> tuple[Export, bool]:  # fmt: skip
        """Ask for a table, and whether that had been asked for by this key before."""
        self._answering.may(ctx.principal, property_id)
        asked(*days, self._now())
        made = Export(
            id=export_id,
            chain=ctx.principal.chain,
            property_id=property_id,
            table=table,
            format=form,
            start=days[0],
            end=days[1],
            by=ctx.principal.staff_id,
            asked_at=self._now(),
        )

        async def work(tx: Tx) -> None:
            await self._keys.keep(tx, ctx, 202, made.id, 1)
            await self._exports.add(ctx.scope, made, ctx.principal, tx)

        async def carry_out() -> tuple[Export, bool]:
            await self._run(work)
            return made, False

        async def again(kept: Kept) -> tuple[Export, bool]:
            return await self.one(ctx.principal, kept.subject), True

        return await once(self._keys.seen, ctx, carry_out, again)

    async def one(self, caller: Principal, export_id: str) -> Export:
        """My own export; anybody else's is a 404."""
        found = await self._exports.find(Scope(chain=caller.chain), export_id, caller.staff_id)
        if found is None:
            raise not_found("export")
        return found

    async def file(self, caller: Principal, export_id: str) -> tuple[Export, bytes]:
        """My own export's file, while I may still read what is in it."""
        found = await self.one(caller, export_id)
        self._answering.may(caller, found.property_id)
        if found.state is ExportState.FAILED:
            raise conflict("export_failed", "The export could not be made; ask for it again.")
        if found.state is not ExportState.DONE:
            raise conflict("export_running", "The export is not made yet; ask how far it is.")
        return found, await self._files.read(Scope(chain=found.chain), f"{found.id}.{found.format}")

    async def make(self) -> int:
        """Make what waits; how many."""
        made = 0
        while waiting := await self._exports.waiting(Scope(chain=SYSTEM_CHAIN)):
            await self._make(*waiting)
            made += 1
        return made

    async def _make(self, export: Export, caller: Principal) -> None:
        scope, progress, form = Scope(chain=export.chain), _Progress(export), export.format
        try:
            columns = seen(export.table, self._answering.may(caller, export.property_id).read)
            content = await self._press.table(form, export.table, columns, self._rows(scope, progress, caller))
        except (
            AppError
        ):  # the right was taken away meanwhile, or the press failed: whoever asked sees it and asks again
            await self._exports.progress(scope, progress.export.model_copy(update={"state": ExportState.FAILED}))
            return
        await self._files.replace(scope, f"{export.id}.{form}", content)
        await self._exports.progress(scope, progress.export.model_copy(update={"state": ExportState.DONE}))

    async def _rows(
        self, scope: Scope, progress: "_Progress", caller: Principal
    ) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """Page by page, the rows of the days asked for that the caller may read; how far it is stands in the store."""
        export, after = progress.export, ""
        bounds, where = (
            asked(export.start, export.end, self._now()).bounds,
            self._answering.counted(caller, export.property_id),
        )
        while True:
            facts = await self._facts.in_order(where, *bounds, after, AT_ONCE)
            rows = [
                row
                for fact in facts
                if self._reads(caller, fact)
                for row in ROWS[export.table](fact)
                if export.start <= row["day"] <= export.end
            ]
            progress.went(len(facts), len(rows))
            yield rows
            if len(facts) < AT_ONCE:
                return
            after = facts[-1].id
            await self._exports.progress(scope, progress.export)

    def _reads(self, caller: Principal, fact: Fact) -> bool:
        life = fact.life
        if life is None:
            return False
        return self._permissions.decide(caller, "read", life.kind, fact.property_id, life.department).allow


class _Progress:
    """How far an export is."""

    def __init__(self, export: Export) -> None:
        self.export = export.model_copy(update={"looked_at": 0, "rows": 0})

    def went(self, looked_at: int, rows: int) -> None:
        """So many more facts were looked at, so many rows found."""
        more = {"looked_at": self.export.looked_at + looked_at, "rows": self.export.rows + rows}
        self.export = self.export.model_copy(update=more)
