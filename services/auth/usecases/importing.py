"""Take a staff list over: first as a dry run that says row by row what would happen, then for good, all or nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from services.auth.domain.accounts import Account
from services.auth.domain.reach import reaches
from services.auth.domain.staff import staff_event
from services.auth.domain.staff_import import Judged, Result, judge_row, rows_of
from services.auth.ports.directory import Decider, DirectoryChange, DirectoryStore, Time
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.contracts.errors import Breach, breached, forbidden
from shared.contracts.policy import Resource
from shared.contracts.values import Scope

NO_PASSWORD = ""
"""The hash of an account whose person has not set a password yet: nothing matches it."""


@dataclass(frozen=True)
class Report:
    """What the rows come to, in their order; `done` says whether it was carried out."""

    rows: list[Judged]
    done: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each result."""
        found = Counter(row.result for row in self.rows)
        return {result.value: found[result] for result in Result}


class Importing:
    """Nobody is deleted, no password is changed; the same list again changes nothing."""

    def __init__(self, store: DirectoryStore, policy: Decider, time: Time) -> None:
        self._store, self._policy, self._time = store, policy, time

    async def run(self, ctx: CommandContext, text: str, *, dry: bool) -> tuple[Report, bool]:
        """The report; for good only when no row is wrong, else 422 with every row, column and rule."""
        verdict = self._policy.decide(ctx.principal, "manage", Resource.STAFF)
        if not verdict.allow:
            raise forbidden(verdict.why, "You may not manage staff records of this chain.")
        scope = Scope(chain=ctx.principal.chain, properties=ctx.principal.properties)
        rows = await self._judged(scope, ctx, text)
        if dry:
            return Report(rows, False), False

        async def again(_: Kept) -> tuple[Report, bool]:
            return Report(await self._judged(scope, ctx, text), True), True

        return await once(partial(self._store.seen, scope), ctx, lambda: self._carry_out(scope, ctx, rows), again)

    async def _judged(self, scope: Scope, ctx: CommandContext, text: str) -> list[Judged]:
        known = {each.id for each in await self._store.properties(scope)}
        found: list[Judged] = []
        seen: set[str] = set()
        for row in rows_of(text):
            account = await self._store.account(scope, row.login)
            before = await self._store.member(scope, account.staff_id) if account else None
            judged = judge_row(scope.chain, row, before, known, ctx.principal.staff_id, seen)
            seen.add(row.login)
            found.append(_in_reach(scope, judged, bool(account)))
        return found

    async def _carry_out(self, scope: Scope, ctx: CommandContext, rows: Sequence[Judged]) -> tuple[Report, bool]:
        breaches = [
            Breach(field=f"rows.{row.line}.{one.field}", rule=one.rule, message=one.message)
            for row in rows
            for one in row.breaches
        ]
        if breaches:
            raise breached(breaches)
        changes = [self._change(ctx, row) for row in rows if row.result in (Result.NEW, Result.CHANGED)]
        if changes:
            await self._store.save_all(scope, changes, ctx, 200)
        return Report(list(rows), True), False

    def _change(self, ctx: CommandContext, row: Judged) -> DirectoryChange:
        assert row.after is not None
        event = staff_event(row.before, row.after, ctx.principal.actor, self._time.now(), "staff_import")
        account = None
        if row.before is None:
            account = Account(chain=row.after.chain, login=row.login, staff_id=row.after.id, password_hash=NO_PASSWORD)
        left = row.before is not None and row.before.active and not row.after.active
        return DirectoryChange(events=(event,), member=row.after, account=account, end_sessions=left)


def _in_reach(scope: Scope, row: Judged, taken: bool) -> Judged:
    """A row beyond the importer's own properties is wrong."""
    wrong = None
    if taken and row.before is None:
        wrong = Breach(field="login", rule="taken", message="This login is of somebody who does not work where you do.")
    elif row.before is not None and row.result is not Result.SAME and not reaches(scope.properties, row.before):
        message = "This person works at properties that are not yours, too."
        wrong = Breach(field="properties", rule="works_elsewhere", message=message)
    elif row.after is not None and row.after.properties is None and scope.properties is not None:
        message = "You may not give rights at properties that are not yours."
        wrong = Breach(field="properties", rule="beyond_own_properties", message=message)
    if wrong is None:
        return row
    return Judged(line=row.line, login=row.login, result=Result.ERROR, breaches=(*row.breaches, wrong))
