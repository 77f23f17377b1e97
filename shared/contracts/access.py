"""Reads of sensitive fields, on `access.v1`, which only audit reads."""

from shared.contracts.envelope import EventBody
from shared.contracts.identity import DataClass
from shared.contracts.values import Code, EntityId, Wire


class AccessRead(Wire):
    """One request that read fields of a sensitive class; `refused` when it was denied."""

    subjects: tuple[EntityId, ...]
    action: Code
    classes: tuple[DataClass, ...]
    refused: bool = False


class AccessEvent(EventBody):
    """A sensitive read or a refused sensitive act."""

    access: AccessRead
