"""Writes `schemas/*.json`, `asyncapi.yaml` and what partners are promised; `--check` says whether all is up to date."""

import datetime as dt
import json
import sys
from pathlib import Path

import yaml

from shared.contracts.asyncapi import document, schemas
from shared.contracts.partner_promises import broken, promises
from shared.contracts.partner_versions import CURRENT

HERE = Path(__file__).parent
PROMISED = HERE / "partner_promises.json"
"""What partners were promised last; a change that breaks it is not written over it."""


def files() -> dict[Path, str]:
    """Every generated file and what it should hold."""
    made = {
        HERE / "schemas" / f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas().items()
    }
    made[PROMISED] = json.dumps(promises(), indent=1, sort_keys=True) + "\n"
    made[HERE / "asyncapi.yaml"] = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)
    return made


def unkept(today: dt.date) -> list[str]:
    """What partners were promised and would not get: fields that are gone or others, majors that ended too soon."""
    before = json.loads(PROMISED.read_text()) if PROMISED.exists() else {}
    return broken(before) + CURRENT.ahead_of_time(today)


def main() -> int:
    """Exit code 0 when everything is up to date (or was written), 1 when `--check` found a difference."""
    faults = unkept(dt.datetime.now(dt.UTC).date())
    for fault in faults:
        print(f"What partners were promised is not kept: {fault} It needs a new major (docs/partners.md, Versions).")
    if faults:
        return 1
    made = files()
    kept = set(HERE.glob("schemas/*.json"))
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    stale += sorted(kept - set(made))
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(HERE)} differs from the code; run `make schemas`.")
        return 1 if stale else 0
    (HERE / "schemas").mkdir(exist_ok=True)
    for path in kept - set(made):
        path.unlink()
    for path, text in made.items():
        path.write_text(text)
    print(f"{len(made)} files, {len(stale)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
