"""A process looks for reference cycles seldom, and not among what it loaded."""

import gc

from shared.chassis.garbage import SELDOM, collect_seldom


def test_collect_seldom_sets_what_is_loaded_apart() -> None:
    before = gc.get_threshold()
    try:
        collect_seldom()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == SELDOM
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
