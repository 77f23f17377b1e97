"""What language the viewer of this request reads: handed on to the services, so that refusals are said in it."""

from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

MOST = 200
ACCEPTED: ContextVar[str] = ContextVar("accepted_language", default="")
"""The Accept-Language of the request being answered, cut to a sane length."""


class Speech:
    """Keeps the header of each request while it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            given = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
            ACCEPTED.set(given[:MOST].decode("ascii", "ignore"))
        await self._app(scope, receive, send)
