"""A staff list row by row: what is new, changed, the same, and what is wrong by column and rule."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellboard.commands.staff import ROWS, requests_of
from services.auth.domain.staff_import import MOST_ROWS, Judged, Result, judge_row, rows_of
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, Role
from shared.contracts.staff import StaffMember

HEADER = "login,display_name,roles,departments,properties,active\n"


def judged(line: str, before: StaffMember | None = None, header: str = HEADER) -> Judged:
    """What one row comes to."""
    [row] = rows_of(header + line)
    return judge_row("atlantic", row, before, {"city", "resort"}, "olga")


def test_row_of_somebody_new_makes_the_same_person_each_time() -> None:
    first, second = (judged("Mia,Mia,associate supervisor,housekeeping,city resort,") for _ in range(2))
    assert (first.result, first.login, first.after) == (Result.NEW, "mia", second.after)
    assert first.after is not None
    assert first.after.roles == (Role.ASSOCIATE, Role.SUPERVISOR)
    assert first.after.departments == (Department.HOUSEKEEPING,)


def test_same_row_again_changes_nothing_and_an_empty_cell_leaves_what_stands() -> None:
    mia = judged("mia,Mia,associate,housekeeping,city,").after
    assert judged("mia,Mia,associate,housekeeping,city,true", mia).result is Result.SAME
    assert judged("mia,,,,,", mia).result is Result.SAME
    changed = judged("mia,,supervisor,,,no", mia)
    assert (changed.result, changed.fields) == (Result.CHANGED, ("roles", "active"))
    assert changed.after is not None
    assert mia is not None
    assert (changed.after.epoch, changed.after.version) == (mia.epoch + 1, 2)


def test_nobody_is_given_every_property_by_an_empty_cell() -> None:
    nowhere, everywhere = judged("mia,Mia,associate,,,").after, judged("mia,Mia,associate,,all,").after
    assert nowhere is not None
    assert everywhere is not None
    assert (nowhere.properties, everywhere.properties) == ((), None)


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        (",Mia,associate,,city,", "login", "login"),
        ("mi a,Mia,associate,,city,", "login", "login"),
        ("mia,,associate,,city,", "display_name", "missing"),
        ("mia,Mia,,,city,", "roles", "missing"),
        ("mia,Mia,king,,city,", "roles", "enum"),
        ("mia,Mia,associate,garden,city,", "departments", "enum"),
        ("mia,Mia,associate,,mars,", "properties", "known_property"),
        ("mia,Mia,associate,,city,perhaps", "active", "yes_or_no"),
        ("mia,4111 1111 1111 1111,associate,,city,", "display_name", "no_card_number"),
        ("mia,Mia,associate,,city,true,more", "(beyond the header)", "known_column"),
    ],
)
def test_wrong_cell_is_named_by_column_and_rule(line: str, column: str, rule: str) -> None:
    found = judged(line)
    assert found.result is Result.ERROR
    assert (column, rule) in [(one.field, one.rule) for one in found.breaches]


def test_login_stands_once() -> None:
    rows = rows_of(HEADER + "mia,Mia,associate,,city,\n\nMIA,Mia,associate,,city,\n")
    found = judge_row("atlantic", rows[1], None, {"city"}, "olga", {"mia"})
    assert (rows[1].line, found.breaches[0].rule) == (4, "login_once")


def test_administrator_does_not_import_their_own_end() -> None:
    olga = judged("olga,Olga,chain_admin,,all,").after
    assert olga is not None
    found = judge_row("atlantic", rows_of(HEADER + "olga,,associate,,,\n")[0], olga, {"city"}, olga.id)
    assert found.breaches[0].rule == "own_administration"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "login"),
        ("name\n", "name"),
        ("login,login\n", "login"),
        ("login,salary\n", "salary"),
        ('login\n"mia', "csv"),
        ("login\n" + "mia\n" * (MOST_ROWS + 1), "csv"),
    ],
)
def test_file_that_is_no_staff_list_is_refused(text: str, field: str) -> None:
    with pytest.raises(AppError) as refused:
        rows_of(text)
    assert refused.value.breaches[0].field == field


@given(st.text(max_size=300))
def test_any_text_is_judged_or_refused_in_words(text: str) -> None:
    found: list[Judged] = []
    with contextlib.suppress(AppError):
        found = [judge_row("atlantic", row, None, {"city"}, "olga") for row in rows_of("login,roles\n" + text)]
    assert all(one.result is Result.ERROR and one.breaches for one in found)


def test_long_list_is_sent_in_parts_that_say_the_same() -> None:
    logins = [f"m{number}" for number in range(2 * ROWS + 1)]
    text = "\ufefflogin;roles\n".removeprefix("\ufeff") + "".join(f'{login};"associate"\n' for login in logins)
    parts = list(requests_of(text))
    assert [(before, count) for before, count, _ in parts] == [(0, ROWS), (ROWS, ROWS), (2 * ROWS, 1)]
    assert [row.login for _, _, part in parts for row in rows_of(part)] == logins
