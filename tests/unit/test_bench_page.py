"""The table of figures on the page: written between its markers, and the same when written again."""

from pathlib import Path

import pytest

from bench.figures import Occasion, alternate, read, write
from bench.page import BEGIN, END, rewritten, table

HERE = Occasion("2026-11-22", "2 cores, 24 GB", 0.5)
RATE = HERE.beside("relay", "events/s", [9_000.0, 11_000.0, 10_000.0], [20_000.0, 20_000.0, 30_000.0], 0.4)
COST = HERE.alone("decide", "µs", [4.0, 3.0, 5.0], 2.0)
PAGE = f"# Performance\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n"


def test_page_stays_the_same_when_written_again() -> None:
    once = rewritten(PAGE, [RATE, COST])
    assert rewritten(once, [RATE, COST]) == once
    assert "old" not in once
    assert (once.startswith("# Performance\n\nBefore."), once.endswith(f"{END}\n\nAfter.\n")) == (True, True)


def test_page_without_its_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        rewritten("# Performance\n", [RATE])


def test_rate_is_the_median_of_its_rounds_beside_its_floor() -> None:
    assert (RATE.value, RATE.floor, RATE.ratio, RATE.reached, RATE.n) == (10_000, 20_000, 0.5, True, 3)
    assert "| relay | 10,000 events/s | 20,000 | 0.50 | ≥ 0.4 | yes |" in table([RATE])


def test_cost_above_its_aim_is_said_to_miss_it() -> None:
    assert (COST.value, COST.ratio, COST.reached) == (4.0, 0.5, False)
    assert "| decide | 4 µs |  |  | ≤ 2 | **no** |" in table([COST])


def test_figures_not_measured_this_time_are_kept(tmp_path: Path) -> None:
    kept = tmp_path / "results.json"
    write(kept, [RATE, COST])
    again = HERE.alone("decide", "µs", [1.0], 2.0)
    write(kept, [again])
    assert read(kept) == [RATE, again]


async def test_rounds_take_turns_and_the_first_of_each_does_not_count() -> None:
    turns: list[str] = []

    async def ours() -> float:
        turns.append("ours")
        return float(len(turns))

    async def bare() -> float:
        turns.append("bare")
        return float(len(turns))

    found = await alternate(ours, bare, rounds=2)
    assert turns == ["ours", "bare"] * 3
    assert found == ([3.0, 5.0], [4.0, 6.0])
