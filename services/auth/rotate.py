"""`python -m services.auth.rotate [MINUTES]`: a new key for access tokens, taken over without a refused token."""

import datetime as dt
import sys

from services.auth.adapters.keyring import FileKeyRing
from services.auth.domain.rotation import LEAD
from services.auth.settings import Settings
from shared.chassis.clock import Clock

MOST_MINUTES = 7 * 24 * 60


def main(arguments: list[str]) -> int:
    """Exit code 0 when a new key waits for its time, 2 for a lead that is no number of minutes."""
    lead = LEAD
    if arguments:
        if len(arguments) > 1 or not arguments[0].isascii() or not arguments[0].isdigit():
            sys.stderr.write("Give a number of minutes or nothing: python -m services.auth.rotate [MINUTES]\n")
            return 2
        lead = dt.timedelta(minutes=min(int(arguments[0]), MOST_MINUTES))
    settings = Settings()
    ring = FileKeyRing(settings.keys_file, Clock.of(settings).real_now)
    ring.rotate(lead)
    ids = ", ".join(str(key["kid"]) for key in ring.published)
    sys.stdout.write(f"Tokens may bear {ids}; the last of them signs in {lead} at the latest.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
