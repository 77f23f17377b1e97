"""How long a read may take in the database: two seconds while somebody waits for the answer (S26), else longer."""

from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

MOST_MS = 2_000
OF_OPERATORS = "/ops/"
_WAITED_FOR: ContextVar[bool] = ContextVar("waited_for", default=False)


def waited_for() -> bool:
    """Whether somebody waits for what is read now; what consumers, timers and jobs read nobody does."""
    return _WAITED_FOR.get()


class Patience:
    """ASGI middleware: marks a request's reads as waited for, but for those of operators, who count whole stores."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        mark = _WAITED_FOR.set(scope["type"] == "http" and not scope["path"].startswith(OF_OPERATORS))
        try:
            await self._app(scope, receive, send)
        finally:
            _WAITED_FOR.reset(mark)
