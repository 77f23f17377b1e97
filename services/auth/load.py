"""`python -m services.auth.load FILE`: bring a chain to what a file says, beside a running service or before it."""

import asyncio
import sys
from pathlib import Path

from pydantic import ValidationError

from services.auth.app import join
from services.auth.settings import Settings
from services.auth.usecases.loading import Loaded, Seed
from shared.contracts.errors import AppError


async def load(settings: Settings, seed: Seed) -> Loaded:
    """Load one chain into the store; the events wait there for the service's relay."""
    parts = join(settings)
    try:
        await parts.chassis.outbox.prepare()
        await parts.prepare()
        return await parts.loading.load(seed)
    finally:
        await parts.chassis.mongo.close()


def main(arguments: list[str]) -> int:
    """Exit code 0 when the file was loaded, 1 when it names something wrong, 2 without a readable file."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        sys.stderr.write("Give one file: python -m services.auth.load FILE\n")
        return 2
    try:
        seed = Seed.model_validate_json(Path(arguments[0]).read_bytes())
        done = asyncio.run(load(Settings(), seed))
    except ValidationError as wrong:
        for error in wrong.errors(include_input=False, include_url=False):
            sys.stderr.write(f"{'.'.join(map(str, error['loc']))}: {error['msg']}\n")
        return 1
    except AppError as refused:
        sys.stderr.write(f"{refused.message}\n")
        return 1
    sys.stdout.write(f"Changed: {done.properties} properties, {done.staff} staff; new accounts: {done.accounts}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
