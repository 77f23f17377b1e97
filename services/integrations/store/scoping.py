"""The one filter that keeps every query inside its caller's chain and properties."""

from typing import Any

from shared.contracts.values import Scope


def within(scope: Scope) -> dict[str, Any]:
    """Match what a scope covers."""
    wanted: dict[str, Any] = {"chain": scope.chain}
    if scope.properties is not None:
        wanted["prop"] = {"$in": sorted(scope.properties)}
    return wanted
