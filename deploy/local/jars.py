"""Fetches Kafka's jars once, pinned by a pom, and trusts none whose checksum is not the committed one."""

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.faults import StackFault
from deploy.local.java import Say, maven

RECIPE = Path(__file__).with_name("kafka")
_SUMS = RECIPE / "checksums.sha256"


def expected_sums(sums: Path = _SUMS) -> dict[str, str]:
    """Jar name to SHA-256 in hex, as committed."""
    lines = (line.split() for line in sums.read_text().splitlines() if line.strip())
    return {name: digest for digest, name in lines}


def wrong_jars(folder: Path, expected: Mapping[str, str]) -> list[str]:
    """Names of the jars that are missing, foreign or not what was committed; empty when all is well."""
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def cache_folder(cache: Path) -> Path:
    """Where this version's jars lie; named after the recipe, so that a new one never meets the old one's jars."""
    return cache / f"kafka-{hashlib.sha256(_SUMS.read_bytes()).hexdigest()[:12]}"


def kafka_jars(cache: Path, environment: Mapping[str, str], say: Say) -> Path:
    """The folder with Kafka's verified jars, fetched first when it is absent.

    Raises StackFault: no Maven, no network, or a jar that is not the committed one.
    """
    expected = expected_sums()
    folder = cache_folder(cache)
    with one_at_a_time(cache):
        if not folder.exists():
            _fetch(folder, maven(environment, say), environment, say)
        wrong = wrong_jars(folder, expected)
    if wrong:
        raise StackFault(
            f"{len(wrong)} of Kafka's jars are not the ones this version was tested with (first: {wrong[0]}); "
            f"fetch them again with `rm -r {folder}` and the same command."
        )
    return folder


def _fetch(folder: Path, command: str, environment: Mapping[str, str], say: Say) -> None:
    say("Fetching Kafka (44 MB, once)")
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        jars = Path(scratch, "lib")
        done = subprocess.run(
            [command, "-B", "-q", "-f", str(RECIPE / "pom.xml"), "dependency:copy-dependencies",
             "-DincludeScope=runtime", f"-DoutputDirectory={jars}"],
            env=dict(environment), capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            said = next((line for line in done.stdout.splitlines() if "ERROR" in line), "no message").strip()
            raise StackFault(
                f"Maven could not fetch Kafka ({said[:200]}); see why with "
                f"`mvn -f {RECIPE / 'pom.xml'} dependency:resolve`, or use a broker of yours with --kafka host:port."
            )
        shutil.move(jars, folder)


@contextmanager
def one_at_a_time(cache: Path) -> Iterator[None]:
    """Hold the cache against other runs; raises StackFault where it cannot be written."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = (cache / "lock").open("w")
    except OSError as error:
        raise StackFault(f"{cache} cannot be written ({error.strerror}); mend it with `chmod u+w {cache}`.") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
