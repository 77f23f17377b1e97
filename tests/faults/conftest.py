"""One house for all faults; after each of them its books are audited."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.factories.quick_disk import quick_disk
from tests.faults.accounts import read
from tests.faults.books import audit
from tests.faults.house import House, house

ALL = os.environ.get("BELLBOARD_FAULTS") == "all"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what waits for real time-outs, unless all faults are asked for (`make faults`)."""
    for item in items:
        if item.get_closest_marker("patient") and not ALL:
            item.add_marker(pytest.mark.skip(reason="waits for real time-outs; `make faults` runs it"))


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house that works."""
    with quick_disk(tmp_path_factory.mktemp("faults")) as folder:
        async with house(folder) as made:
            await made.work()
            yield made


@pytest_asyncio.fixture(loop_scope="package")
async def struck(standing: House) -> AsyncIterator[House]:
    """The house for one fault: afterwards all is mended, and nothing may be lost, doubled or out of order."""
    yield standing
    await standing.recover()
    verdict = audit(read(await standing.evidence(), standing.told, standing.beheaded))
    assert verdict.clean, str(verdict)
