"""Schemathesis over the OpenAPI of every service, links included: no 5xx, nothing undocumented, no schema violated."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.input.houses import SERVICES, told
from tests.input.serving import Served, served

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
MINUTES = float(os.environ.get("BELLBOARD_FUZZ_MINUTES", "0"))
pytestmark = [pytest.mark.integration, pytest.mark.timeout(600 + 60 * MINUTES)]
REPEATABLE = ("--generation-deterministic",)
LONG = ("--max-time", str(max(1, int(60 * MINUTES / 3))), "--max-examples", "200")
ONE_LOOK = ("--generation-deterministic", "--max-examples", "1", "--phases", "examples,fuzzing")
SLOWEST_FIRST = ("records", "auth", "integrations", "reporting", "alerts", "console")
OTHERS = ("duty", "machine")
DECIDED_BY_RIGHTS = ("records", "integrations")
"""Where an answer depends most on who asks; with time, everywhere."""
NAMES = {
    "id": ("path.alert_id", "path.stay_id", "path.staff_id", "query.ids", "query.stay_id", "path.guest_id"),
    "record": ("path.record_id",),
    "version": ("header.If-Match",),
    "kind": ("query.kind",),
    "token": ("path.token",),
    "vendor": ("path.vendor",),
    "group": ("query.group_name",),
    "property": ("path.property_id", "query.property"),
    "partner": ("path.partner",),
    "subscription": ("path.subscription_id",),
}
"""Which parameters are drawn, most of the time, from what is known."""

NOT_CARRIED_OUT: dict[str, frozenset[str]] = {
    # Its code is good for a minute, a run is longer; tests/integration/auth/test_second_factor.py carries it out.
    "auth": frozenset(
        {
            "POST /v1/me/second-factor/confirm",
            # These need an identity provider that answers; tests/integration/auth/test_federation.py has a real one.
            "GET /v1/federation/callback",
            "POST /v1/federation/{chain}",
            "POST /v1/sessions/federated",
            "GET /v1/me/provider-sign-out",
        }
    ),
    # Signed over address and form by Twilio's own key; tests/integration/test_guest_texts.py carries them out.
    "integrations": frozenset(
        {"POST /v1/twilio/{property_id}/messages", "POST /v1/twilio/{property_id}/status/{message_id}"}
    ),
}
"""The only operations that need not be answered 2xx, by service, each with its reason."""


@dataclass(frozen=True)
class Outcome:
    """How the runs of schemathesis ended, what they said, what the service answered, and what it never answered 2xx."""

    code: int
    said: str
    answers: Counter[tuple[str, str, int]]
    never: frozenset[str]


def config(folder: Path, one: Served, person: str) -> Path:
    """The settings of a run: those of all, the person's token, and the ids that mean something here."""
    known = {"property": ("city",), "version": ('"1"',), **one.house.known}
    signed = f'[headers]\nAuthorization = "Bearer {one.house.tokens[person]}"'
    lines = [(HERE / "schemathesis.toml").read_text(), signed]
    lines += [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in known.items()]
    for name in known:
        for parameter in NAMES[name]:
            lines.append(f'[parameters."{parameter}"]\ndictionary = "{name}"\nprobability = 0.8')
    path = folder / f"{person}.toml"
    path.write_text("\n\n".join(lines))
    return path


def unanswered(one: Served) -> frozenset[str]:
    """The operations of the document that were never answered 2xx."""
    done = {f"{method} {path}" for method, path, status in one.answers if 200 <= status < 300}
    documented = [
        f"{method.upper()} {path}" for path, item in one.house.app.openapi()["paths"].items() for method in item
    ]
    # Each request counts for the most literal path that it fits.
    for operation in sorted(documented, key=lambda name: name.count("{")):
        fits = {each for each in done if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", operation), each)}
        documented = [name for name in documented if name != operation or not fits]
        done -= fits
    return frozenset(documented)


def run(folder: Path, one: Served, person: str, *more: str) -> tuple[int, str]:
    """One run of schemathesis as one person; its exit code and what it said."""
    command = [SCHEMATHESIS, "--config-file", config(folder, one, person), "run", f"{one.url}/openapi.json", *more]
    ripe = folder / "ripe.json"
    ripe.write_text(json.dumps(one.house.ripe))
    known = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.input.hooks",
        "PYTHONPATH": str(HERE.parents[1]),
        "BELLBOARD_RIPE": str(ripe),
    }
    done = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def tried(name: str, mongo_url: str, folder: Path) -> Outcome:
    """One service, sent everything: at length by who may most, briefly by those who may little."""
    folder.mkdir()
    with served(partial(SERVICES[name], told(mongo_url, f"test_input_{name}_{os.getpid()}"), folder)) as one:
        runs = [run(folder, one, "chief", "--continue-on-failure", *(LONG if MINUTES else REPEATABLE))]
        others = OTHERS if name in DECIDED_BY_RIGHTS or MINUTES else ()
        runs += [run(folder, one, person, "--continue-on-failure", *ONE_LOOK) for person in others]
        return Outcome(max(code for code, _ in runs), "\n".join(said for _, said in runs), one.answers, unanswered(one))


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, mongo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Outcome]]]:
    """Every service that is asked about being tried, two at a time."""
    asked = " ".join(item.name for item in request.session.items)
    folder = tmp_path_factory.mktemp("input")
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(tried, name, mongo_url, folder / name) for name in SLOWEST_FIRST if name in asked}


@pytest.mark.parametrize("name", SLOWEST_FIRST)
def test_service_keeps_its_openapi_whatever_it_is_sent(outcomes: dict[str, Future[Outcome]], name: str) -> None:
    outcome = outcomes[name].result()
    assert outcome.code == 0, outcome.said


@pytest.mark.skipif(MINUTES > 0, reason="a long run ends when its time is over, wherever it then is")
@pytest.mark.parametrize("name", SLOWEST_FIRST)
def test_every_operation_was_carried_out(outcomes: dict[str, Future[Outcome]], name: str) -> None:
    assert not outcomes[name].result().never - NOT_CARRIED_OUT.get(name, frozenset())


@pytest.mark.parametrize("name", SLOWEST_FIRST)
def test_requests_got_past_the_door(outcomes: dict[str, Future[Outcome]], name: str) -> None:
    answers = outcomes[name].result().answers
    signed_out = sum(count for (_, _, status), count in answers.items() if status == 401)
    assert signed_out < sum(answers.values()) / 3
