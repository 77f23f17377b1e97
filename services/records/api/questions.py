"""Questions that wait for the caller."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from services.records.usecases.questions import Put, Questions
from services.records.usecases.shown_questions import QuestionPage
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import Slug


def router(questions: Questions, chassis: Chassis) -> APIRouter:
    """The route."""
    made = APIRouter()

    @made.get("/questions")
    async def questions_asked(
        principal: Annotated[Principal, Depends(chassis.caller)],
        to: Annotated[Literal["me", "department"] | None, Query(description="Absent: both")] = None,
        overdue: Annotated[bool, Query()] = False,
        property: Annotated[Slug | None, Query()] = None,
        after: Annotated[str | None, Query(max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> QuestionPage:
        """What I or my departments were asked on records and nobody has answered."""
        return await questions.page(principal, Put(to, overdue, property, after, limit))

    return made
