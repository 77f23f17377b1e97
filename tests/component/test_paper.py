"""Boards on paper: each department's open work as its people may see it, in files that are whole or not there."""

import asyncio
import datetime as dt
import os
import signal
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.records.adapters.sheets import HALF, LATEST, SheetFolder, written
from services.records.app import papers_of
from services.records.domain.paper import Line, Sheet, language_of, slot_of
from services.records.ports import Writing
from services.records.settings import Settings
from services.records.usecases import papers as papers_of_records
from services.records.usecases.papers import Papers
from shared.chassis.mongo import Tx
from shared.contracts.identity import Department, Role
from tests.factories.front_desk import HOTELS, FrontDesk
from tests.factories.guest_records import NOW, member, opened
from tests.factories.records import CHAIN, SCOPE
from tests.sheet_words import FILE, sheet_words
from tests.words import LOCALE, said

HOUR = dt.timedelta(hours=1)
DESK, ROOMS = Department.FRONT_OFFICE, Department.HOUSEKEEPING
RESORT = next(hotel for hotel in HOTELS if hotel.id == "resort")


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk()


@pytest.fixture
def papers(desk: FrontDesk, tmp_path: Path) -> Papers:
    return Papers(desk.house, SheetFolder(tmp_path), HOUR, 2)


async def put(desk: FrontDesk, room: str, department: Department = DESK, **given: object) -> None:
    """An open record of Ana's."""
    state = opened(room=room).model_copy(update={"department": department, **given})

    async def work(tx: Tx) -> None:
        await desk.house.records.write(SCOPE, Writing(fresh=[state]), tx)

    await desk.database.run(work)


def latest(root: Path, department: Department = DESK, hotel: str = "resort") -> str:
    return (root / CHAIN / hotel / department.value / LATEST).read_text()


def names(root: Path, department: Department = DESK) -> list[str]:
    return sorted(one.name for one in (root / CHAIN / "resort" / department.value).iterdir())


async def test_sheet_of_a_department_holds_its_own_open_work_alone(
    desk: FrontDesk, papers: Papers, tmp_path: Path
) -> None:
    await put(desk, "412", guest_id="g-hildegard")
    await put(desk, "733", ROOMS)
    assert await papers.write() == sum(len(hotel.departments) for hotel in HOTELS)
    mine, theirs = latest(tmp_path), latest(tmp_path, ROOMS)
    assert "412" in mine
    assert "733" not in mine
    assert "733" in theirs
    assert "412" not in theirs
    assert "Nothing rings." in latest(tmp_path, Department.MAINTENANCE)
    assert "hildegard" not in mine.lower()


async def test_sheet_is_written_once_an_hour_and_again_in_the_next(
    desk: FrontDesk, papers: Papers, tmp_path: Path
) -> None:
    await papers.write()
    assert await papers.write() == 0
    await put(desk, "101")
    desk.clock.moment = NOW + HOUR
    await papers.write()
    assert names(tmp_path) == ["board-20260701-0900Z.html", "board-20260701-1000Z.html", LATEST]
    assert "101" in latest(tmp_path)


async def test_old_sheets_go_and_the_latest_stays(desk: FrontDesk, papers: Papers, tmp_path: Path) -> None:
    await papers.write()
    half = tmp_path / CHAIN / "resort" / DESK.value / f"x{HALF}"
    half.write_text("half")
    desk.clock.moment = NOW + 49 * HOUR
    await papers.write()
    assert names(tmp_path) == ["board-20260703-1000Z.html", LATEST]


async def test_nothing_is_written_while_nobody_knows_who_may_see_what(
    desk: FrontDesk, papers: Papers, tmp_path: Path
) -> None:
    await put(desk, "412")
    await papers.write()
    desk.clock.moment = NOW + HOUR
    desk.chassis.policy.known.heartbeat = None
    desk.chassis.policy.known.fresh.clear()
    assert await papers.write() == 0
    assert "412" in latest(tmp_path)


