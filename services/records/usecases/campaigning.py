"""Campaigns as people handle them: written, looked at, approved by another, stopped, and what became of them."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from services.records.domain.campaigns import (
    STATUS,
    CampaignState,
    CampaignTerms,
    Phase,
    arm_of,
    campaign_faults,
    window,
)
from services.records.domain.texts import Reason, require_reason
from services.records.ports import Span, Tally, Writing
from services.records.usecases.audience import Audience
from services.records.usecases.house import House
from services.records.usecases.offering import KIND, Asked
from services.records.usecases.pen import Pen
from services.records.usecases.permissions import may_in
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_campaigns import Meant, Preview, Results, ShownCampaign, ShownCampaigns, result
from services.records.usecases.shown_campaigns import campaign as shown
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.chassis.service import require_version
from shared.contracts.envelope import Change, NewEvent
from shared.contracts.errors import Breach, breached, conflict, forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.lending import require_another
from shared.contracts.offers import CampaignEvent
from shared.contracts.values import Scope, zone

LOOKED_AT = 500
SHOWN = 50


class Campaigning:
    """The use cases behind `/v1/campaigns`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def draft(self, ctx: CommandContext, property_id: str, terms: CampaignTerms, asked: Asked) -> ShownCampaign:
        """A new campaign, which writes to nobody yet."""
        self._may(ctx, property_id)
        await self._check(ctx.scope, property_id, terms)
        fresh = CampaignState(
            id=self._house.clock.new_id(),
            chain=ctx.principal.chain,
            property_id=property_id,
            version=1,
            terms=terms,
            written_by=ctx.principal.staff_id,
            changed_at=self._house.clock.now(),
        )
        return await self._once(ctx, lambda: self._keep(ctx, fresh, None, "drafted", asked, 201))

    async def change(self, ctx: CommandContext, campaign: str, terms: CampaignTerms, asked: Asked) -> ShownCampaign:
        """Another wording of a draft; whoever changes it has written it."""
        before = await self._found(ctx, campaign)
        await self._check(ctx.scope, before.property_id, terms)
        update = {"terms": terms, "written_by": ctx.principal.staff_id}
        return await self._move(ctx, campaign, (Phase.DRAFT,), update, "changed", asked)

    async def approve(self, ctx: CommandContext, campaign: str, asked: Asked) -> ShownCampaign:
        """Let it run: by another person than the one who wrote it, on offers that are sold at present."""
        before = await self._found(ctx, campaign)
        await self._check(ctx.scope, before.property_id, before.terms)
        update = {"phase": Phase.RUNNING, "approved_by": ctx.principal.staff_id}
        return await self._move(ctx, campaign, (Phase.DRAFT,), update, "approved", asked)

    async def stop(self, ctx: CommandContext, campaign: str, asked: Asked) -> ShownCampaign:
        """It writes to nobody more; replies still land on its records."""
        await self._found(ctx, campaign)
        phases = (Phase.DRAFT, Phase.RUNNING)
        return await self._move(ctx, campaign, phases, {"phase": Phase.STOPPED}, "stopped", asked)

    async def one(self, principal: Principal, campaign: str) -> ShownCampaign:
        """One campaign."""
        return shown(await self._seen(principal, campaign))

    async def page(self, principal: Principal, property_id: str, after: str | None, limit: int) -> ShownCampaigns:
        """A hotel's campaigns."""
        scope = scope_of(principal)
        self._house.hotel(scope, property_id)
        may_in(self._house, principal, "read", KIND, property_id, None)
        found = await self._house.campaigns.page(scope, property_id, after, limit + 1)
        page, more = found[:limit], len(found) > limit
        return ShownCampaigns(campaigns=tuple(shown(each) for each in page), next=page[-1].id if more else None)

    async def preview(self, principal: Principal, campaign: str) -> Preview:
        """Whom it would write to now and why not the others: of the first stays, bounded."""
        state = await self._seen(principal, campaign)
        scope, now = scope_of(principal), self._house.clock.now()
        hotel = self._house.hotel(scope, state.property_id)
        span = Span(state.property_id, *window(state.terms, now, zone(hotel.zone)), STATUS[state.terms.moment].value)
        stays = await self._house.campaigns.stays(scope, span, None, LOOKED_AT + 1)
        told = await Audience(self._house, scope).why(state, stays[:LOOKED_AT], hotel)
        unmet = Counter(each.rule for why in told.values() for each in why if not each.met)
        meant = {stay_id for stay_id, why in told.items() if all(each.met for each in why)}
        listed = sorted(stays[:LOOKED_AT], key=lambda stay: stay.id not in meant)[:SHOWN]
        lines = [
            Meant(
                stay_id=stay.id,
                room=stay.room,
                meant=stay.id in meant,
                arm=arm_of(state, stay.id).code,
                why=told[stay.id],
            )
            for stay in listed
        ]
        complete = len(stays) <= LOOKED_AT
        return Preview(looked_at=len(told), meant=len(meant), unmet=unmet, stays=tuple(lines), complete=complete)

    async def results(self, principal: Principal, campaign: str) -> Results:
        """What became of it, by arm."""
        state = await self._seen(principal, campaign)
        hotel = self._house.hotel(scope_of(principal), state.property_id)
        found = await self._house.campaigns.tally(scope_of(principal), state.id)
        arms = tuple(result(arm.code, found.get(arm.code, Tally()), hotel.currency) for arm in state.terms.arms)
        return Results(campaign_id=state.id, arms=arms)

    async def _move(
        self,
        ctx: CommandContext,
        campaign: str,
        phases: tuple[Phase, ...],
        update: Mapping[str, object],
        verb: str,
        asked: Asked,
    ) -> ShownCampaign:
        async def work() -> ShownCampaign:
            before = await self._found(ctx, campaign)
            require_version(ctx, before.version)
            if before.phase not in phases:
                raise conflict("move_refused", f"A campaign that is {before.phase} cannot be {verb}.")
            if verb == "approved":
                require_another(ctx.principal, before.written_by)
            if verb == "approved" and before.written_by == ctx.principal.staff_id:
                raise forbidden("own_request", "Nobody approves the campaign they wrote.")
            fixed = {"version": before.version + 1, "changed_at": self._house.clock.now()}
            return await self._keep(ctx, before.model_copy(update={**update, **fixed}), before, verb, asked, 200)

        return await self._once(ctx, work)

    async def _keep(
        self,
        ctx: CommandContext,
        after: CampaignState,
        before: CampaignState | None,
        verb: str,
        asked: Asked,
        status: int,
    ) -> ShownCampaign:
        pen = Pen(self._house.clock)
        reason = pen.reason(asked.code, asked.words)
        require_reason(reason)

        async def work(tx: Tx) -> ShownCampaign:
            await self._house.once.keep(tx, ctx, status, after.id, after.version)
            await self._house.campaigns.write(ctx.scope, after, tx)
            texts = [(after.id, text) for text in pen.written]
            await self._house.records.write(ctx.scope, Writing(texts=texts), tx)
            await self._house.journal.append(tx, [_event(ctx, before, after, verb, reason)], ctx.provenance)
            return shown(after)

        return await self._house.transactions.run(work)

    async def _once(self, ctx: CommandContext, work: Callable[[], Awaitable[ShownCampaign]]) -> ShownCampaign:
        return await once(self._house.once.seen, ctx, work, lambda kept: self._again(ctx, kept))

    async def _again(self, ctx: CommandContext, kept: Kept) -> ShownCampaign:
        return shown(await self._found(ctx, kept.subject))

    async def _check(self, scope: Scope, property_id: str, terms: CampaignTerms) -> None:
        self._house.hotel(scope, property_id)
        breaches = campaign_faults(terms)
        for arm in terms.arms:
            offer = await self._house.offers.find(scope, arm.offer_id)
            if offer is None or offer.property_id != property_id or not offer.live:
                message = f"The offer of arm {arm.code} is not sold here at present."
                breaches.append(Breach(field=f"arms.{arm.code}", rule="live_offer", message=message))
        if breaches:
            raise breached(breaches)

    def _may(self, ctx: CommandContext, property_id: str) -> None:
        self._house.hotel(ctx.scope, property_id)
        may_in(self._house, ctx.principal, "manage", KIND, property_id, None)

    async def _found(self, ctx: CommandContext, campaign: str) -> CampaignState:
        found = await self._house.campaigns.find(ctx.scope, campaign)
        if found is None:
            raise not_found("campaign")
        self._may(ctx, found.property_id)
        return found

    async def _seen(self, principal: Principal, campaign: str) -> CampaignState:
        found = await self._house.campaigns.find(scope_of(principal), campaign)
        if found is None:
            raise not_found("campaign")
        may_in(self._house, principal, "read", KIND, found.property_id, None)
        return found


def _event(
    ctx: CommandContext, before: CampaignState | None, after: CampaignState, verb: str, reason: Reason
) -> NewEvent:
    watched = ("phase", "approved_by", "written_by")
    told = [
        Change(field=name, before=getattr(before, name, None), after=getattr(after, name))
        for name in watched
        if getattr(before, name, None) != getattr(after, name)
    ]
    was = before.terms.model_dump(mode="json") if before else None
    if was != after.terms.model_dump(mode="json"):
        told.append(Change(field="terms", before=was, after=after.terms.model_dump(mode="json")))
    return NewEvent(
        type=f"campaign.{verb}.v1",
        chain=after.chain,
        property_id=after.property_id,
        subject=after.id,
        sequence=after.version,
        time=after.changed_at,
        body=CampaignEvent(
            actor=ctx.principal.actor,
            campaign=after.told,
            changes=tuple(told),
            reason_code=reason.code,
            reason=reason.text.as_ref if reason.text else None,
        ),
    )
