"""The back office: audit, service accounts, erasures, how the services stand."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.office import Office, OperationsView, RowsView


def router(gate: Gate, office: Office) -> APIRouter:
    """The routes."""
    made = APIRouter()
    _looking(made, gate, office)
    _accounts(made, gate, office)
    _erasures(made, gate, office)
    return made


def _looking(made: APIRouter, gate: Gate, office: Office) -> None:
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.get("/admin")
    async def admin(viewer: signed_in) -> Response:
        return page("admin.html", page=office.page(viewer))

    @made.get("/admin/audit")
    async def audit(request: Request, viewer: signed_in) -> Response:
        view = await office.audit(viewer, request.query_params)
        return page("audit.html", view=view, page=view.page)

    @made.get("/admin/audit/{index}")
    async def proof(index: Annotated[int, Path(ge=0, le=2**53)], viewer: signed_in) -> Response:
        view = await office.audit(viewer, {"before": str(index + 1)}, index)
        return page("audit.html", view=view, page=view.page)

    @made.get("/admin/operations")
    async def operations(viewer: signed_in) -> Response:
        return _standing(await office.operations(viewer))

    @made.post("/admin/operations/{service}")
    async def redrive(service: EntityPath, sent: Annotated[Form, Depends(gate.form)]) -> Response:
        return _standing(
            await office.operations(sent.viewer, await office.redrive(sent.viewer, service, sent.key, sent.values))
        )


def _accounts(made: APIRouter, gate: Gate, office: Office) -> None:
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/admin/accounts")
    async def accounts(viewer: Annotated[Viewer, Depends(gate.viewer)]) -> Response:
        return _rows("accounts.html", await office.accounts(viewer))

    @made.post("/admin/accounts")
    async def open_account(sent: filled_in) -> Response:
        problem = await office.open_account(sent.viewer, sent.key, sent.values)
        return _rows("accounts.html", await office.accounts(sent.viewer, problem))

    @made.post("/admin/accounts/{account_id}/keys")
    async def issue(account_id: EntityPath, sent: filled_in) -> Response:
        key = await office.issue(sent.viewer, account_id, sent.key, sent.values)
        if isinstance(key, Problem):
            return _rows("accounts.html", await office.accounts(sent.viewer, key))
        return _rows("accounts.html", await office.accounts(sent.viewer, issued=key))

    @made.post("/admin/accounts/{account_id}/keys/{key_id}")
    async def revoke(account_id: EntityPath, key_id: EntityPath, sent: filled_in) -> Response:
        problem = await office.revoke(sent.viewer, account_id, key_id, sent.key)
        return _rows("accounts.html", await office.accounts(sent.viewer, problem))


def _erasures(made: APIRouter, gate: Gate, office: Office) -> None:
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/admin/erasures")
    async def erasures(viewer: Annotated[Viewer, Depends(gate.viewer)]) -> Response:
        return _rows("erasures.html", await office.erasures(viewer))

    @made.post("/admin/erasures")
    async def ask(sent: filled_in) -> Response:
        problem = await office.ask_erasure(sent.viewer, sent.key, sent.values)
        return _rows("erasures.html", await office.erasures(sent.viewer, problem))

    @made.post("/admin/erasures/{erasure_id}")
    async def decide(erasure_id: EntityPath, sent: filled_in) -> Response:
        problem = await office.decide_erasure(sent.viewer, erasure_id, sent.key, sent.version, sent.values)
        if problem is None:
            return RedirectResponse("/admin/erasures", status_code=303)
        return _rows("erasures.html", await office.erasures(sent.viewer, problem))


def _rows(name: str, view: RowsView) -> Response:
    return page(name, view.problem.status if view.problem else 200, view=view, page=view.page)


def _standing(view: OperationsView) -> Response:
    return page("operations.html", view.problem.status if view.problem else 200, view=view, page=view.page)
