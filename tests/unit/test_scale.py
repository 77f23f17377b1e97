"""The capacity model is held to a simulation: what it calls enough keeps up, and less does not."""

import dataclasses

import pytest

from deploy.scale.costs import Costs, measured
from deploy.scale.load import a_day, busiest_minute
from deploy.scale.model import HEADROOM, LEAST, Size, size
from deploy.scale.simulation import Group, Minute, live_through

COSTS = Costs(command=0.008, relayed_event=0.0002, applied_event=0.0003, stay_event=0.0007, timer=0.0001)
MANY = 1_000_000


def alerts_of(one: Size) -> int:
    return next(need.processes for need in one.needs if need.service == "alerts")


def test_costs_are_those_last_measured() -> None:
    found = measured()
    assert 0 < found.applied_event < found.command < 0.1


def test_minute_is_busier_than_the_day_and_twice_the_hotels_ask_twice_as_much() -> None:
    day, twice = a_day(100), a_day(200)
    assert busiest_minute(day).commands * 86_400 > 5 * day.commands
    assert twice == day.times(2)


@pytest.mark.parametrize("hotels", [10, 1_000, 10_000, MANY])
def test_no_process_is_used_more_than_it_may_and_a_group_has_partitions_for_all(hotels: int) -> None:
    found = size(hotels, COSTS)
    assert all(need.cores / (need.processes - 1) <= HEADROOM for need in found.needs)
    assert all(LEAST <= need.processes <= found.partitions for need in found.needs)
    assert found.partitions & (found.partitions - 1) == 0


@pytest.mark.parametrize(("hot", "batch"), [(0.0, 1), (0.3, 1), (0.0, 500)])
@pytest.mark.parametrize("hotels", [1_000, 200_000])
def test_what_the_model_calls_enough_keeps_up(hotels: int, hot: float, batch: int) -> None:
    found = size(hotels, COSTS)
    minute = Minute(found.peak.events, hotels, hot=hot, seconds=10, batch=batch)
    done = live_through(minute, Group(alerts_of(found), found.partitions, COSTS.applied_event))
    assert (done.p99 < 2, done.behind < batch + 50) == (True, True), done


def test_fewer_than_the_work_needs_fall_behind() -> None:
    found = size(200_000, COSTS)
    minute = Minute(found.peak.events, 200_000, seconds=10)
    done = live_through(minute, Group(1, found.partitions, COSTS.applied_event))
    assert done.behind > 1_000
    assert done.p99 > 2


def test_lost_process_is_what_its_absence_costs_and_no_more() -> None:
    found = size(1_000, COSTS)
    whole = Group(alerts_of(found), found.partitions, COSTS.applied_event)
    done = live_through(Minute(found.peak.events, 1_000), dataclasses.replace(whole, away=15.0))
    assert 10 < done.worst < 16
    assert done.p50 < 1


def test_same_seed_is_the_same_minute() -> None:
    minute, group = Minute(200, 100, seconds=5), Group(2, 8, 0.001)
    assert live_through(minute, group, 3) == live_through(minute, group, 3)
    assert live_through(minute, group, 3) != live_through(minute, group, 4)
