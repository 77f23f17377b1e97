"""Who may come in: the session cookie, and the form token on everything that changes something."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from services.console.domain.faces import Face, cookie_of, faces_of
from services.console.domain.problem import Problem, Refused
from services.console.domain.session import Journey, Viewer, csrf_of, same_csrf
from services.console.domain.tongue import _
from services.console.usecases.signin import Desk

COOKIE = "bellboard_session"
BEFORE = "bellboard_signin"
AWAY = "bellboard_away"
AWAY_S = 600
FACES = "bellboard_desk"
FACES_S = 30 * 86_400
LANGUAGE = "bellboard_language"
YEAR_S = 366 * 86_400
MOST_FILE = 10 * 1024 * 1024


class SignInFirst(Exception):
    """Nobody is signed in; `then` is where they wanted to go."""

    def __init__(self, then: str) -> None:
        super().__init__("sign in first")
        self.then = then


class Forged(Exception):
    """A form without the token of its session."""


@dataclass(frozen=True)
class Form:
    """A form whose token was right, and who sent it."""

    viewer: Viewer
    values: Mapping[str, str]
    file: bytes = b""
    media: str = ""

    @property
    def key(self) -> str:
        """The key that makes sending it twice harmless."""
        given = self.values.get("key", "")
        return given if 8 <= len(given) <= 128 and given.isascii() and given.isprintable() else secrets.token_hex(16)

    @property
    def version(self) -> int:
        """The version the person looked at; 0 when the form does not say."""
        given = self.values.get("version", "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


class Gate:
    """FastAPI dependencies for pages and forms."""

    def __init__(self, desk: Desk, secure: bool) -> None:
        self._desk, self._secure = desk, secure

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix makes browsers hold us to Secure and our own host."""
        return f"__Host-{COOKIE}" if self._secure else COOKIE

    async def viewer(self, request: Request) -> Viewer:
        """The signed-in viewer, or SignInFirst."""
        viewer = await self.whoever(request)
        if viewer is None:
            raise SignInFirst(_wanted(request))
        return viewer

    async def whoever(self, request: Request) -> Viewer | None:
        """The signed-in viewer, if there is one."""
        cookie = request.cookies.get(self.cookie)
        return await self._desk.viewer(cookie) if cookie else None

    async def form(self, request: Request) -> Form:
        """A form of a signed-in viewer; a missing or foreign token is Forged."""
        viewer = await self.viewer(request)
        values = await read_form(request)
        if not same_csrf(viewer.cookie, values.get("csrf", "")):
            raise Forged
        return Form(viewer, values)

    async def upload(self, request: Request) -> Form:
        """A form that carries one file, of a signed-in viewer; too large a file is refused before it is read whole."""
        viewer = await self.viewer(request)
        if int(request.headers.get("content-length") or 0) > MOST_FILE + 65_536:
            raise Refused(Problem(413, "too_large", _("That file is larger than 10 MB. Take a smaller photo.")))
        sent = await request.form(max_files=1, max_fields=20, max_part_size=MOST_FILE + 1)
        values = {name: value.strip() for name, value in sent.items() if not isinstance(value, UploadFile)}
        if not same_csrf(viewer.cookie, values.get("csrf", "")):
            raise Forged
        file = sent.get("file")
        if not isinstance(file, UploadFile):
            raise Refused(Problem(422, "form_invalid", _("Choose a photo first.")))
        return Form(viewer, values, await file.read(), file.content_type or "application/octet-stream")

    def remember(self, answer: Response, cookie: str) -> None:
        """Give a browser its session; it ends with the browser."""
        answer.set_cookie(self.cookie, cookie, httponly=True, samesite="lax", secure=self._secure, path="/")

    def forget(self, answer: Response) -> None:
        """Take the session from a browser."""
        answer.delete_cookie(self.cookie, httponly=True, samesite="lax", secure=self._secure, path="/")

    def faces(self, request: Request) -> list[Face]:
        """Who signed in on this device lately."""
        return faces_of(request.cookies.get(FACES, ""))

    def keep_faces(self, answer: Response, faces: Sequence[Face]) -> None:
        """Let the device remember who works at this desk."""
        answer.set_cookie(
            FACES,
            cookie_of(faces),
            max_age=FACES_S,
            httponly=True,
            samesite="strict",
            secure=self._secure,
            path="/",
        )

    def speak(self, answer: Response, language: str) -> None:
        """Let the device remember the language its people chose."""
        answer.set_cookie(
            LANGUAGE, language, max_age=YEAR_S, httponly=True, samesite="lax", secure=self._secure, path="/"
        )

    def before_sign_in(self, request: Request) -> tuple[str, str]:
        """A secret for a browser nobody is signed in on, and the form token that goes with it."""
        secret = request.cookies.get(BEFORE) or secrets.token_urlsafe(32)
        return secret, csrf_of(secret)

    def remember_before(self, answer: Response, secret: str) -> None:
        """Give a browser the secret its sign-in form is bound to."""
        answer.set_cookie(BEFORE, secret, httponly=True, samesite="strict", secure=self._secure, path="/sign-in")

    def depart(self, answer: Response, journey: Journey) -> None:
        """Give a browser what it must bring back from the provider; lax, for it comes back from another site."""
        answer.set_cookie(
            AWAY,
            journey.cookie,
            max_age=AWAY_S,
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path="/sign-in/return",
        )

    def arrive(self, answer: Response) -> None:
        """Take it away again: it is good once."""
        answer.delete_cookie(AWAY, httponly=True, samesite="lax", secure=self._secure, path="/sign-in/return")


async def read_form(request: Request) -> dict[str, str]:
    """The text fields of a form, without surrounding blanks; the last of a repeated name counts."""
    sent = await request.form(max_files=0, max_fields=300)
    return {name: value.strip() for name, value in sent.items() if not isinstance(value, UploadFile)}


def _wanted(request: Request) -> str:
    if request.method != "GET" or request.headers.get("hx-request") == "true":
        return ""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def sign_in_address(then: str) -> str:
    """The sign-in page that leads back."""
    return f"/sign-in?then={quote(then, safe='')}" if then and then != "/" else "/sign-in"


def own_path(given: str) -> str:
    """A path of this site, or the board: nobody is sent elsewhere after signing in."""
    plain = given.startswith("/") and not given.startswith(("//", "/\\")) and "\\" not in given and given.isprintable()
    return given if plain else "/"
