"""What the use cases need from stores, PMSs, channels and files, by role."""

from services.integrations.ports.outside import (
    Connections,
    Folios,
    GuestKey,
    Pms,
    PmsRefused,
    PmsSilent,
    Posted,
    StayStore,
)

__all__ = [
    "Connections",
    "Folios",
    "GuestKey",
    "Pms",
    "PmsRefused",
    "PmsSilent",
    "Posted",
    "StayStore",
]
