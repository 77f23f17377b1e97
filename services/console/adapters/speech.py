"""What language the viewer of a request reads: our pages speak it, and it is handed on so that refusals do too."""

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from babel.messages.pofile import read_po
from starlette.types import ASGIApp, Receive, Scope, Send

from services.console.domain.tongue import LANGUAGES, SPOKEN, Tongue, negotiated

MOST = 200
COOKIE = "bellboard_language"
FOLDER = Path(__file__).resolve().parents[1] / "locale"
ACCEPTED: ContextVar[str] = ContextVar("accepted_language", default="")
"""The Accept-Language of the request being answered, cut to a sane length."""


@cache
def tongue(language: str) -> Tongue:
    """A language with its catalogue as it was when the process first spoke it; English needs none."""
    path = FOLDER / f"{language}.po"
    if language == "en":
        return Tongue()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    said: dict[str, str | Sequence[str]] = {}
    for message in catalogue:
        if not message.id or not message.string or message.fuzzy:
            continue
        said[message.id if isinstance(message.id, str) else message.id[0]] = (
            message.string if isinstance(message.string, str) else tuple(message.string)
        )
    return Tongue(language, said)


class Speech:
    """Keeps the language of each request while it is answered: chosen in the console, else as the browser asks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            given = _header(scope["headers"], b"accept-language")[:MOST]
            chosen = _chosen(_header(scope["headers"], b"cookie"))
            ACCEPTED.set(f"{chosen},{given}"[:MOST] if chosen else given)
            SPOKEN.set(tongue(chosen or negotiated(given)))
        await self._app(scope, receive, send)


def _header(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> str:
    return next((value for name, value in headers if name == wanted), b"").decode("ascii", "ignore")


def _chosen(cookies: str) -> str:
    try:
        read: Mapping[str, object] = {name: one.value for name, one in SimpleCookie(cookies).items()}
    except CookieError:
        return ""
    language = str(read.get(COOKIE, ""))
    return language if language in LANGUAGES else ""
