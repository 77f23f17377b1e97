"""What a property can sell on a day, on `inventory.v1`."""

import datetime as dt

from shared.contracts.envelope import EventBody
from shared.contracts.values import EntityId, Version, Wire


class InventoryDay(Wire):
    """Rooms of one property on one local day; `free` by room type."""

    id: EntityId
    property_id: str
    day: dt.date
    rooms: int
    occupied: int
    arrivals: int
    departures: int
    free: dict[str, int]
    version: Version


class InventoryEvent(EventBody):
    """The day after a change."""

    inventory: InventoryDay
