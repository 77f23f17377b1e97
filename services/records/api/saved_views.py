"""Saved views over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field, StringConstraints

from services.records.api.queries import Filter
from services.records.domain.saved_views import SavedView
from services.records.usecases.saving_views import Draft, SavingViews
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Principal
from shared.contracts.values import Code, EntityId, Frozen

VIEW = {
    "name": "Late at night",
    "filters": {"risk": "late", "department": "housekeeping"},
    "sort": "due",
    "columns": ["room", "owner", "due_at"],
}
Id = Annotated[EntityId, Path()]
OF_THE_LIST = frozenset({"sort", "fields", "after", "limit"})
"""What a list is asked for beside its filters."""


class ViewBody(Frozen):
    """A list as somebody likes it: filters, order and columns of `GET /v1/records`; `department` shares it."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    filters: Filter = Field(default_factory=Filter)
    sort: Annotated[str, StringConstraints(pattern=r"^-?[a-z_]{1,64}$")] = "due"
    columns: tuple[Code, ...] = Field(default=(), max_length=40)
    department: Department | None = None

    @property
    def draft(self) -> Draft:
        """The view as it is kept."""
        said = self.filters.model_dump(mode="json", by_alias=True, exclude_unset=True)
        strangers = (*(self.filters.model_extra or ()), *sorted(said.keys() & OF_THE_LIST))
        return Draft(self.name, said, self.sort, self.columns, self.department, tuple(strangers))


class Views(Frozen):
    """My own views and those of my departments, by name."""

    views: tuple[SavedView, ...]


def router(saving: SavingViews, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    told = Annotated[CommandContext, Depends(chassis.command)]

    def tagged(response: Response, view: SavedView, replayed: bool) -> SavedView:
        response.headers["ETag"] = f'"{view.version}"'
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return view

    @made.get("/views")
    async def views(principal: Annotated[Principal, Depends(chassis.caller)]) -> Views:
        """My own views and those that are shared with a department of mine."""
        return Views(views=tuple(await saving.shown(principal)))

    @made.post("/views", status_code=201, responses={201: ETAG, **refuses(409)})
    async def save_view(
        body: Annotated[ViewBody, example(VIEW)],
        response: Response,
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
    ) -> SavedView:
        """Keep a view."""
        return tagged(response, *await saving.save(ctx, body.draft))

    @made.put("/views/{view_id}", responses={200: ETAG})
    async def change_view(
        view_id: Id, body: Annotated[ViewBody, example(VIEW)], response: Response, ctx: told
    ) -> SavedView:
        """Replace a view. Needs If-Match."""
        return tagged(response, *await saving.change(ctx, view_id, body.draft))

    @made.delete("/views/{view_id}", status_code=204)
    async def remove_view(view_id: Id, ctx: told) -> None:
        """Forget a view. Needs If-Match."""
        await saving.remove(ctx, view_id)

    return made
