"""What reporting keeps of a stay: its days, from when it was on the books, and what became of it; nobody's name."""

import datetime as dt
from collections.abc import Iterator

from services.reporting.domain.fact import whole_ms
from services.reporting.domain.forecast import Booked
from services.reporting.domain.local import day_of
from services.reporting.domain.tally import ALL, Entry
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Frozen, Instant

STAYS = "stays"


class StaySeen(Frozen):
    """One stay as last heard. `gone_at`: when it was cancelled, or nobody came."""

    id: str
    chain: str
    property_id: str
    version: int
    arrival: dt.date
    departure: dt.date
    status: StayStatus
    booked_at: Instant
    gone_at: Instant | None = None

    @classmethod
    def of(cls, stay: Stay, version: int, at: dt.datetime) -> "StaySeen":
        """From the mirror's own words; a cancellation without a time is dated by its event."""
        gone = stay.status in (StayStatus.CANCELLED, StayStatus.NO_SHOW)
        return cls(
            id=stay.id,
            chain=stay.chain,
            property_id=stay.property_id,
            version=version,
            arrival=stay.arrival,
            departure=stay.departure,
            status=stay.status,
            booked_at=whole_ms(stay.booked_at),
            gone_at=whole_ms(stay.cancelled_at or at) if gone else None,
        )

    def booked(self, zone_name: str) -> Booked:
        """As a forecast sees it; one that never came counts as gone on its arrival at the latest."""
        gone = min(self.arrival, day_of(self.gone_at, zone_name)) if self.gone_at else None
        return Booked(self.arrival, self.departure, day_of(self.booked_at, zone_name), gone)


def entries(stay: StaySeen) -> Iterator[Entry]:
    """A stay that came, on the day it arrives and, once it left, on the day it leaves."""
    if stay.status in (StayStatus.CHECKED_IN, StayStatus.CHECKED_OUT):
        yield Entry(stay.arrival, STAYS, ALL, "arrived")
    if stay.status is StayStatus.CHECKED_OUT:
        yield Entry(stay.departure, STAYS, ALL, "departed")
