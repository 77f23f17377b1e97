"""One step of a person at another service: carried out, or the problem as their page says it."""

from collections.abc import Awaitable, Mapping
from typing import Any

from services.console.domain.problem import Down, Problem, Refused, not_answered


async def carried_out(step: Awaitable[object]) -> Problem | None:
    """What stood in the way of a step; None where it was done."""
    try:
        await step
    except (Refused, Down) as failure:
        return problem_of(failure)
    return None


def problem_of(failure: Refused | Down) -> Problem:
    """A refusal, or a silence, as the page says it."""
    return failure.problem if isinstance(failure, Refused) else not_answered(failure)


def ruling_of(values: Mapping[str, str]) -> dict[str, Any]:
    """A form's yes or no to a version with its reason, bound to what was shown; without either it is a withdrawal."""
    body: dict[str, Any] = {"reason": values.get("reason", "")}
    if values.get("approve") in ("true", "false"):
        body |= {"approve": values["approve"] == "true"}
        body |= {"digest": values["digest"]} if values.get("digest") else {}
    return body
