"""Deliveries by e-mail: one row for each address, sent at most once."""

import datetime as dt
from enum import StrEnum

from services.reporting.domain.schedule import Run
from shared.contracts.values import Code, EntityId, Frozen, Instant, Slug, derived_id

TRIES = 8
_FIRST_WAIT = dt.timedelta(seconds=30)


class MailState(StrEnum):
    """Where one e-mail stands. `unknown`: handed over, and no answer came; it is not sent again."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Mailing(Frozen):
    """One delivery to one address; `due_at` and `since` are real time."""

    id: EntityId
    chain: Slug
    property_id: Slug
    run_id: EntityId
    to: str
    state: MailState = MailState.WAITING
    due_at: Instant
    since: Instant | None = None
    tries: int = 0
    code: Code | None = None


class Handed(Frozen):
    """What a mail server did with one message. `again`: it surely has not taken it."""

    state: MailState
    code: Code
    again: bool = False


def mailings(run: Run, addresses: tuple[str, ...], at: dt.datetime) -> list[Mailing]:
    """One for each address, however often they are made."""
    return [
        Mailing(
            id=derived_id("mailing", run.id, one),
            chain=run.chain,
            property_id=run.property_id,
            run_id=run.id,
            to=one,
            due_at=at,
        )
        for one in dict.fromkeys(addresses)
    ]


def begun(mailing: Mailing, at: dt.datetime) -> Mailing:
    """It is about to be handed over: from here on nobody may send it again without knowing better."""
    return mailing.model_copy(update={"state": MailState.SENDING, "since": at, "tries": mailing.tries + 1})


def handed(mailing: Mailing, said: Handed, at: dt.datetime) -> Mailing:
    """After an answer: what was surely not taken waits, each time twice as long, and is refused in the end."""
    if said.again and mailing.tries < TRIES:
        due = at + _FIRST_WAIT * 2**mailing.tries
        return mailing.model_copy(update={"state": MailState.WAITING, "due_at": due, "since": None, "code": said.code})
    state = MailState.REFUSED if said.again else said.state
    return mailing.model_copy(update={"state": state, "code": said.code})
