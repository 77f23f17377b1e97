"""`bellboard import` as a user meets it: its exit codes, its report, and that a second run says it changed nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.bookings import csv_of, generated_file

pytestmark = pytest.mark.integration


def run(folder: Path, mongo_url: str, file: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in a folder."""
    code = "from bellboard.app import main; main()"
    words = ["import", file, "--chain", "demo", "--mongo", mongo_url, "--report", "report.csv"]
    return subprocess.run(
        [sys.executable, "-c", code, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def folder(tmp_path: Path, database_name: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to import from, into a database of the test's own."""
    monkeypatch.setenv("BELLBOARD_MONGO_DATABASE", database_name)
    return tmp_path


def test_good_file_is_in_at_once_and_unchanged_the_second_time(folder: Path, mongo_url: str) -> None:
    (folder / "good.csv").write_bytes(generated_file(days=1))

    first, second = run(folder, mongo_url, "good.csv"), run(folder, mongo_url, "good.csv")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "Nothing changed." not in first.stdout
    assert "Nothing changed." in second.stdout


def test_bad_line_is_listed_and_the_rest_is_in(folder: Path, mongo_url: str) -> None:
    (folder / "mixed.csv").write_bytes(csv_of({}, {"adr": "cheap"}, {"lead_time": "3"}))

    done = run(folder, mongo_url, "mixed.csv")

    assert done.returncode == 1, done.stderr
    assert "3,adr,not_an_amount,rejected," in (folder / "report.csv").read_text()


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n"], ids=["empty", "other columns"])
def test_file_of_which_nothing_can_be_used_is_said_to_be_so(folder: Path, mongo_url: str, data: bytes) -> None:
    (folder / "other.csv").write_bytes(data)

    done = run(folder, mongo_url, "other.csv")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout


def test_missing_file_is_one_sentence(folder: Path, mongo_url: str) -> None:
    done = run(folder, mongo_url, "nowhere.csv")

    assert done.returncode == 2
    assert "nowhere.csv" in done.stderr
    assert "Traceback" not in done.stderr
