"""Turns a scope into the filter that every query of this store begins with."""

from shared.chassis.mongo import Document
from shared.contracts.values import Scope


def within(scope: Scope) -> Document:
    """The part of a filter that keeps a query inside one chain and the properties allowed."""
    if scope.properties is None:
        return {"chain": scope.chain}
    return {"chain": scope.chain, "property_id": {"$in": sorted(scope.properties)}}
