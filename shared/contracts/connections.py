"""That a hotel's connection to its PMS was changed, on `stays.v1`: which fields, never their values."""

from shared.contracts.envelope import EventBody
from shared.contracts.values import Code, EntityId, Version, Wire


class ConnectionChange(Wire):
    """A connection after a change. Where its secrets lie, and its address, are told nobody."""

    id: EntityId
    property_id: str
    pms: Code
    fields: tuple[Code, ...]
    version: Version


class ConnectionEvent(EventBody):
    """Any event of a connection."""

    connection: ConnectionChange


CONNECTION_VERBS = ("changed",)
