"""Processes that send messages, read an inbox or answer a provider until they are killed: one forks the others."""

import asyncio
import datetime as dt
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn

from services.integrations.app import assemble, parts
from services.integrations.domain.mail import MailBox
from services.integrations.ports.mail import BoxMark, Fetched, Page
from services.integrations.settings import Settings
from services.integrations.usecases import commanding
from services.integrations.usecases.reading_mail import ReadMail
from shared.chassis.mongo import DatabaseError

STALE = dt.timedelta(seconds=0.5)
"""Shorter waits than in a hotel."""
LETTERS = "BELLBOARD_TEST_LETTERS"


class FolderBox:
    """An inbox whose mails are files, numbered as IMAP does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def look(self, box: MailBox, mark: BoxMark | None, today: dt.date) -> Page:
        """The next mails after a mark."""
        first = mark.next_uid if mark else 1
        uids = sorted(int(each.stem) for each in self._folder.glob("*.eml"))
        mails = tuple(self._one(uid) for uid in uids if uid >= first)
        return Page(BoxMark(1, max([first, *(one + 1 for one in uids)])), mails, False)

    def _one(self, uid: int) -> Fetched:
        return Fetched(uid, (self._folder / f"{uid}.eml").read_bytes(), True)


async def send() -> None:
    """Send what waits, round and round."""
    commanding.STALE = STALE
    commanding.READ_BACK = STALE / 5
    have = parts(Settings())
    await have.chassis.policy.refresh()
    send_messages = have.send_messages
    while True:
        with suppress(DatabaseError):
            await send_messages()
        await asyncio.sleep(0.05)


async def read() -> None:
    """Read the inbox, round and round."""
    have = parts(Settings())
    await have.key.load()
    beside = have.beside
    side = (have.talk.from_guests(beside), have.messages, have.key, have.chassis.clock)
    reading = ReadMail(have.settings.inboxes, FolderBox(Path(os.environ[LETTERS])), have.talk.boxes, *side)
    while True:
        # As a job does: a store that fails is asked again in time.
        with suppress(DatabaseError):
            await reading()
        await asyncio.sleep(0.05)


async def serve(port: int) -> None:
    """Answer a provider."""
    app = assemble(parts(Settings()))
    await uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="critical")).serve()


WORK: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {"send": send, "read": read, "serve": serve}


def fork(what: str, *more: str) -> int:
    """A worker of its own; its process id."""
    child = os.fork()
    if child == 0:
        asyncio.run(WORK[what](*(int(one) for one in more)))
        os._exit(0)
    return child


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is dead leaves nothing behind
    for line in sys.stdin:
        sys.stdout.write(f"{fork(*line.split())}\n")
        sys.stdout.flush()
