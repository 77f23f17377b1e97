"""Services' passwords, which a command is told in its environment and never on its command line."""

import os
from collections.abc import Iterable

from deploy.local.faults import StackFault


def passwords(variable: str, services: Iterable[str]) -> dict[str, str]:
    """Each service's password; `variable` has `{}` where its name stands. Raises StackFault with every missing one."""
    named = {service: variable.format(service.upper()) for service in services}
    missing = sorted(name for name in named.values() if not os.environ.get(name))
    if missing:
        raise StackFault(f"Nothing was done: set {', '.join(missing)}.")
    return {service: os.environ[name] for service, name in named.items()}
