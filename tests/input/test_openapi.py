"""Schemathesis over the OpenAPI of every service, links included: no 5xx, nothing undocumented, no schema violated."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.input.houses import SERVICES, told
from tests.input.serving import Served, served

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
MINUTES = float(os.environ.get("BELLBOARD_FUZZ_MINUTES", "0"))
REPEATABLE = ["--generation-deterministic", "--max-examples", "4", "--phases", "coverage,fuzzing,stateful"]
LONG = ["--max-time", str(max(1, int(60 * MINUTES / len(SERVICES)))), "--max-examples", "200"]
NAMES = {
    "id": ("path.record_id", "path.alert_id", "path.stay_id", "path.staff_id", "query.ids", "query.stay_id"),
    "kind": ("query.kind",),
    "token": ("path.token",),
    "vendor": ("path.vendor",),
    "property": ("path.property_id", "query.property"),
}
"""Which parameters are drawn from what is known, half of the time."""


@pytest.fixture(params=sorted(SERVICES))
def service(
    request: pytest.FixtureRequest, mongo_url: str, database_name: str, tmp_path: Path
) -> Iterator[tuple[str, Served]]:
    """Each service at an address of its own."""
    with served(partial(SERVICES[request.param], told(mongo_url, database_name), tmp_path)) as one:
        yield request.param, one


def config(folder: Path, one: Served, person: str) -> Path:
    """The settings of a run: those of all, the person's token, and the ids that mean something here."""
    known = {"property": ("city", "resort"), **one.house.known}
    lines = [
        (HERE / "schemathesis.toml").read_text(),
        f'[headers]\nAuthorization = "Bearer {one.house.tokens[person]}"',
    ]
    for name, values in known.items():
        lines.append(f"[dictionaries.{name}]\nvalues = {json.dumps(values)}")
    for name in known:
        for parameter in NAMES[name]:
            lines.append(f'[parameters."{parameter}"]\ndictionary = "{name}"\nprobability = 0.5')
    path = folder / f"{person}.toml"
    path.write_text("\n\n".join(lines))
    return path


def run(folder: Path, one: Served, person: str, *more: str) -> tuple[int, str]:
    """One run of schemathesis as one person; its exit code and what it said."""
    command = [SCHEMATHESIS, "--config-file", config(folder, one, person), "run", f"{one.url}/openapi.json", *more]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_service_keeps_its_openapi_whatever_it_is_sent(service: tuple[str, Served], tmp_path: Path) -> None:
    _, one = service
    code, said = run(
        tmp_path, one, "chief", "--workers", "2", "--continue-on-failure", *(LONG if MINUTES else REPEATABLE)
    )
    assert code == 0, said
