"""Finds Java 17 and Maven, and installs Debian's where that is allowed."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.faults import StackFault

_NEEDED = 17
_PACKAGE = "maven"  # Debian's brings a Java 17 runtime with it
Say = Callable[[str], None]
_INSTALL = f"apt-get install -y --no-install-recommends {_PACKAGE}"


def _silent(_: str) -> None:
    """Tell nobody."""


def java(environment: Mapping[str, str], say: Say = _silent) -> str:
    """The path of a Java of at least 17, installed first if that is allowed. Raises StackFault when there is none."""
    return _find_java(environment) or _installed("Java 17", _find_java, environment, say)


def maven(environment: Mapping[str, str], say: Say = _silent) -> str:
    """The path of `mvn`, installed first if that is allowed. Raises StackFault when there is none."""
    return _find_maven(environment) or _installed("Maven", _find_maven, environment, say)


def _find_java(environment: Mapping[str, str]) -> str | None:
    home = environment.get("JAVA_HOME")
    candidates = [str(Path(home, "bin", "java"))] if home else []
    on_path = shutil.which("java", path=environment.get("PATH", ""))
    candidates += [on_path] if on_path else []
    return next((found for found in candidates if _major(found) >= _NEEDED), None)


def _find_maven(environment: Mapping[str, str]) -> str | None:
    return shutil.which("mvn", path=environment.get("PATH", ""))


def _major(path: str) -> int:
    try:
        said = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = re.search(r'version "(\d+)', said.stderr + said.stdout)
    return int(version.group(1)) if version else 0


def _installed(
    what: str, find: Callable[[Mapping[str, str]], str | None], environment: Mapping[str, str], say: Say
) -> str:
    prefix = _allowed(environment)
    if prefix is not None:
        say(f"Installing {what} with `{_INSTALL}`")
        run_environment = {**environment, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ("apt-get update", _INSTALL):
            subprocess.run(
                [*prefix, *command.split()], env=run_environment, capture_output=True, timeout=600, check=False
            )
        found = find(environment)
        if found is not None:
            return found
    sudo = "" if os.geteuid() == 0 else "sudo "
    raise StackFault(
        f"{what} is needed for the embedded Kafka and is not installed; install it with `{sudo}{_INSTALL}`, "
        f"or use a broker of yours with --kafka host:port."
    )


def _allowed(environment: Mapping[str, str]) -> list[str] | None:
    """The words before apt-get that make it work without asking; None where it may not be used."""
    path = environment.get("PATH", "")
    apt, sudo = shutil.which("apt-get", path=path), shutil.which("sudo", path=path)
    if apt is None:
        return None
    if os.geteuid() == 0:
        return []
    if sudo is None:
        return None
    asked = subprocess.run([sudo, "-n", "true"], capture_output=True, timeout=30, check=False)
    return [sudo, "-n"] if asked.returncode == 0 else None
