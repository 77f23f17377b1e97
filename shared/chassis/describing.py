"""The OpenAPI document of a service: problems, keys, versions and links, said once for every route."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Body, FastAPI, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from pydantic import Field

from shared.contracts.errors import Breach
from shared.contracts.values import Frozen

PROBLEM = "application/problem+json"
REFS = "#/components/schemas/{model}"

SAID = {
    "401": "Nobody is signed in, or the token is not valid (any more).",
    "403": "The caller may not do this; the refusal is written down.",
    "404": "There is no such thing, or it belongs to a hotel that is not the caller's.",
    "409": "The state does not allow this now, or the same command is being carried out right now.",
    "412": "It has moved on: If-Match names an older version.",
    "413": "A request holds at most 1 MB.",
    "415": "The body is not JSON by its Content-Type.",
    "422": "Something in the request is wrong; `breaches` names every field and rule. Nothing was changed.",
    "428": "If-Match is missing.",
    "429": "Too many tries; wait a moment.",
    "503": "The store does not answer, or something this needs is not known here yet. Try again.",
}
VERSION_IS_FREE = "x-version-is-free"
"""For `openapi_extra=` of a command that may be given without If-Match."""
ETAG = {"headers": {"ETag": {"description": "The version, for If-Match", "schema": {"type": "string"}}}}
"""For `responses=` of a route whose answer carries its version."""


class Problem(Frozen):
    """RFC 9457: why a request was refused. `code` is stable, `detail` is for people."""

    type: str = Field(pattern=r"^urn:bellboard:problem:", examples=["urn:bellboard:problem:rules_breached"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(ge=400, le=599, examples=[422])
    code: str = Field(examples=["rules_breached"])
    detail: str = Field(examples=["topic is needed to open this."])
    breaches: tuple[Breach, ...] = ()


@dataclass(frozen=True)
class Link:
    """What may follow on an answer: `to` and `after` are operation ids, the values OpenAPI runtime expressions."""

    name: str
    after: Mapping[str, Sequence[str]]
    to: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] | None = None


class Bearer(SecurityBase):
    """The Authorization header as it came; the verifier judges it."""

    def __init__(self) -> None:
        self.model = HTTPBearer(bearerFormat="JWT", description="An access token from `POST /v1/sessions` of auth")
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> str | None:
        return request.headers.get("authorization")


def example(value: Any) -> Any:
    """For a body's `Annotated`: one example of it."""
    return Body(openapi_examples={"example": {"value": value}})


def refuses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route that refuses in ways its shape does not tell."""
    return {status: _problem(str(status)) for status in statuses}


def operation_id(route: APIRoute) -> str:
    """A stable name that generated clients can bear, e.g. `records_open_record`."""
    return "_".join([*(str(tag) for tag in route.tags[:1]), route.name])


def describe(app: FastAPI, links: Sequence[Link]) -> Callable[[], dict[str, Any]]:
    """A replacement of `app.openapi` that completes what FastAPI knows of the routes."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(FastAPI.openapi(app), links)
        return FastAPI.openapi(app)

    return openapi


def _complete(document: dict[str, Any], links: Sequence[Link]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for stranger in ("HTTPValidationError", "ValidationError"):
        schemas.pop(stranger, None)
    problem = Problem.model_json_schema(ref_template=REFS)
    schemas |= problem.pop("$defs") | {"Problem": problem}
    operations = [(path, one) for path, item in document["paths"].items() for one in item.values()]
    for path, operation in operations:
        _complete_operation(path, operation)
    for link in links:
        _link({one["operationId"]: one for _, one in operations}, link)


def _complete_operation(path: str, operation: dict[str, Any]) -> None:
    headers = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "header"}
    for header in headers.values():
        header["name"] = header["name"].title()
    version_is_free = operation.pop(VERSION_IS_FREE, False)
    for name in headers.keys() & ({"idempotency-key"} if version_is_free else {"idempotency-key", "if-match"}):
        _require(headers[name])
    responses = operation["responses"]
    responses.pop("422", None)
    refused = {"503"}
    refused |= {"401", "403"} if operation.get("security") else set()
    refused |= {"404"} if "{" in path else set()
    refused |= {"422"} if operation.get("parameters") or "requestBody" in operation else set()
    refused |= {"413", "415"} if "requestBody" in operation else set()
    refused |= {"409"} if "idempotency-key" in headers else set()
    refused |= {"412"} if "if-match" in headers else set()
    refused |= {"428"} if "if-match" in headers and not version_is_free else set()
    for status in sorted(refused - responses.keys()):
        responses[status] = _problem(status)


def _problem(status: str) -> dict[str, Any]:
    schema = {"$ref": REFS.format(model="Problem")}
    return {"description": SAID[status], "content": {PROBLEM: {"schema": schema}}}


def _require(header: dict[str, Any]) -> None:
    # The chassis answers in its own words when one is missing; to the reader both are compulsory.
    header["required"] = True
    some = [one for one in header["schema"].pop("anyOf", ()) if one != {"type": "null"}]
    for one in some:
        header["schema"] |= one


def _link(operations: Mapping[str, dict[str, Any]], link: Link) -> None:
    assert link.to in operations, link.to
    said: dict[str, Any] = {"operationId": link.to, "parameters": dict(link.parameters)}
    if link.body is not None:
        said["requestBody"] = dict(link.body)
    for name, statuses in link.after.items():
        for status in statuses:
            operations[name]["responses"][status].setdefault("links", {})[link.name] = said
