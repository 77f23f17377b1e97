"""Providers of messages that listen here: an SMTP server, and an HTTP server that plays all the others."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import Message

import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Request, Response


class Mailbox(MessageHandler):
    """Keeps what it is sent; refuses with a code when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.refuse: list[str] = []

    async def handle_RCPT(  # the library's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or say the next refusal."""
        if self.refuse:
            return self.refuse.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Message) -> None:
        """Keep it."""
        self.messages.append(message)


@contextlib.asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[Mailbox, int]]:
    """A mail server on a free port."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


@dataclass
class Provider:
    """What an HTTP provider was asked, and what it answers: a status by path, else 201; `hang`: not for a while."""

    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)
    hang: set[str] = field(default_factory=set)
    url: str = ""

    def of(self, path: str) -> list[tuple[dict[str, str], bytes]]:
        """Headers and bodies of what was sent to a path."""
        return [(headers, body) for one, headers, body in self.asked if one == path]


@contextlib.asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """An HTTP server on a free port that takes everything."""
    held, app = Provider(), FastAPI()

    @app.post("/{path:path}")
    async def take(path: str, request: Request) -> Response:
        held.asked.append((path, dict(request.headers), await request.body()))
        if path in held.hang:
            await asyncio.sleep(30)
        waiting = held.answers.get(path)
        return Response(status_code=waiting.pop(0) if waiting else 201)

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=free_port(), log_level="critical"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    held.url = f"http://127.0.0.1:{server.config.port}"
    try:
        yield held
    finally:
        server.force_exit = server.should_exit = True
        await running


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
