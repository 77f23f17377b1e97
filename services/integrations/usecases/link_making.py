"""Makes the addresses of guests' pages that go into what is sent to them."""

from collections.abc import Mapping

from services.integrations.domain.guest_links import LASTS, Form, GuestLink, written
from services.integrations.domain.messages import GuestMessage
from services.integrations.ports import GuestKey
from shared.chassis.clock import Clock

FORMS = {"offer_link": Form.OFFER, "arrival_link": Form.ARRIVAL, "feedback_link": Form.FEEDBACK}


class LinkMaking:
    """Signed links under the public address; none where there is no such address, or no stay."""

    def __init__(self, key: GuestKey, public_url: str | None, clock: Clock) -> None:
        self._key, self._public_url, self._clock = key, public_url, clock

    def of(self, row: GuestMessage) -> Mapping[str, str]:
        """By the name of the open place. An offer's page needs the record that offers."""
        message = row.message
        if self._public_url is None or message.stay_id is None:
            return {}
        ends = int((self._clock.real_now() + LASTS).timestamp())
        return {
            name: f"{self._public_url}/g/{written(self._link(row, form, ends), self._key.value)}"
            for name, form in FORMS.items()
            if form is not Form.OFFER or message.record_id is not None
        }

    @staticmethod
    def _link(row: GuestMessage, form: Form, ends: int) -> GuestLink:
        message = row.message
        assert message.stay_id is not None
        record = message.record_id if form is not Form.ARRIVAL else None
        return GuestLink(
            chain=row.chain,
            property_id=message.property_id,
            stay_id=message.stay_id,
            form=form,
            record_id=record,
            ends=ends,
        )
