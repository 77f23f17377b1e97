"""Facts and the figures made of them: pure, so that a replay of the log gives the same numbers."""

from services.reporting.domain.fold import recompute
from services.reporting.domain.hashing import facts_hash

__all__ = ["facts_hash", "recompute"]
