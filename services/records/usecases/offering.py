"""A hotel publishes what it sells: versioned, with a reason, told to everybody; records keep the version they sold."""

from collections.abc import Collection
from dataclasses import dataclass

from services.records.domain.offers import OfferTerms, OfferVersion, offer_faults, offer_id
from services.records.domain.texts import Reason, require_reason
from services.records.ports import Writing
from services.records.usecases.house import House
from services.records.usecases.pen import Pen
from services.records.usecases.permissions import may_in
from services.records.usecases.shown_offers import ShownOffer, ShownOffers
from services.records.usecases.shown_offers import offer as shown
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.chassis.service import require_version
from shared.contracts.envelope import Change, NewEvent
from shared.contracts.errors import breached, conflict, invalid, not_found
from shared.contracts.offers import CatalogueEvent
from shared.contracts.policy import Resource
from shared.contracts.values import Scope

KIND = Resource.OFFER.value
MOST_OFFERS = 500


@dataclass(frozen=True)
class Asked:
    """Why a hotel changes its catalogue: a code, words, or both."""

    code: str | None = None
    words: str | None = None


class Offering:
    """The use cases that write a hotel's catalogue."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def publish_first(self, ctx: CommandContext, property_id: str, terms: OfferTerms, asked: Asked) -> ShownOffer:
        """The first version of an offer. A code that the hotel has used is a conflict: publish its next version."""
        self._may(ctx, property_id)
        self._check(ctx.scope, property_id, terms)
        found = offer_id(ctx.principal.chain, property_id, terms.code)
        return await once(
            self._house.once.seen,
            ctx,
            lambda: self._write(ctx, found, property_id, terms, asked, first=True),
            lambda kept: self._again(ctx, kept),
        )

    async def publish(self, ctx: CommandContext, offer: str, terms: OfferTerms, asked: Asked) -> ShownOffer:
        """The next version of an offer, which is live again if it was withdrawn."""
        before = await self._found(ctx, offer)
        if terms.code != before.terms.code:
            raise invalid("code", "fixed", "An offer keeps its code; another code is another offer.")
        self._check(ctx.scope, before.property_id, terms)
        return await once(
            self._house.once.seen,
            ctx,
            lambda: self._write(ctx, offer, before.property_id, terms, asked),
            lambda kept: self._again(ctx, kept),
        )

    async def withdraw(self, ctx: CommandContext, offer: str, asked: Asked) -> ShownOffer:
        """It is sold no more. What was sold stays sold."""
        before = await self._found(ctx, offer)
        return await once(
            self._house.once.seen,
            ctx,
            lambda: self._write(ctx, offer, before.property_id, None, asked),
            lambda kept: self._again(ctx, kept),
        )

    async def copy(
        self, ctx: CommandContext, property_id: str, source: str, codes: Collection[str], asked: Asked
    ) -> ShownOffers:
        """Copy another hotel's live offers (the chain's templates, say) that this one does not have yet."""
        self._may(ctx, property_id)
        self._house.hotel(ctx.scope, source)
        may_in(self._house, ctx.principal, "read", KIND, source, None)
        found = await self._house.offers.page(ctx.scope, source, None, MOST_OFFERS)
        wanted = [each for each in found if each.live and (not codes or each.terms.code in codes)]
        missing = sorted(set(codes) - {each.terms.code for each in wanted})
        if missing:
            raise invalid("codes", "known_offer", f"{source} has no live offer {', '.join(missing)[:200]}.")
        for each in wanted:
            self._check(ctx.scope, property_id, each.terms)
        return await once(
            self._house.once.seen,
            ctx,
            lambda: self._copy(ctx, property_id, [each.terms for each in wanted], asked),
            lambda _: self._copied(ctx.scope, property_id, [each.terms.code for each in wanted]),
        )

    async def _copy(
        self, ctx: CommandContext, property_id: str, wanted: Collection[OfferTerms], asked: Asked
    ) -> ShownOffers:
        pen = Pen(self._house.clock)
        reason = pen.reason(asked.code, asked.words)
        require_reason(reason)

        async def work(tx: Tx) -> ShownOffers:
            subject = f"offers:{ctx.principal.chain}:{property_id}"
            await self._house.once.keep(tx, ctx, 201, subject, 1)
            made: list[OfferVersion] = []
            for terms in wanted:
                found = offer_id(ctx.principal.chain, property_id, terms.code)
                if await self._house.offers.find(ctx.scope, found, None, tx) is None:
                    made.append(await self._add(ctx, None, found, property_id, terms, reason, tx))
            texts = [(subject, text) for text in pen.written]
            await self._house.records.write(ctx.scope, Writing(texts=texts), tx)
            return ShownOffers(offers=tuple(shown(each) for each in made))

        return await self._house.transactions.run(work)

    async def _copied(self, scope: Scope, property_id: str, codes: Collection[str]) -> ShownOffers:
        found = await self._house.offers.page(scope, property_id, None, MOST_OFFERS)
        return ShownOffers(offers=tuple(shown(each) for each in found if each.terms.code in codes))

    async def _write(
        self,
        ctx: CommandContext,
        offer: str,
        property_id: str,
        terms: OfferTerms | None,
        asked: Asked,
        *,
        first: bool = False,
    ) -> ShownOffer:
        pen = Pen(self._house.clock)
        reason = pen.reason(asked.code, asked.words)
        require_reason(reason)

        async def work(tx: Tx) -> ShownOffer:
            before = await self._house.offers.find(ctx.scope, offer, None, tx)
            if first and before is not None:
                raise conflict("offer_exists", "The hotel has this offer; publish its next version.")
            if before is not None:
                require_version(ctx, before.version)
            if terms is None and before is not None and not before.live:
                raise conflict("nothing_changed", "It is withdrawn already.")
            version = before.version + 1 if before else 1
            await self._house.once.keep(tx, ctx, 201 if first else 200, offer, version)
            after = await self._add(ctx, before, offer, property_id, terms, reason, tx)
            texts = [(offer, text) for text in pen.written]
            await self._house.records.write(ctx.scope, Writing(texts=texts), tx)
            return shown(after)

        return await self._house.transactions.run(work)

    async def _add(
        self,
        ctx: CommandContext,
        before: OfferVersion | None,
        offer: str,
        property_id: str,
        terms: OfferTerms | None,
        reason: Reason,
        tx: Tx,
    ) -> OfferVersion:
        held = terms or (before.terms if before else None)
        assert held is not None
        after = OfferVersion(
            id=offer,
            chain=ctx.principal.chain,
            property_id=property_id,
            version=before.version + 1 if before else 1,
            live=terms is not None,
            terms=held,
            published_by=ctx.principal.staff_id,
            published_at=self._house.clock.now(),
        )
        await self._house.offers.add(ctx.scope, after, tx)
        await self._house.journal.append(tx, [self._event(ctx, before, after, reason)], ctx.provenance)
        return after

    def _event(self, ctx: CommandContext, before: OfferVersion | None, after: OfferVersion, reason: Reason) -> NewEvent:
        return NewEvent(
            type="offer.published.v1" if after.live else "offer.retired.v1",
            chain=after.chain,
            property_id=after.property_id,
            subject=after.id,
            sequence=after.version,
            time=after.published_at,
            body=CatalogueEvent(
                actor=ctx.principal.actor,
                offer=after.told,
                changes=_changes(before, after),
                reason_code=reason.code,
                reason=reason.text.as_ref if reason.text else None,
            ),
        )

    def _may(self, ctx: CommandContext, property_id: str) -> None:
        self._house.hotel(ctx.scope, property_id)
        may_in(self._house, ctx.principal, "manage", KIND, property_id, None)

    def _check(self, scope: Scope, property_id: str, terms: OfferTerms) -> None:
        hotel = self._house.hotel(scope, property_id)
        breaches = offer_faults(terms, hotel.currency, self._house.catalogue.services)
        if breaches:
            raise breached(breaches)

    async def _found(self, ctx: CommandContext, offer: str) -> OfferVersion:
        found = await self._house.offers.find(ctx.scope, offer)
        if found is None:
            raise not_found("offer")
        self._may(ctx, found.property_id)
        return found

    async def _again(self, ctx: CommandContext, kept: Kept) -> ShownOffer:
        found = await self._house.offers.find(ctx.scope, kept.subject, kept.version)
        if found is None:
            raise not_found("offer")
        return shown(found)


def _changes(before: OfferVersion | None, after: OfferVersion) -> tuple[Change, ...]:
    """What differs, by field; of the words only that they do, for they may be long."""
    old = before.terms.model_dump(mode="json") if before else {}
    new = after.terms.model_dump(mode="json")
    told = [
        Change(field=name, before=old.get(name), after=new[name])
        for name in sorted(new)
        if name != "texts" and old.get(name) != new[name]
    ]
    if before is not None and before.live is not after.live:
        told.append(Change(field="live", before=before.live, after=after.live))
    if old.get("texts") != new["texts"]:
        told.append(Change(field="texts", before=sorted(old.get("texts", {})), after=sorted(new["texts"])))
    return tuple(told)
