"""What an HTTP answer, or none, means for a letter."""

from collections.abc import Awaitable, Callable

import httpx

from services.alerts.domain.outgoing import SENT, Outcome, Result
from shared.chassis.outbound import Blocked

MOST_WAIT_S = 3600.0
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
GONE = frozenset({404, 410})


async def tried(call: Callable[[], Awaitable[httpx.Response]]) -> Result:
    """The result of one request: what did not connect did nothing, what did not answer may have done it."""
    try:
        answer = await call()
    except Blocked:
        return Result(Outcome.DEAD, "blocked")
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        return Result(Outcome.AGAIN, "unreachable")
    except httpx.TimeoutException:
        return Result(Outcome.AGAIN, "timeout", maybe=True)
    except httpx.HTTPError:
        return Result(Outcome.AGAIN, "broken_off", maybe=True)
    return judged(answer)


def judged(answer: httpx.Response) -> Result:
    """What a status means; redirects are not followed, so they are a failure."""
    status = answer.status_code
    if 200 <= status < 300:
        return SENT
    if status in BUSY:
        return Result(Outcome.AGAIN, f"http_{status}", maybe=status == 504, after_s=_after(answer))
    if status in GONE:
        return Result(Outcome.GONE, f"http_{status}")
    return Result(Outcome.DEAD, f"http_{status}")


def _after(answer: httpx.Response) -> float | None:
    said = answer.headers.get("Retry-After", "")
    return min(float(said), MOST_WAIT_S) if said.isdigit() else None
