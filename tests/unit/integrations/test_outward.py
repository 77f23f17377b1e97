"""What leaves for a PMS: nothing of a hotel that is no real one yet, and nothing before we know whether it is."""

import pytest

from services.integrations.domain.connections import Connection
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.ports import PmsRefused
from services.integrations.ports.vendors import PmsBusy
from services.integrations.usecases.outward import Outward
from shared.contracts.staff import Mode
from shared.contracts.values import Scope
from tests.factories.records import CHAIN

SCOPE = Scope(chain=CHAIN)
CITY = next(one for one in specs(CHAIN) if one.property_id == "city")


class Hotels:
    """One connected hotel."""

    def __init__(self, pms: str) -> None:
        self.city = Connection(**CITY.model_dump() | {"pms": pms}, token="t" * 40, version=1)

    async def all(self, scope: Scope) -> list[Connection]:
        return [self.city]

    async def find(self, scope: Scope, property_id: str) -> Connection | None:
        return self.city


def outward(mode: Mode | None, pms: str = "apaleo") -> Outward:
    return Outward(Hotels(pms), [NAME], lambda _: mode)


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.TRAINING])
async def test_command_is_refused_by_name_when_the_hotel_is_no_real_one(mode: Mode) -> None:
    with pytest.raises(PmsRefused) as refused:
        await outward(mode).find(SCOPE, "city")
    assert refused.value.code == "shadow_mode"


async def test_command_waits_when_nobody_has_told_of_the_hotel() -> None:
    with pytest.raises(PmsBusy):
        await outward(None).find(SCOPE, "city")


@pytest.mark.parametrize(("mode", "pms"), [(Mode.LIVE, "apaleo"), (Mode.TRAINING, NAME)], ids=["live", "in the house"])
async def test_command_goes_out_when_the_hotel_is_live_or_its_pms_is_ours(mode: Mode, pms: str) -> None:
    found = await outward(mode, pms).find(SCOPE, "city")
    assert found is not None
