"""How a process looks for reference cycles: seldom, and not among what it keeps for ever."""

import gc

SELDOM = (50_000, 20, 20)


def collect_seldom() -> None:
    """Set what is loaded apart, and look for cycles every 50,000 new objects instead of every 700.

    A batch of events makes tens of thousands of objects, none of them in a cycle: looking at them again and again
    took half of the time that a batch needs. What cycles there are (exceptions, a few of the libraries') wait longer,
    in some megabytes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
