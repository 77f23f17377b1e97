"""A staff list as CSV: each row is judged by itself, as new, changed, the same, or wrong by column and rule."""

import csv
import enum
import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.auth.domain.staff import Login, StaffDraft, check_staff, guard_last_rights, hire, redrawn, staff_id_of
from shared.contracts.errors import AppError, Breach, breached, invalid
from shared.contracts.staff import StaffMember
from shared.contracts.values import Frozen

MOST_ROWS = 250
"""Of one request: all its rows are one transaction."""
LISTS = ("roles", "departments", "properties", "languages", "skills")
COLUMNS = ("login", "display_name", *LISTS, "active")
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
ALL = "all"
_LOGIN: TypeAdapter[str] = TypeAdapter(Login)


class Result(enum.StrEnum):
    """What a row is, or would be."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ERROR = "error"


class Row(Frozen):
    """A line of the file. An empty cell says nothing: it leaves what stands, or takes what a new person starts with."""

    line: int
    login: str
    cells: dict[str, str]


class Judged(Frozen):
    """What a row comes to; `fields` are the columns that change."""

    line: int
    login: str
    result: Result
    fields: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()
    before: StaffMember | None = None
    after: StaffMember | None = None


def rows_of(text: str) -> list[Row]:
    """The rows of a file with a header line, by comma or semicolon; a header that is not right is refused."""
    text = text.removeprefix("\ufeff")
    header = text.partition("\n")[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as broken:
        raise invalid("csv", "csv_readable", f"This is no CSV: {broken}.") from broken
    names = [name.strip().lower() for name in (lines[0] if lines else [])]
    _check_header(names)
    filled = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(map(str.strip, cells))]
    if len(filled) > MOST_ROWS:
        raise invalid("csv", "rows_at_most", f"A request holds at most {MOST_ROWS} rows; send the rest in another.")
    return [_row(number, names, cells) for number, cells in filled]


def _check_header(names: Sequence[str]) -> None:
    breaches = [
        Breach(field=name or "(empty)", rule="known_column", message=f"There is no column {name!r}.")
        for name in sorted(set(names) - set(COLUMNS))
    ]
    breaches += [
        Breach(field=name, rule="column_once", message=f"The column {name} stands twice.")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if "login" not in names:
        breaches.append(Breach(field="login", rule="column_required", message="The column login is needed."))
    if breaches:
        raise breached(breaches)


def _row(number: int, names: Sequence[str], cells: Sequence[str]) -> Row:
    given = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
    if any(cell.strip() for cell in cells[len(names) :]):
        given["(beyond the header)"] = "x"
    return Row(line=number, login=given.pop("login", "").lower(), cells=given)


def judge_row(
    chain: str,
    row: Row,
    before: StaffMember | None,
    known_properties: Collection[str],
    actor_id: str,
    seen: Collection[str] = (),
) -> Judged:
    """What a row comes to for the person it names; `seen` are the logins of rows above it."""
    breaches = list(_faults(row, before, seen))
    values, unread = _values(row)
    breaches += unread
    if not breaches:
        try:
            after = _after(chain, row, values, before)
            check_staff(_draft_of(after), known_properties)
            if before is not None:
                guard_last_rights(actor_id, before, after)
        except ValidationError as wrong:
            for error in wrong.errors(include_input=False, include_url=False):
                column = str(error["loc"][0]) if error["loc"] else "login"
                breaches.append(Breach(field=column, rule=str(error["type"]), message=str(error["msg"])))
        except AppError as refused:
            breaches += refused.breaches or (Breach(field="roles", rule=refused.code, message=refused.message),)
    if breaches:
        return Judged(line=row.line, login=row.login, result=Result.ERROR, breaches=tuple(breaches))
    fields = tuple(name for name in COLUMNS[1:] if before is None or getattr(before, name) != getattr(after, name))
    result = Result.NEW if before is None else Result.CHANGED if after is not before else Result.SAME
    return Judged(line=row.line, login=row.login, result=result, fields=fields, before=before, after=after)


def _faults(row: Row, before: StaffMember | None, seen: Collection[str]) -> Sequence[Breach]:
    found = []
    try:
        _LOGIN.validate_python(row.login)
    except ValidationError:
        message = "A login is letters, digits and ._@-, at most 100."
        found.append(Breach(field="login", rule="login", message=message))
    if row.login in seen:
        found.append(Breach(field="login", rule="login_once", message="This login stands in a row above."))
    if "(beyond the header)" in row.cells:
        message = "There are more cells than columns."
        found.append(Breach(field="(beyond the header)", rule="known_column", message=message))
    if before is not None and before.service:
        found.append(Breach(field="login", rule="service_account", message="This is a service account."))
    return found


def _values(row: Row) -> tuple[dict[str, Any], list[Breach]]:
    values: dict[str, Any] = {}
    breaches = []
    for name, cell in row.cells.items():
        if name in LISTS:
            values[name] = tuple(dict.fromkeys(part.strip() for part in cell.replace("|", " ").split() if part.strip()))
        elif name == "active" and cell.lower() not in TRUTH:
            breaches.append(Breach(field=name, rule="yes_or_no", message="Say true or false."))
        elif name != "(beyond the header)":
            values[name] = TRUTH[cell.lower()] if name == "active" else cell
    if values.get("properties") == (ALL,):
        values["properties"] = None
    return values, breaches


def _after(chain: str, row: Row, values: Mapping[str, Any], before: StaffMember | None) -> StaffMember:
    if before is None:
        # Whom nobody gave a property works at none: `all` is said, never meant by an empty cell.
        draft = StaffDraft.model_validate({"properties": ()} | dict(values))
        return hire(chain, staff_id_of(chain, row.login), draft)
    return redrawn(before, StaffDraft.model_validate(_plain(before) | dict(values)))


def _plain(member: StaffMember) -> dict[str, Any]:
    return {name: getattr(member, name) for name in StaffDraft.model_fields}


def _draft_of(member: StaffMember) -> StaffDraft:
    return StaffDraft(**_plain(member))
