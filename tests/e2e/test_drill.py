"""The drill that an operator runs holds: a house that was lost whole is what it was at the moment of its backup."""

from pathlib import Path

import pytest

from deploy.backup.drill import Drill
from tests.factories.quick_disk import quick_disk

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]


async def test_house_that_was_lost_is_put_back_as_it_was(tmp_path: Path) -> None:
    with quick_disk(tmp_path / "house") as folder:
        drill = Drill(folder, lambda _: None)
        await drill.run()
    assert {what: faults for what, faults, _ in drill.checks if faults} == {}
    assert len(drill.checks) == 7
