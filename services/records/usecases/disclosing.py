"""Everything records holds of one guest, for the guest: records, words, files, points. Its own right, written down."""

from collections.abc import Sequence

from services.records.domain.changes import field_class
from services.records.domain.state import RecordState
from services.records.usecases.house import House
from services.records.usecases.masks import refs_in
from services.records.usecases.permissions import note
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_guests import GuestFile, GuestRecord, HeldFile, Words
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessRead
from shared.contracts.errors import forbidden
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource

EXPORT = "export"
NEEDED = frozenset({DataClass.GUEST_IDENTITY, DataClass.PRIVATE_STAY})
"""Without names and words there is nothing to hand out."""
MOST_POINTS = 10_000


class Disclosing:
    """The use case behind `GET /v1/guests/{guest_id}/file`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def file(self, principal: Principal, guest_id: str) -> GuestFile:
        """What is held of a guest in the caller's hotels, words and all; the read is an event before the answer."""
        house, scope = self._house, scope_of(principal)
        verdict = house.people.decide(principal, EXPORT, Resource.GUEST)
        allowed = verdict.allow and verdict.read >= NEEDED
        only = principal.properties or frozenset()
        where = next(iter(only)) if len(only) == 1 else "*"
        provenance = Provenance.fresh(house.clock.new_id())
        said = AccessRead(
            subjects=(guest_id,), action="export_guest", classes=tuple(sorted(verdict.read)), refused=not allowed
        )
        await note(house, principal, said, where, provenance)
        if not allowed:
            raise forbidden("guests_not_readable", "Your role does not hand out what is held of a guest.")
        ids = await house.records.of_guest(scope, guest_id, ())
        states = await house.records.find_all(scope, ids)
        words = await house.texts.of(scope, ids)
        points = await house.loyalty.page(scope, guest_id, None, MOST_POINTS)
        return GuestFile(
            guest_id=guest_id,
            records=tuple(self._record(state, words, verdict.read) for state in states),
            points=tuple(points),
        )

    def _record(
        self, state: RecordState, words: Sequence[tuple[str, str, str]], read: frozenset[DataClass]
    ) -> GuestRecord:
        kind = self._house.catalogue.kind(state.kind)
        shown = {name: value for name, value in state.fields.items() if field_class(kind, name) in read}
        own = sorted(each[1:] for each in words if each[0] == state.id)
        return GuestRecord(
            id=state.id,
            property_id=state.property_id,
            kind=state.kind,
            status=state.status,
            outcome=state.outcome,
            stay_id=state.stay_id,
            room=state.room,
            opened_at=state.opened_at,
            closed_at=state.closed_at,
            fields={name: value for name, value in shown.items() if not refs_in([value])},
            words=tuple(Words(ref=ref, text=text) for ref, text in own),
            files=tuple(
                HeldFile(id=one.id, type=one.type, size=one.size, added_at=one.added_at) for one in state.files
            ),
        )
