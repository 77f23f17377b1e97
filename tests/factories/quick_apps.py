"""Apps that are made by the hundred: what FastAPI works out for a parameter is worked out once, not for every test."""

from typing import Any

from fastapi._compat import v2
from pydantic import TypeAdapter

_made: dict[tuple[object, ...], TypeAdapter[Any]] = {}


def _adapter(annotated: Any, *, config: Any = None) -> TypeAdapter[Any]:
    """The adapter of an annotation: making it anew took half of the time that making an app took."""
    # Two classes may have one name, in two tests: a class counts by itself, not by its name.
    origin = getattr(annotated, "__origin__", None)
    key = (repr(annotated), id(origin) if isinstance(origin, type) else 0, repr(config))
    if key not in _made:
        _made[key] = TypeAdapter(annotated, config=config)
    return _made[key]


def make_apps_quickly() -> None:
    """From now on adapters are kept; they are pure functions of their annotation."""
    v2.TypeAdapter = _adapter  # type: ignore[assignment, misc] # the one place where a field makes its adapter
