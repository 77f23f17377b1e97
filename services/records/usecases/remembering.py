"""What is known of a guest across stays and hotels, for who may read it (P1, P2)."""

from services.records.domain.preferences import preferences
from services.records.domain.state import RecordState
from services.records.ports import By, Query
from services.records.usecases.house import House
from services.records.usecases.masks import Mask, refs_in
from services.records.usecases.permissions import note_reads
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_guests import GuestPreferences, Preference
from shared.contracts.identity import DataClass, Principal

MOST = 500


class Remembering:
    """The use case behind `GET /v1/guests/{guest_id}/preferences`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def preferences(self, principal: Principal, guest_id: str) -> GuestPreferences:
        """The confirmed notes that hold, of the caller's hotels only; private words are masked or a logged read."""
        house, scope = self._house, scope_of(principal)
        kinds = tuple(spec.code for spec in house.catalogue.kinds.values() if spec.remembers is not None)
        query = Query(house.clock.now(), guest_ids=(guest_id,), kinds=kinds, by=By.OPENED, descending=True, limit=MOST)
        page = await house.records.page(scope, query)
        found = [state for state in page.states if self._mask(principal, state) is not None]
        stays = await house.stays.find_all(scope, {state.stay_id for state in found if state.stay_id})
        held = preferences(found, house.catalogue.kinds, {stay.id: stay for stay in stays})
        masks = {state.id: self._masked(principal, state) for state in held}
        values = [value for state in held for name, value in state.fields.items() if masks[state.id].reads(name)]
        texts = await house.texts.read(scope, refs_in(values))
        shown = {
            state.id: Mask(mask.kind, mask.read, texts).classes_shown(state)
            for state in held
            if (mask := masks[state.id])
        }
        private = [state for state in held if shown[state.id]]
        if private:
            classes = frozenset[DataClass]().union(*shown.values())
            await note_reads(house, principal, private, classes)
        return GuestPreferences(
            guest_id=guest_id,
            preferences=tuple(
                _preference(state, Mask(masks[state.id].kind, masks[state.id].read, texts)) for state in held
            ),
        )

    def _mask(self, principal: Principal, state: RecordState) -> Mask | None:
        verdict = self._house.people.decide(principal, "read", state.kind, state.property_id, state.department)
        return Mask(self._house.catalogue.kind(state.kind), verdict.read, {}) if verdict.allow else None

    def _masked(self, principal: Principal, state: RecordState) -> Mask:
        mask = self._mask(principal, state)
        assert mask is not None  # those without one were left out
        return mask


def _preference(state: RecordState, mask: Mask) -> Preference:
    assert state.checked is not None
    assert mask.kind.remembers is not None
    return Preference(
        kind=state.kind,
        kind_title=mask.kind.label,
        topic=str(state.fields.get(mask.kind.remembers.topic)),
        record_id=state.id,
        property_id=state.property_id,
        stay_id=state.stay_id,
        fields=mask.fields(state.fields),
        masked_fields=mask.hidden(state.fields),
        confirmed_by=state.checked.checker.id,
        confirmed_at=state.checked.at,
    )
