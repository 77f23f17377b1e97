"""Honest comparisons: differences and correlations with intervals, so that chance is not taken for change."""

import math
from collections.abc import Sequence

Z = 1.96
"""Of the normal distribution: 95 of 100 intervals so made hold the true value."""


def difference_of_shares(part: int, whole: int, part0: int, whole0: int) -> tuple[float, float, float] | None:
    """The first share less the second, with its 95 % interval (R. G. Newcombe 1998, method 10); None without cases."""
    if not whole or not whole0:
        return None
    p, q = part / whole, part0 / whole0
    low, high = _score(part, whole)
    low0, high0 = _score(part0, whole0)
    down = math.sqrt((p - low) ** 2 + (high0 - q) ** 2)
    up = math.sqrt((high - p) ** 2 + (q - low0) ** 2)
    return round(p - q, 4), round(p - q - down, 4), round(p - q + up, 4)


def _score(part: int, whole: int) -> tuple[float, float]:
    p, zz = part / whole, Z * Z
    centre = (p + zz / (2 * whole)) / (1 + zz / whole)
    half = Z / (1 + zz / whole) * math.sqrt(p * (1 - p) / whole + zz / (4 * whole * whole))
    return centre - half, centre + half


def difference_of_means(sums: tuple[int, int, int], sums0: tuple[int, int, int]) -> tuple[float, float, float] | None:
    """The first mean less the second with a 95 % interval (Welch, normal quantile), from (count, sum, sum of squares).

    None with fewer than two cases on either side. For fewer than thirty the interval is a little too narrow.
    """
    one, two = _mean(sums), _mean(sums0)
    if one is None or two is None:
        return None
    half = Z * math.sqrt(one[1] + two[1])
    apart = one[0] - two[0]
    return round(apart, 3), round(apart - half, 3), round(apart + half, 3)


def _mean(sums: tuple[int, int, int]) -> tuple[float, float] | None:
    """A mean and its variance."""
    n, total, squares = sums
    if n < 2:
        return None
    variance = max(0.0, (squares - total * total / n) / (n - 1))
    return total / n, variance / n


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> tuple[float, float, float]:
    """Spearman's rho with its 95 % interval by Fisher's transformation (D. G. Bonett, T. A. Wright 2000).

    Of four pairs at least. A side that never changes goes with nothing: 0, and the interval is everything.
    """
    n = len(one)
    assert n == len(other) >= 4
    a, b = _ranks(one), _ranks(other)
    centre = (n + 1) / 2
    top = sum((x - centre) * (y - centre) for x, y in zip(a, b, strict=True))
    below = math.sqrt(sum((x - centre) ** 2 for x in a) * sum((y - centre) ** 2 for y in b))
    if below == 0:
        return 0.0, -1.0, 1.0
    rho = max(-1.0, min(1.0, top / below))
    inside = max(-0.999999, min(0.999999, rho))
    half = Z * math.sqrt((1 + inside * inside / 2) / (n - 3))
    centre_z = math.atanh(inside)
    return round(rho, 3), round(math.tanh(centre_z - half), 3), round(math.tanh(centre_z + half), 3)


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    ranks = [0.0] * len(values)
    at = 0
    while at < len(order):
        last = at
        while last + 1 < len(order) and values[order[last + 1]] == values[order[at]]:
            last += 1
        for place in order[at : last + 1]:
            ranks[place] = (at + last) / 2 + 1
        at = last + 1
    return ranks
