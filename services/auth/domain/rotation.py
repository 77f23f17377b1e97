"""Which access key signs, and which still verify, while one takes over from another."""

import datetime as dt
from collections.abc import Sequence

from services.auth.domain.keys import SigningKey
from services.auth.domain.sessions import ACCESS_TTL

LEAD = dt.timedelta(minutes=15)
"""How long a new key is published before it signs: longer than any service takes to hear of it."""
OUTAGE = dt.timedelta(hours=12)
"""How long after its end a token may still do ordinary work while auth is out."""
MARGIN = dt.timedelta(minutes=5)
EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class DatedKey(SigningKey):
    """A key of access tokens and the real time from which it signs."""

    signs_from: dt.datetime = EVER


def signing(keys: Sequence[DatedKey], now: dt.datetime) -> DatedKey:
    """The key that signs now: the newest whose time has come."""
    return max((key for key in keys if key.signs_from <= now), key=lambda key: key.signs_from)


def verifying(keys: Sequence[DatedKey], now: dt.datetime) -> tuple[DatedKey, ...]:
    """The keys that a genuine token may have been signed with, and those that are about to sign, oldest first."""
    ordered = sorted(keys, key=lambda key: key.signs_from)
    ends = [later.signs_from + ACCESS_TTL + OUTAGE + MARGIN for later in ordered[1:]]
    return tuple(key for key, end in zip(ordered, [*ends, None], strict=True) if end is None or now < end)


def rotated(keys: Sequence[DatedKey], seed: str, now: dt.datetime, lead: dt.timedelta = LEAD) -> tuple[DatedKey, ...]:
    """The keys with a new one that signs after the lead.

    While one waits for its time already there is nothing to do: a rotation that is asked for twice is one rotation.
    """
    if any(key.signs_from > now for key in keys):
        return tuple(keys)
    return (*keys, DatedKey(seed=seed, signs_from=now + lead))
