"""Who is dead: a partition that stands still and is behind, unless its records only wait for their turn."""

import pytest
from aiokafka import TopicPartition

from shared.chassis.liveness import Progress

ONE, TWO = TopicPartition("records.v1", 0), TopicPartition("records.v1", 1)
STUCK_S = 60.0
BEHIND = {ONE: 500, TWO: 500}
Looks = list[tuple[float, dict[TopicPartition, int | None]]]
STANDS: Looks = [(at, {ONE: 0, TWO: 0}) for at in (0.0, 30.0, 61.0)]
OTHER_MOVES: Looks = [(at, {ONE: int(at), TWO: 0}) for at in (0.0, 30.0, 61.0)]


@pytest.mark.parametrize(
    ("looks", "fetched", "dead"),
    [
        (STANDS, frozenset[TopicPartition](), True),
        (STANDS, frozenset({ONE, TWO}), True),  # nothing is handed out any more
        (OTHER_MOVES, frozenset[TopicPartition](), True),  # the broker is never asked for this one
        (OTHER_MOVES, frozenset({ONE}), True),
        (OTHER_MOVES, frozenset({TWO}), False),
        (OTHER_MOVES, frozenset({ONE, TWO}), False),
    ],
)
def test_a_partition_that_stands_still_lives_while_it_waits_for_others(
    looks: Looks, fetched: frozenset[TopicPartition], dead: bool
) -> None:
    progress = Progress(STUCK_S)
    for now, positions in looks:
        progress.look(now, positions, BEHIND, fetched)
    assert progress.dead(looks[-1][0]) is dead


def test_a_partition_that_waited_dies_a_while_after_all_stand_still() -> None:
    progress = Progress(STUCK_S)
    for now, positions in OTHER_MOVES:
        progress.look(now, positions, BEHIND, {TWO})
    still = {ONE: 61, TWO: 0}
    progress.look(61 + STUCK_S - 1, still, BEHIND, {TWO})
    assert not progress.dead(61 + STUCK_S - 1)
    assert progress.dead(61 + STUCK_S)


def test_what_has_caught_up_or_is_excused_never_dies() -> None:
    progress = Progress(STUCK_S)
    progress.look(0, {ONE: 5, TWO: 0}, {ONE: 0, TWO: 9})
    progress.excuse(50)
    progress.look(70, {ONE: 5, TWO: 0}, {ONE: 0, TWO: 9})
    assert not progress.dead(100)
