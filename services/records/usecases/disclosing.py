"""Everything records holds of one guest, for the guest: records, words, files, points. Its own right, written down."""

from services.records.domain.state import RecordState
from services.records.usecases.house import House
from services.records.usecases.permissions import note
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_guests import GuestFile, GuestRecord, HeldFile, Words
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessRead
from shared.contracts.errors import forbidden
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource

EXPORT = "export"
MOST_POINTS = 10_000


class Disclosing:
    """The use case behind `GET /v1/guests/{guest_id}/file`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def file(self, principal: Principal, guest_id: str) -> GuestFile:
        """What is held of a guest in the caller's hotels, words and all; the read is an event before the answer."""
        house, scope = self._house, scope_of(principal)
        verdict = house.people.decide(principal, EXPORT, Resource.GUEST)
        only = principal.properties or frozenset()
        where = next(iter(only)) if len(only) == 1 else "*"
        provenance = Provenance.fresh(house.clock.new_id())
        said = AccessRead(
            subjects=(guest_id,), action="export_guest", classes=tuple(sorted(verdict.read)), refused=not verdict.allow
        )
        await note(house, principal, said, where, provenance)
        if not verdict.allow:
            raise forbidden(verdict.why, "Your role does not hand out what is held of a guest.")
        ids = await house.records.of_guest(scope, guest_id, ())
        states = await house.records.find_all(scope, ids)
        words = await house.texts.of(scope, ids)
        points = await house.loyalty.page(scope, guest_id, None, MOST_POINTS)
        return GuestFile(
            guest_id=guest_id,
            records=tuple(
                _record(state, [(ref, text) for owner, ref, text in words if owner == state.id]) for state in states
            ),
            points=tuple(points),
        )


def _record(state: RecordState, words: list[tuple[str, str]]) -> GuestRecord:
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
        fields={
            name: value for name, value in state.fields.items() if not isinstance(value, dict) or "ref" not in value
        },
        words=tuple(Words(ref=ref, text=text) for ref, text in sorted(words)),
        files=tuple(
            HeldFile(id=each.id, type=each.type, size=each.size, added_at=each.added_at) for each in state.files
        ),
    )
