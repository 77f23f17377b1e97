"""What the use cases need from stores, PMSs, channels and files, by role."""

from services.integrations.ports.outside import (
    Channel,
    ChannelRefused,
    Connections,
    Delivery,
    Folios,
    GuestKey,
    Pms,
    PmsRefused,
    PmsSilent,
    Posted,
    StayStore,
)

__all__ = [
    "Channel",
    "ChannelRefused",
    "Connections",
    "Delivery",
    "Folios",
    "GuestKey",
    "Pms",
    "PmsRefused",
    "PmsSilent",
    "Posted",
    "StayStore",
]
