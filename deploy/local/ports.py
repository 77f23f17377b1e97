"""Chooses the ports of a run in advance, so that every process knows every address before any of them starts."""

import random
import socket
from collections.abc import Iterable, Mapping

from deploy.local.faults import StackFault

# Below Linux's range for outgoing connections (32768 and up): a port chosen now and bound a minute later must not be
# taken meanwhile by some client's connection.
_LOWEST, _HIGHEST = 15_000, 32_000
_TRIES = 500
_rng = random.SystemRandom()


def is_free(port: int) -> bool:
    """True when a process could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose(names: Iterable[str], given: Mapping[str, int], remembered: Mapping[str, int]) -> dict[str, int]:
    """A port for each name: the given one, else the one of the last run if still free, else any free one.

    Raises StackFault when a given port is taken or given twice.
    """
    chosen: dict[str, int] = {}
    for name in names:
        if name in given:
            chosen[name] = _given(name, given[name], taken=chosen.values())
            continue
        reserved = {*chosen.values(), *given.values()}
        last = remembered.get(name)
        chosen[name] = last if last is not None and last not in reserved and is_free(last) else _any(reserved)
    return chosen


def _given(name: str, port: int, taken: Iterable[int]) -> int:
    if not is_free(port) or port in taken:
        raise StackFault(
            f"Port {port}, given for {name}, is taken by another process; see which one with "
            f"`ss -ltnp sport = :{port}`, or leave it out and a free one is chosen."
        )
    return port


def _any(reserved: set[int]) -> int:
    for _ in range(_TRIES):
        port = _rng.randint(_LOWEST, _HIGHEST)
        if port not in reserved and is_free(port):
            return port
    raise StackFault("No free port was found on 127.0.0.1; see what listens with `ss -ltnp`.")
