"""What differs between two sets of rules, place by place: shown beside each other, whichever level wrote them."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.values import Frozen


class Difference(Frozen):
    """One place where two sets of rules differ, e.g. `kinds.guest_request.limits.service_hours`; absent is None."""

    path: str
    before: Any = None
    after: Any = None


def differences(before: Mapping[str, Any], after: Mapping[str, Any], under: str = "") -> tuple[Difference, ...]:
    """The places where two documents differ, in the order of their names; rules of a list go by their own name."""
    found: list[Difference] = []
    for name in sorted(before.keys() | after.keys()):
        path = f"{under}.{name}" if under else name
        old, new = _named(before.get(name)), _named(after.get(name))
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += differences(old, new, path)
        elif old != new:
            found.append(Difference(path=path, before=before.get(name), after=after.get(name)))
    return tuple(found)


def _named(value: Any) -> Any:
    if isinstance(value, list) and value and all(isinstance(each, Mapping) and "rule" in each for each in value):
        return {str(each["rule"]): each for each in value}
    return value
