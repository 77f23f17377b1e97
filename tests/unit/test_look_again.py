"""A second look at what failed: a shaky test is named and passes, a broken one fails, many or faults get none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.look_again import FEW, worth_a_second_look

ROOT = Path(__file__).parents[2]
SHAKY = """
from pathlib import Path
def test_shaky():
    seen = Path("seen").exists()
    Path("seen").touch()
    assert seen
"""
BROKEN = "def test_broken():\n    assert False\n"
SOUND = "def test_sound():\n    assert True\n"


def test_a_shaky_test_passes_the_second_time_and_is_named(tmp_path: Path) -> None:
    told = look(tmp_path, SHAKY, SOUND)
    assert told.returncode == 0
    assert "SHAKY, passed only the second time; to be mended:\n  test_0.py::test_shaky" in told.stdout


def test_a_broken_test_fails_twice(tmp_path: Path) -> None:
    told = look(tmp_path, BROKEN, SHAKY)
    assert told.returncode == 1
    assert "to be mended:\n  test_1.py::test_shaky" in told.stdout
    assert "FAILED test_0.py::test_broken" in told.stdout


def test_nothing_is_looked_at_twice_that_cannot_be_read(tmp_path: Path) -> None:
    told = look(tmp_path, "import nowhere\n")
    assert (told.returncode, "once more" in told.stdout) == (1, False)


def test_all_is_said_once_when_all_pass(tmp_path: Path) -> None:
    told = look(tmp_path, SOUND)
    assert (told.returncode, told.stdout.count("passed")) == (0, 1)


@pytest.mark.parametrize(
    "failed",
    [
        (),
        tuple(f"tests/unit/test_{n}.py::test" for n in range(FEW + 1)),
        ("tests/faults/test_money.py::test",),
        ("tests/unit/test_x.py",),
    ],
)
def test_none_many_faults_and_unreadable_files_get_no_second_look(failed: tuple[str, ...]) -> None:
    assert not worth_a_second_look(failed)


def look(folder: Path, *files: str) -> "subprocess.CompletedProcess[str]":
    for number, text in enumerate(files):
        (folder / f"test_{number}.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "tests.look_again", "-n", "2", "--dist", "loadfile"]
    # Whoever runs this test may be a worker of pytest's: what it looks at is none.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    surroundings = {**plain, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
