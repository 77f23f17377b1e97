"""Asks a route as a person, and says where the answer is not what the policy says."""

import enum
from collections.abc import Mapping
from typing import Any

import httpx

from shared.contracts.values import derived_id
from tests.factories.access import token
from tests.rights.houses import GRANTS, House
from tests.rights.people import Person
from tests.rights.policy_says import Said, says
from tests.rights.rows import Barred, Place, Row

NOT_GRANTED = frozenset(
    {
        *("not_granted", "whole_chain_only", "field_not_granted", "policy_stale"),
        *("stays_not_readable", "comments_not_readable", "guests_not_readable", "messages_not_writable"),
        "messages_not_readable",
    }
)
"""The codes of a 403 that say: your rights do not reach. Others are of the matter itself (four eyes, say)."""


NOTHING_TO_DO = frozenset({"aggregate_not_found", "version_not_found"})
"""A 404 that is no matter of rights: an event that no consumer has seen, a version of a policy that nobody wrote."""


WHOLE = (Place.WHOLE_CHAIN, Place.ONE_OF_ALL)


class Answer(enum.StrEnum):
    """What became of a request, as far as rights go."""

    PASSED = "passed"
    REFUSED = "refused"
    HIDDEN = "hidden"
    UNKNOWN_CALLER = "unknown_caller"
    BROKEN = "broken"


def answer_of(said: httpx.Response) -> Answer:
    """A response, judged; everything that is no matter of rights (412, 409, 422) has passed the door."""
    if said.status_code == 403 and said.json().get("code") in NOT_GRANTED:
        return Answer.REFUSED
    if said.status_code == 404 and said.json().get("code") in NOTHING_TO_DO:
        return Answer.PASSED
    known = {401: Answer.UNKNOWN_CALLER, 404: Answer.HIDDEN, 500: Answer.BROKEN, 503: Answer.BROKEN}
    return known.get(said.status_code, Answer.PASSED)


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """A body, query or path with the ids of things put in."""
    if isinstance(value, str):
        whole = value[1:-1] if value.startswith("{") and value.endswith("}") else None
        return names.get(whole, value) if whole else value
    if isinstance(value, dict):
        return {name: filled(each, names) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, names) for each in value]
    return value


async def ask(
    http: httpx.AsyncClient,
    row: Row,
    names: Mapping[str, Any],
    headers: Mapping[str, str],
    more: Mapping[str, Any] | None = None,
) -> httpx.Response:
    """One request for a row."""
    path = row.path.format(**names)
    key = derived_id(row.route, str(sorted(headers.items())), str(sorted(names.items())), str(more))
    sent = {"Idempotency-Key": key, **row.headers, **headers}
    query = filled(row.query, names) | dict(more or {})
    body = filled(row.body, names)
    if isinstance(body, bytes):
        sent |= {"Content-Type": "application/pdf"}
        return await http.request(row.method, path, params=query, content=body, headers=sent)
    given = {"json": body if body is not None else {}} if row.method not in {"GET", "DELETE"} else {}
    return await http.request(row.method, path, params=query, headers=sent, **given)


def signed(house: House, person: Person) -> dict[str, str]:
    """The header that signs a person in."""
    return {"Authorization": f"Bearer {token(person.member, house.name)}"}


def said_of(row: Row, person: Person, action: str, kind: str) -> Said:
    """What the policy says of a person about a row's thing."""
    return says(GRANTS, person.principal, action, kind, person.of_department or not row.by_department)


def may(row: Row, person: Person) -> bool:
    """Whether the policy lets a person do what a row does, to a thing that exists for them."""
    assert row.action
    held = said_of(row, person, row.action, row.kind)
    return held.allow and row.needs <= held.read and (row.place not in WHOLE or person.whole_chain)


def wrongs(house: House, row: Row, person: Person, said: httpx.Response) -> list[str]:
    """Everything about an answer that the policy does not say."""
    here = person.of_property or row.place not in (Place.PROPERTY, Place.ONE_OF_ALL)
    allowed = may(row, person)
    answer, found = answer_of(said), []
    seen = all(said_of(row, person, *each).allow for each in row.hidden_without)
    if answer not in (_fitting(row, allowed, here) if seen or not allowed else {Answer.HIDDEN}):
        found.append(f"was {answer} ({said.status_code} {said.text[:120]}), policy says {allowed}, here {here}")
    shown = allowed and person.of_property and all(said_of(row, person, *each).allow for each in row.also)
    if row.thing is not None:
        present = str(house.names[row.thing]) in said.text
        if present and not shown and answer is Answer.PASSED:
            found.append(f"names {row.thing}")
        if shown and not present and row.method == "GET":
            found.append(f"does not name {row.thing}: {said.text[:200]}")
    theirs = here and (person.of_property or not row.empty_elsewhere)
    return found + _unmasked(house, row, person, said, allowed and theirs)


def _fitting(row: Row, allowed: bool, here: bool) -> set[Answer]:
    if here and allowed:
        return {Answer.PASSED}
    if row.barred is Barred.ABSENT:
        return {Answer.PASSED, Answer.REFUSED, Answer.HIDDEN} if not here else {Answer.PASSED, Answer.REFUSED}
    if here:
        return {Answer.REFUSED} if row.barred is Barred.REFUSED else {Answer.HIDDEN}
    return {Answer.HIDDEN} if allowed else {Answer.HIDDEN, Answer.REFUSED}


def _unmasked(house: House, row: Row, person: Person, said: httpx.Response, shown: bool) -> list[str]:
    assert row.action
    found = []
    readable = said_of(row, person, row.action, row.kind).read if shown else frozenset()
    for data_class, canary in house.canaries.items():
        may_see = data_class in row.shows and data_class in readable
        present = canary in said.text
        if present and not may_see and data_class not in row.addressed:
            found.append(f"shows {data_class}: {said.text[:300]}")
        if may_see and not present and row.method == "GET":
            found.append(f"does not show {data_class}")
    return found


def plain(said: httpx.Response, names: Mapping[str, Any]) -> tuple[int, str]:
    """Status and words of an answer, without the names that the request itself had."""
    text = said.text
    for held in sorted((str(held) for held in names.values()), key=len, reverse=True):
        text = text.replace(held, "_") if len(held) > 3 else text
    return said.status_code, text


def stranger_names(names: Mapping[str, Any]) -> dict[str, Any]:
    """The names of things that are nowhere, of the same shape."""
    fixed = {
        "proposal_id",
        "exception_id",
        "version_moved_on",
        "proposal_not_found",
        "guest_name",
        "department",
        "group",
        "version",
        "index",
        "name",
        "figure",
        "token",
        "vendor",
        "day",
        "secret",
    }
    return {name: held if name in fixed else f"nothing-{name.replace('_', '-')}" for name, held in names.items()}
