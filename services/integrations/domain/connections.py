"""A connection: one hotel at one PMS, with the facts its payloads are read by."""

from typing import Annotated

from pydantic import AfterValidator, Field

from shared.contracts.values import Code, Frozen, Slug, zone


def _zone(name: str) -> str:
    zone(name)
    return name


ZoneName = Annotated[str, AfterValidator(_zone)]


class ConnectionSpec(Frozen):
    """What is needed to connect a hotel. `hotel` is the PMS's own word for it; `rooms` counts rooms by type."""

    property_id: Slug
    chain: Slug
    pms: Code
    hotel: str
    zone: ZoneName
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    rooms: dict[str, int] = Field(default_factory=dict)


class Connection(ConnectionSpec):
    """A connected hotel. `token` makes its inbound addresses unguessable, as no PMS signs its webhooks."""

    token: str = Field(repr=False, min_length=32)
