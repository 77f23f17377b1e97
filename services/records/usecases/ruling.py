"""A hotel reads and changes its own rules: versioned, with a reason, told to everybody."""

from services.records.domain.rule_faults import rule_faults
from services.records.domain.rules import HotelRules, PropertyRules, in_force
from services.records.domain.texts import Reason, require_reason
from services.records.ports import Writing
from services.records.usecases.house import House
from services.records.usecases.pen import Pen
from services.records.usecases.permissions import may_in
from services.records.usecases.reading import scope_of
from services.records.usecases.shown import ShownRules
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import once
from shared.chassis.mongo import Tx
from shared.chassis.service import require_version
from shared.contracts.envelope import Change, NewEvent
from shared.contracts.errors import breached
from shared.contracts.identity import Principal
from shared.contracts.records import RulesEvent, RulesVersion

KIND = "rules"


class Ruling:
    """The use cases behind `/v1/rules`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def read(self, principal: Principal, property_id: str) -> ShownRules:
        """The rules in force at a property, and where they differ from its chain's."""
        scope = scope_of(principal)
        self._house.hotel(scope, property_id)
        may_in(self._house, principal, "read", KIND, property_id, None)
        version, own = await self._house.rules.latest(scope, property_id)
        return self._shown(property_id, version, own)

    async def change(
        self, ctx: CommandContext, property_id: str, rules: PropertyRules, code: str | None, words: str | None
    ) -> ShownRules:
        """Publish a new version of a property's own rules. Records keep the version that checked them."""
        self._house.hotel(ctx.scope, property_id)
        may_in(self._house, ctx.principal, "manage", KIND, property_id, None)
        return await once(
            self._house.once.seen,
            ctx,
            lambda: self._change(ctx, property_id, rules, code, words),
            lambda _: self.read(ctx.principal, property_id),
        )

    async def _change(
        self, ctx: CommandContext, property_id: str, rules: PropertyRules, code: str | None, words: str | None
    ) -> ShownRules:
        pen = Pen(self._house.clock)
        reason = pen.reason(code, words)
        require_reason(reason)
        self._check(rules)
        subject = f"rules:{ctx.principal.chain}:{property_id}"

        async def work(tx: Tx) -> ShownRules:
            version, before = await self._house.rules.latest(ctx.scope, property_id, tx)
            require_version(ctx, version)
            signed = rules.signed(before, ctx.principal.staff_id)
            event = self._event(ctx, property_id, version, before, signed, reason)
            await self._house.once.keep(tx, ctx, 200, subject, version + 1)
            await self._house.rules.add(ctx.scope, property_id, version + 1, signed, tx)
            texts = [(subject, text) for text in pen.written]
            await self._house.records.write(ctx.scope, Writing(texts=texts), tx)
            await self._house.journal.append(tx, [event], ctx.provenance)
            return self._shown(property_id, version + 1, signed)

        return await self._house.transactions.run(work)

    def _check(self, rules: PropertyRules) -> None:
        """Refuse rules that speak of what there is not, naming every such place."""
        breaches = rule_faults(rules, self._house.catalogue.kinds)
        if breaches:
            raise breached(breaches)

    def _event(
        self,
        ctx: CommandContext,
        property_id: str,
        version: int,
        before: PropertyRules | None,
        after: PropertyRules,
        reason: Reason,
    ) -> NewEvent:
        told = RulesVersion(property_id=property_id, version=version + 1, digest=after.digest)
        old = before.model_dump(mode="json", exclude_none=True) if before else None
        return NewEvent(
            type="rules.published.v1",
            chain=ctx.principal.chain,
            property_id=property_id,
            subject=f"rules:{ctx.principal.chain}:{property_id}",
            # Version 1 is the chain's defaults, which no event ever published.
            sequence=version,
            time=self._house.clock.now(),
            body=RulesEvent(
                actor=ctx.principal.actor,
                rules=told,
                changes=(Change(field="rules", before=old, after=after.model_dump(mode="json", exclude_none=True)),),
                reason_code=reason.code,
                reason=reason.text.as_ref if reason.text else None,
            ),
        )

    def _shown(self, property_id: str, version: int, own: PropertyRules | None) -> ShownRules:
        held: HotelRules = in_force(self._house.catalogue.defaults, own, version)
        return ShownRules(property_id=property_id, version=version, own=own or PropertyRules(), in_force=held)
