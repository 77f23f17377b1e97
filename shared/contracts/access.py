"""Reads of sensitive fields and acts of operators, on `access.v1`, which only audit reads."""

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


class Operation(Wire):
    """What an operator did to a service's events; the reason's words stay in that service's store."""

    action: Code
    service: Code
    group: str | None = None
    aggregate: EntityId | None = None
    topic: str | None = None


class OperationEvent(EventBody):
    """An operator is about to redrive, rebuild, republish or reread."""

    operation: Operation
