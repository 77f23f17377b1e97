"""Every route an app answers, whether its OpenAPI document names it or not."""

import re
from collections.abc import Collection, Iterable, Iterator

from fastapi import FastAPI
from fastapi.routing import _IncludedRouter
from starlette.routing import BaseRoute, Mount

FREE = frozenset({"HEAD", "OPTIONS"})
STATIC = frozenset({"/static"})


def routes_of(app: FastAPI) -> set[str]:
    """`METHOD /path` of every route; static files are no route of ours."""
    return set(_found(app.routes))


def _found(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for route in routes:
        if isinstance(route, _IncludedRouter):
            yield from _found(route.effective_candidates())  # type: ignore[arg-type] # contexts have path and methods
            continue
        if isinstance(route, Mount) and route.path in STATIC:
            continue
        for method in sorted(set(getattr(route, "methods", None) or {"ANY"}) - FREE):
            yield f"{method} {getattr(route, 'path', route)}"


def meant_elsewhere(table: Collection[str], method: str, path: str) -> bool:
    """Whether this method on this path is another route's, whose parameter takes the path's name for a value."""
    patterns = [re.sub(r"\{[^}]+\}", "[^/]+", route) for route in table if route.startswith(f"{method} ")]
    return any(re.fullmatch(pattern, f"{method} {path}") for pattern in patterns)
