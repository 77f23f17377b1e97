"""A place for business traces that remembers them, or is down."""

from collections.abc import Sequence

from services.reporting.domain.trace import BusinessTrace


class FakeTraceSink:
    """Takes traces while `up`."""

    def __init__(self) -> None:
        self.taken: list[BusinessTrace] = []
        self.up = True

    async def send(self, traces: Sequence[BusinessTrace]) -> bool:
        """Remember the traces; False and nothing remembered while down."""
        if self.up:
            self.taken.extend(traces)
        return self.up
