"""Parts of a page that it can do without: absent where their service is silent or closed to the viewer."""

from collections.abc import Awaitable
from typing import TypeVar

from services.console.domain.problem import Down, Refused

Answer = TypeVar("Answer")


async def quietly(asked: Awaitable[Answer], otherwise: Answer) -> Answer:
    """An answer, or what the page shows without it."""
    try:
        return await asked
    except (Down, Refused):
        return otherwise


async def nothing(value: Answer) -> Answer:
    """An answer that nobody needed to be asked for."""
    return value
