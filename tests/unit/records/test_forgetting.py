"""Forgetting one guest deletes all words and files of theirs and none of anybody else's, whatever lies there."""

import asyncio
import datetime as dt
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from services.records.domain.files import HeldFile
from services.records.usecases.forgetting import Forgetting
from shared.contracts.guests import GuestErased
from shared.contracts.identity import system
from tests.factories.front_desk import FrontDesk
from tests.factories.guest_events import guest_erased
from tests.factories.guest_records import opened, words
from tests.factories.records import CHAIN
from tests.fakes.records import Tables

A, B = "guest-a", "guest-b"
DESK = FrontDesk()
NONE = dt.timedelta(0)


class Row(NamedTuple):
    """A record to be: whose, of which stay, with how many texts and files."""

    guest: str | None
    stay: str | None
    texts: int
    files: int


ROWS = st.lists(
    st.builds(
        Row,
        guest=st.sampled_from([A, B, None]),
        stay=st.sampled_from(["stay-a", "stay-b", None]),
        texts=st.integers(0, 3),
        files=st.integers(0, 2),
    ),
    max_size=8,
)


def filled(rows: list[Row]) -> Tables:
    """A database with these records, their texts and files."""
    tables = Tables()
    for row in rows:
        state = opened(guest_id=row.guest, stay_id=row.stay)
        tables.records[state.id] = state
        texts = [words(f"of {row.guest}") for _ in range(row.texts)]
        tables.texts |= {text.ref: (state.id, text) for text in texts}
        for number in range(row.files):
            held = HeldFile(f"{state.id}-{number}", CHAIN, "resort", state.id, "image/png", 3, "salt")
            tables.files[held.id] = ("kept", held, b"png")
    return tables


async def forgotten(rows: list[Row], runs: int) -> Tables:
    """The database after A was forgotten, as often as said, and everything was confirmed."""
    DESK.database.tables = filled(rows)
    for run in range(1, runs + 1):
        await DESK.hears(guest_erased(A, "stay-a", run=run))
        await Forgetting(DESK.house, DESK.database, NONE)()
    return DESK.database.tables


@given(ROWS, st.integers(1, 3))
def test_words_and_files_of_one_guest_go_and_those_of_all_others_stay(rows: list[Row], runs: int) -> None:
    before = filled(rows)
    after = asyncio.run(forgotten(rows, runs))
    whose = GuestErased(actor=system("tests"), guest_id=A, stay_ids=("stay-a",))
    kept = [row for row in rows if not whose.concerns(row.guest, row.stay)]
    assert len(after.texts) == sum(row.texts for row in kept)
    assert len(after.files) == sum(row.files for row in kept)
    assert not [text for _, text in after.texts.values() if text.text == f"of {A}"]
    # What reports count is untouched: as many records, of the same kinds and statuses.
    assert [(r.kind, r.status) for r in after.records.values()] == [(r.kind, r.status) for r in before.records.values()]


@given(ROWS)
def test_each_run_is_confirmed_once_with_what_it_deleted(rows: list[Row]) -> None:
    after = asyncio.run(forgotten(rows, 2))
    said = [event for event in after.events if event.type == "texts.erased.v1"]
    whose = GuestErased(actor=system("tests"), guest_id=A, stay_ids=("stay-a",))
    gone = [row for row in rows if whose.concerns(row.guest, row.stay)]
    counts = [(one.sequence, one.value_object()["values"], one.value_object()["files"]) for one in said]
    assert counts == [(1, sum(row.texts for row in gone), sum(row.files for row in gone)), (2, 0, 0)]
    assert {one.subject for one in said} == {f"erased:{A}"}


async def test_nothing_is_confirmed_before_what_had_begun_has_ended() -> None:
    DESK.database.tables = filled([Row(A, "stay-a", 1, 1)])
    await DESK.hears(guest_erased(A, "stay-a"))
    late = words("written meanwhile")
    record_id = next(iter(DESK.database.tables.records))
    assert await Forgetting(DESK.house, DESK.database, dt.timedelta(hours=1))() == 0
    DESK.database.tables.texts[late.ref] = (record_id, late)
    assert await Forgetting(DESK.house, DESK.database, NONE)() == 1
    [said] = [event for event in DESK.database.tables.events if event.type == "texts.erased.v1"]
    assert (DESK.database.tables.texts, said.value_object()["values"]) == ({}, 2)
