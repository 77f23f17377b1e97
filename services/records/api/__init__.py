"""Records over HTTP: read the request, call one use case, answer."""

from services.records.api.router import router

__all__ = ["router"]