async def test_department_that_may_not_read_a_kind_has_it_on_no_sheet(
    desk: FrontDesk, papers: Papers, tmp_path: Path
) -> None:
    policy = desk.chassis.policy.known.policies[CHAIN]
    hidden = {key: rows for key, rows in policy.grants.items() if key[:2] != (Role.ASSOCIATE, "read")}
    desk.chassis.policy.known.policies[CHAIN] = type(policy)(policy.version, policy.sensitive, hidden)
    await put(desk, "412")
    await papers.write()
    assert "412" not in latest(tmp_path)


async def test_disk_that_refuses_loses_no_other_hotels_sheets(
    desk: FrontDesk, papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(papers_of_records.log, "error", lambda text, *_, **__: said.append(text))
    (tmp_path / CHAIN).mkdir()
    (tmp_path / CHAIN / "city").write_text("a file where a folder should be")
    await papers.write()
    assert latest(tmp_path)
    assert said == ["no board on paper: %s"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Guest request", "Late", "Accept")),
        ("de", ("Gästewunsch", "Spät", "Annehmen")),
        ("pt", ("Receção", "Aceitar")),
    ],
)
def test_sheet_speaks_the_hotels_language_on_the_hotels_clock(language: str, words: tuple[str, ...]) -> None:
    tokyo = RESORT.model_copy(update={"zone": "Asia/Tokyo", "name": "A <b>bold</b> hotel"})
    state = opened(room="412")
    line = Line(
        "412", "Guest request", "extra_towels", "Ana", state.status.value, NOW - HOUR, "late", state.next_action.code
    )
    html = written(Sheet(CHAIN, tokyo, DESK, language, NOW, NOW, [line]))
    assert f'lang="{language}"' in html
    assert (NOW - HOUR).astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M") in html
    assert "<b>bold" not in html
    assert [word for word in words if word not in html] == []


def test_language_is_what_most_people_of_the_hotel_speak_first() -> None:
    staff = [member("a", languages=("pt", "en")), member("b", languages=("pt",)), member("c", languages=("en",))]
    assert language_of(staff) == "pt"
    assert language_of([member("a", languages=("fi",))]) == "en"
    assert language_of(staff, "de") == "de"


def test_stretches_are_counted_in_utc() -> None:
    assert slot_of(dt.datetime(2026, 7, 1, 9, 59, tzinfo=dt.UTC), HOUR) == NOW
    assert slot_of(dt.datetime(2026, 7, 1, 9, 59, tzinfo=dt.UTC), 15 * HOUR / 60) == NOW + 45 * HOUR / 60


def test_words_of_sheets_are_the_consoles() -> None:
    told = {path.stem: said(path.stem) for path in sorted(LOCALE.glob("*.po"))}
    assert FILE.read_text(encoding="utf-8") == sheet_words(told), "run `python -m tests.words`"


def test_sheets_are_not_written_where_nobody_wants_them(desk: FrontDesk, tmp_path: Path) -> None:
    assert papers_of(desk.house, Settings(paper_every_minutes=0)) is None
    assert papers_of(desk.house, Settings(data_dir=tmp_path)) is not None


WRITER = """
import asyncio, sys
from pathlib import Path
from services.records.adapters.sheets import SheetFolder
from services.records.domain.paper import Line, Sheet
from tests.component.test_paper import CHAIN, DESK, HOUR, NOW, RESORT

async def main():
    folder, at = SheetFolder(Path(sys.argv[1])), NOW
    lines = [Line(str(n), "Guest request", "extra_towels", "Ana", "new", NOW, "late", "accept") for n in range(300)]
    while True:
        await folder.keep(Sheet(CHAIN, RESORT, DESK, "en", at, at, lines))
        print("kept", flush=True)
        at += HOUR

asyncio.run(main())
"""


async def test_writer_killed_at_any_moment_leaves_whole_sheets(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    for _ in range(7):
        assert await child.stdout.readline() == b"kept\n"
    os.kill(child.pid, signal.SIGKILL)
    await child.wait()
    folder = tmp_path / CHAIN / "resort" / DESK.value
    whole = [one.read_text() for one in folder.glob("*.html")]
    assert len(whole) >= 8
    assert all(text.rstrip().endswith("</html>") and text.count("<tr>") == 301 for text in whole)
    await SheetFolder(tmp_path).let_go(NOW)
    assert list(folder.glob(f"*{HALF}")) == []
