"""Access tokens of vendors: fetched once however many calls wait for one, renewed before they end, never logged."""

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

SPARE = dt.timedelta(seconds=60)


@dataclass(frozen=True)
class Token:
    """An access token and when it ends, in real time."""

    value: str = field(repr=False)
    expires: dt.datetime

    def fresh(self, now: dt.datetime) -> bool:
        """Whether it lives long enough for one more call."""
        return now + SPARE < self.expires


class SignIns:
    """The tokens of this process, by account."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._flights: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def token(self, account: str, now: dt.datetime, sign_in: Callable[[], Awaitable[Token]]) -> Token:
        """A token that is fresh; whoever comes while one is fetched waits for that one."""
        async with self._flights[account]:
            held = self._tokens.get(account)
            if held is None or not held.fresh(now):
                held = self._tokens[account] = await sign_in()
            return held

    def forget(self, account: str, refused: Token) -> None:
        """The vendor did not take this token. One that was fetched since stays."""
        if self._tokens.get(account) == refused:
            del self._tokens[account]
