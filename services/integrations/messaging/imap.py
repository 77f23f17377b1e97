"""An inbox read by IMAP: new mails by their numbers, the large ones by their head only; nothing is changed there."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import imapclient  # type: ignore[import-untyped] # it ships no types
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped] # the same

from services.integrations.domain.mail import MailBox
from services.integrations.ports.mail import BoxMark, BoxSilent, Fetched, Page

TIMEOUT_S = 30.0
LARGEST = 5 * 1024 * 1024
"""Bytes of a mail that is fetched whole; of a larger one people see that it came, and from whom."""
AT_ONCE = 25
LOOK_BACK = dt.timedelta(days=7)
"""How far back a box is read when we know nothing of it, or it has been numbered anew (RFC 3501, UIDVALIDITY)."""


class Imap:
    """Each look is a connection of its own: nothing is held, so nothing can be stuck."""

    async def look(self, box: MailBox, mark: BoxMark | None, today: dt.date) -> Page:
        """The next mails after a mark. Raises BoxSilent."""
        return await asyncio.to_thread(self._look, box, mark, today)

    def _look(self, box: MailBox, mark: BoxMark | None, today: dt.date) -> Page:
        try:
            with _connected(box) as client:
                chosen = client.select_folder(box.folder, readonly=True)
                validity = int(chosen[b"UIDVALIDITY"])
                known = mark is not None and mark.validity == validity
                first = mark.next_uid if mark is not None and known else 1
                criteria: list[object] = ["UID", f"{first}:*"]
                criteria += [] if known else ["SINCE", today - LOOK_BACK]
                # `n:*` names the last mail even where its number is below n.
                uids = sorted(uid for uid in client.search(criteria) if uid >= first)
                fetched = tuple(_fetch(client, uids[:AT_ONCE]))
                upto = uids[:AT_ONCE][-1] + 1 if uids else max(first, int(chosen.get(b"UIDNEXT", first)))
                return Page(BoxMark(validity, upto), fetched, len(uids) > AT_ONCE)
        except (IMAPClientError, OSError, ssl.SSLError) as silent:
            raise BoxSilent(type(silent).__name__) from silent


def _fetch(client: imapclient.IMAPClient, uids: list[int]) -> Iterator[Fetched]:
    sizes = client.fetch(uids, ["RFC822.SIZE"]) if uids else {}
    for uid in uids:
        if uid not in sizes:
            continue  # somebody has deleted it meanwhile
        whole = sizes[uid][b"RFC822.SIZE"] <= LARGEST
        part = "BODY.PEEK[]" if whole else "BODY.PEEK[HEADER]"
        said = client.fetch([uid], [part]).get(uid, {})
        raw = said.get(b"BODY[]" if whole else b"BODY[HEADER]")
        if raw is not None:
            yield Fetched(uid, bytes(raw), whole)


@contextmanager
def _connected(box: MailBox) -> Iterator[imapclient.IMAPClient]:
    client = imapclient.IMAPClient(box.host, port=box.port, ssl=box.tls, timeout=TIMEOUT_S, use_uid=True)
    try:
        client.login(box.user, box.password.get_secret_value() if box.password else "")
        yield client
    finally:
        try:
            client.logout()
        except (IMAPClientError, OSError):
            client.shutdown()
